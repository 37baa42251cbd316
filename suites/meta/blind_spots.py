"""Where a tier does not look: options at sizes at which nobody compares the outputs of a path.

The measure is a family of wrong LSTMs made from a table: right, but all zeros where an option has a value and the sizes
are of a class. One dies in a dtype where a configuration is asked that satisfies that (rule 20.1).

    python -m lstm_conformance.suites.meta.blind_spots

prints how many die, by implementation and path: `make blind-spots`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from typing import Any, NamedTuple

from lstm_conformance.fixtures.cases.configuration import Configuration, values_of
from lstm_conformance.fixtures.cases.constraints import Row, choices_of
from lstm_conformance.fixtures.cases.crossing import ORDINARY
from lstm_conformance.fixtures.cases.meetings import EVERY, USUAL, Meeting, Option, acts, meetings
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.option import Constraint
from lstm_conformance.fixtures.cases.options import SIZES
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.harness.plan.manifest import declared

ORDINARILY = USUAL[-1:]
"""What pairs of options meet."""


def survivors(offer: Offer, asked: Sequence[Configuration], wrong: Iterable[Meeting], dtype: str = "") -> list[str]:
    """A sentence for each that lives, in this dtype or in all: no configuration that is asked on a path shows it."""
    computed = [
        configuration
        for configuration in asked
        if not configuration.drops and dtype in {"", configuration.dtype} and offer.runs(configuration)
    ]
    rows = list(map(values_of, computed))
    return [
        f"zeros where {meeting} live in {dtype or 'every dtype'}"
        for meeting in wrong
        if not any(map(meeting.is_in, rows))
    ]


class Share(NamedTuple):
    """How many of a family die, of how many there are on a path."""

    dead: int
    all: int

    def __str__(self) -> str:
        return f"{self.dead:,} of {self.all:,}"


def share(offer: Offer, tier: str, sizes: Sequence[Constraint], dtype: str = "", count: int = 1) -> Share | None:
    """Of so many options, at sizes of these classes, in a tier; None where there is no such path."""
    wrong = list(meetings(offer, sizes, dtype, count)) if dtype in {"", *offer.dtypes} else []
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
    for row in (
        values_of(configuration) for configuration in asked if offer.runs(configuration) and not configuration.drops
    ):
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
    return [(name, value) for name, value in every if acts(row, name, value)]


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
