"""Where a tier does not look: options at sizes at which nobody compares the outputs of a path.

The measure is a family of wrong LSTMs made from a table: right, but all zeros where an option has a value and the sizes
are of a class. One dies in a dtype where a configuration is asked that satisfies that (rule 20.1).

    python -m lstm_conformance.suites.meta.blind_spots

prints how many die, by implementation and path: `make blind-spots`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any, NamedTuple

from lstm_conformance.fixtures.cases.configuration import Configuration, values_of
from lstm_conformance.fixtures.cases.constraints import Choices, Row, choices_of
from lstm_conformance.fixtures.cases.crossing import ORDINARY, SEEN, UNEVEN
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.option import Constraint
from lstm_conformance.fixtures.cases.options import BY_NAME, FLAGS, SIZES, has_effect
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.harness.plan.manifest import declared

ONE = (
    Constraint(("time",), lambda steps: steps == 1, "T = 1"),
    Constraint(("batch",), lambda rows: rows == 1, "B = 1"),
    Constraint(("input_size",), lambda size: size == 1, "I = 1"),
    Constraint(("hidden_size",), lambda size: size == 1, "H = 1"),
)
"""Classes of one number, which every option meets in some dtype."""

USUAL = (
    Constraint(("time",), lambda steps: steps >= 16, "T ≥ 16"),
    Constraint(("time",), lambda steps: steps > 32, "T > 32"),
    Constraint(("time",), lambda steps: steps % 16 == 0, "T a multiple of 16"),
    Constraint(("batch",), lambda rows: 4 < rows < 128, "4 < B < 128"),
    Constraint(("batch",), lambda rows: rows >= 32, "B ≥ 32"),
    Constraint(("batch",), lambda rows: rows > 8 and rows % 8 != 0, "B > 8, no multiple of 8"),
    Constraint(("input_size",), lambda size: size % 32 == 0, "I a multiple of 32"),
    Constraint(("input_size",), lambda size: size > 64, "I > 64"),
    Constraint(("hidden_size",), lambda size: size >= 32, "H ≥ 32"),
    Constraint(("hidden_size",), lambda size: size % 64 == 0, "H a multiple of 64"),
    Constraint(("hidden_size",), lambda size: size > 64, "H > 64"),
    Constraint(("hidden_size",), lambda size: size > 32 and size % 8 != 0, "H > 32, no multiple of 8"),
    Constraint(("time", "batch"), lambda steps, rows: steps * rows >= 512, "T B ≥ 512"),
    Constraint(("time", "hidden_size"), lambda steps, size: steps >= 16 and size >= 32, "T ≥ 16 and H ≥ 32"),
)
"""Classes of the sizes that people train with, which every option meets in float32 and in float64."""

FAR = (
    Constraint(("time",), lambda steps: steps > 100, "T > 100"),
    Constraint(("batch",), lambda rows: 64 < rows < 128, "64 < B < 128"),
    Constraint(("time", "batch"), lambda steps, rows: steps * rows > 2048, "T B > 2048"),
    Constraint(("input_size",), lambda size: size >= 128, "I ≥ 128"),
    Constraint(("hidden_size",), lambda size: size > 128, "H > 128"),
    Constraint(("time", "hidden_size"), lambda steps, size: steps > 16 and size >= 128, "T > 16 and H ≥ 128"),
)
"""Classes of larger ones, which a plain layer meets in float32 and in float64."""

ORDINARILY = USUAL[-1:]
"""What pairs of options meet."""

EVERY = {name: (*FLAGS[name], *ORDINARY[name], *UNEVEN[name]) for name in SIZES} | {"style": SEEN}
"""Sizes that are asked somewhere, and the styles that go with them."""

Option = tuple[str, Any]
"""A name, and a value that is not the default; of numbers, as of layers, any such value."""


class Blind(NamedTuple):
    """A wrong LSTM: zeros where options have these values, and the sizes are of a class."""

    options: tuple[Option, ...]
    size: Constraint

    def is_wrong_on(self, values: Row) -> bool:
        """Whether it shows in a configuration that has these values."""
        acts = all(_has(values, *option) and has_effect(option[0], values) for option in self.options)
        return acts and self.size.holds(*(values[name] for name in self.size.names))

    def __str__(self) -> str:
        chosen = " and ".join(f"{name} is {value!r}" for name, value in self.options) or "options are at their defaults"
        return f"zeros where {chosen} and {self.size.reason}"


def _has(values: Row, option: str, value: Any) -> bool:
    counted = isinstance(value, int) and not isinstance(value, bool)
    return bool(values[option] != BY_NAME[option].default if counted else values[option] == value)


def family(offer: Offer, sizes: Sequence[Constraint], dtype: str = "", count: int = 1) -> Iterator[Blind]:
    """Those of so many options that there can be on a path, in this dtype or in any: some go with no such size."""
    free, choices = choices_of(offer).values, choices_of(offer, first=EVERY)
    for names in combinations([name for name in free if name not in {*SIZES, "dtype"}], count):
        for values in product(*(free[name][1:] for name in names)):
            every = (Blind(tuple(zip(names, values, strict=True)), size) for size in sizes)
            yield from (each for each in every if _goes(choices, each, {"dtype": dtype} if dtype else {}))


def _goes(choices: Choices, blind: Blind, among: Row) -> bool:
    """Whether there is a configuration in which the options act at sizes of this class."""
    names = blind.size.names
    every = product(*(choices.values[name] for name in names))
    rows = (dict(zip(names, sizes, strict=True)) for sizes in every if blind.size.holds(*sizes))
    return any(choices.can_meet({**among, **row, **dict(blind.options)}, blind.options) for row in rows)


def survivors(offer: Offer, asked: Sequence[Configuration], wrong: Iterable[Blind], dtype: str = "") -> list[str]:
    """A sentence for each that lives, in this dtype or in all: no configuration that is asked on a path shows it."""
    computed = [each for each in asked if not each.drops and dtype in {"", each.dtype} and offer.runs(each)]
    rows = list(map(values_of, computed))
    return [f"{each} lives in {dtype or 'every dtype'}" for each in wrong if not any(map(each.is_wrong_on, rows))]


class Share(NamedTuple):
    """How many of a family die, of how many there are on a path."""

    dead: int
    all: int

    def __str__(self) -> str:
        return f"{self.dead:,} of {self.all:,}"


def share(offer: Offer, tier: str, sizes: Sequence[Constraint], dtype: str = "", count: int = 1) -> Share | None:
    """Of so many options, at sizes of these classes, in a tier; None where there is no such path."""
    wrong = list(family(offer, sizes, dtype, count)) if dtype in {"", *offer.dtypes} else []
    dead = len(wrong) - len(survivors(offer, TIERS[tier].crossed(offer), wrong, dtype))
    return Share(dead, len(wrong)) if wrong else None


def met(offer: Offer, asked: Sequence[Configuration], sizes: Sequence[Constraint], count: int) -> Share:
    """How many tuples of so many values that are no default are asked at sizes of these classes, of how many can be.

    The same as of a family, but for what is usual in any dtype: so many that they are counted and not made. What can
    meet is looked for in the table of options, whatever rows anybody has made of it.
    """
    choices, free = choices_of(offer, first=EVERY), choices_of(offer).values
    names = [name for name in choices.values if name not in {*SIZES, "dtype"}]
    found: set[tuple[Option, ...]] = set()
    for row in (values_of(each) for each in asked if offer.runs(each) and not each.drops):
        if all(size.holds(*(row[name] for name in size.names)) for size in sizes):
            found.update(combinations(_departures(free, row), count))
    named = {name for size in sizes for name in size.names}
    usual = choices.at({name: ORDINARY[name] for name in named if set(ORDINARY[name]) <= set(choices.values[name])})
    every = {
        items
        for chosen in combinations(names, count)
        for values in product(*(free[name][1:] for name in chosen))
        if usual.can_meet(dict(items := tuple(zip(chosen, values, strict=True))), items)
    }
    return Share(len(every & found), len(every))


def _departures(free: Mapping[str, Sequence[Any]], row: Row) -> list[Option]:
    """What has an effect in a row and is no default; of numbers, as of layers, the first one stands for all."""
    every = [(name, value) for name, values in free.items() if name not in SIZES for value in values[1:]]
    return [(name, value) for name, value in every if _has(row, name, value) and has_effect(name, row)]


def main() -> None:
    """Print how many of the family die, by implementation and path; three options where there is time for them."""
    of_one = ["quick, float32", "quick, float64", "full, float32"]
    print(_row("path", "cost", [*of_one, "full, two options", "full, three"]))
    for name in IMPLEMENTATIONS:
        for offer in declared(name).offers:
            every = [("quick", "float32"), ("quick", "float64"), ("full", "float32")]
            shares = [*(share(offer, tier, USUAL, dtype) for tier, dtype in every), _of_two(offer), _of_three(offer)]
            print(_row(f"{name} {offer.path}", offer.cost, ["" if each is None else str(each) for each in shares]))


def _of_two(offer: Offer) -> Share | None:
    return share(offer, "full", ORDINARILY, count=2)


def _of_three(offer: Offer) -> Share | None:
    return met(offer, TIERS["full"].crossed(offer), ORDINARILY, 3) if offer.cost == "call" and not offer.only else None


def _row(path: str, cost: str, cells: Sequence[str]) -> str:
    return f"{path:<42} {cost:<8}" + "".join(f"{each:>18}" for each in cells)


if __name__ == "__main__":
    main()
