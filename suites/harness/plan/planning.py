"""What is run: implementation × path × rule × configuration, each with a batch of cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.tiers import TIERS, Tier
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.plan import smoke

PER_SEED = 10_000
"""Numbers of cases that belong to one base seed: the number alone reproduces the case."""

LARGEST = 2**20
"""Pre-activations of a batch of cases: large configurations have fewer cases, so that a bound takes some 10 MB."""

LONGEST = 120
"""Steps of a batch of cases: long ones have fewer, because a framework may take milliseconds a step."""

PATHS_AGREE = "18."
"""How the rules begin that compare the paths of a family."""

Where = tuple[str, str]
"""An implementation and one of its paths."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A rule on a batch of cases of one configuration of one implementation on one path.

    model: with what it is compared, if the check compares paths.
    """

    implementation: str
    path: str
    check: Check
    configuration: Configuration
    numbers: tuple[int, ...]
    model: Where | None = None

    def __str__(self) -> str:
        return f"{self.implementation}/{self.path}/{self.configuration}"


def item_of(test: str, planned: Planned | str) -> str:
    """The node id of the item that runs this and nothing else, as pytest writes it: in ASCII; "" without a test."""
    return f"{test}[{str(planned).encode('unicode_escape').decode('ascii')}]" if test else ""


@dataclass(frozen=True)
class Bundle:
    """What one pytest item runs: one rule on one configuration, or on several of one path."""

    planned: tuple[Planned, ...]

    @property
    def implementations(self) -> set[str]:
        """The names of those that are asked: also of one with which another is compared."""
        models = {entry.model[0] for entry in self.planned if entry.model is not None}
        return models | {entry.implementation for entry in self.planned}

    def __str__(self) -> str:
        first, *others = self.planned
        return f"{first.implementation}/{first.path}/all" if others else str(first)


def bundled(planned: Sequence[Planned], *, together: bool) -> list[Bundle]:
    """A bundle for each of these, or one for all of one path, which takes pytest far less time."""
    if not together:
        return [Bundle((entry,)) for entry in planned]
    by_path: dict[tuple[str, str], list[Planned]] = {}
    for entry in planned:
        by_path.setdefault((entry.implementation, entry.path), []).append(entry)
    return [Bundle(tuple(members)) for members in by_path.values()]


@dataclass(frozen=True, kw_only=True)
class CaseId:
    """The id of one check, as `--case` takes it: implementation/path/rule/configuration/number."""

    implementation: str
    path: str
    rule: str
    configuration: str
    number: int

    @classmethod
    def parse(cls, text: str) -> CaseId:
        """Take an id apart. Raises ValueError with the form that was expected."""
        parts = text.rsplit("/", 4)
        if len(parts) != len(cls.__dataclass_fields__) or not parts[-1].isdecimal():
            raise ValueError(
                f"--case {text!r}: expected IMPLEMENTATION/PATH/RULE/CONFIGURATION/NUMBER, as the reports print it"
            )
        return cls(implementation=parts[0], path=parts[1], rule=parts[2], configuration=parts[3], number=int(parts[4]))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a run is asked for.

    `_alike`: what was planned. Those who offer the same are asked the same, and hundreds of wrong LSTMs do.
    `_on`: the configurations that are not crossed, for those who offer the same.
    """

    tier: str = "quick"
    base_seed: int = 0
    case: CaseId | None = None
    _alike: dict[object, list[tuple[Configuration, tuple[int, ...]]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _on: dict[object, list[Configuration]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, check: Check, hellos: Iterable[tuple[str, Hello]]) -> list[Planned]:
        """The items of one check, over all implementations."""
        paths = [(name, hello, offer) for name, hello in hellos for offer in hello.offers]
        if check.rule == smoke.RULE:
            planned = [self.smoke(name, offer) for name, _, offer in paths]
        elif check.unclaimed:
            planned = [entry for name, hello, offer in paths for entry in self._beyond(check, name, hello, offer)]
        else:
            planned = [entry for name, hello, offer in paths for entry in self._of_path(check, name, hello, offer)]
            planned = list(_paired(planned)) if check.paired else planned
        return [entry for entry in planned if self._selects(entry)]

    def smoke(self, name: str, offer: Offer) -> Planned:
        """The smoke check of one path: a single case of a configuration that everybody runs, in every tier."""
        configuration = smoke.smallest(offer)
        numbers = self._numbers(configuration)[:1]
        return Planned(
            implementation=name, path=offer.path, check=smoke.CHECK, configuration=configuration, numbers=numbers
        )

    def _of_path(self, check: Check, name: str, hello: Hello, offer: Offer) -> list[Planned]:
        """Those on the configurations that the check applies to and that the implementation claims to run."""
        alike = (check, hello.layout, hello.promised, *_deciding(offer))
        if alike not in self._alike:
            self._alike[alike] = list(self._asked(check, hello, offer))
        return [
            Planned(implementation=name, path=offer.path, check=check, configuration=configuration, numbers=numbers)
            for configuration, numbers in self._alike[alike]
        ]

    def _beyond(self, check: Check, name: str, hello: Hello, offer: Offer) -> list[Planned]:
        """Those in which there is one thing that a path does not claim, and the first of its implementation does."""
        first, affordable = hello.offers[0], self._configurations(check, offer)
        return [
            replace(entry, path=offer.path, model=(name, first.path))
            for entry in self._of_path(check, name, hello, first)
            if offer.lacks_one(entry.configuration) and entry.configuration in affordable
        ]

    def _asked(self, check: Check, hello: Hello, offer: Offer) -> Iterator[tuple[Configuration, tuple[int, ...]]]:
        """Configurations, and the numbers of the cases of each."""
        contract = hello.promised
        for configuration in filter(check.where, self._configurations(check, offer)):
            documented = configuration.applies_to(contract, hello.layout, undocumented=check.undocumented)
            if documented and offer.runs(configuration):
                yield configuration, self._numbers(configuration)[: 1 if check.crossed else None]

    def _configurations(self, check: Check, offer: Offer) -> list[Configuration]:
        """Those of the tier, or those that are crossed for this path; a single case may be of any."""
        if self.case:
            configuration = configuration_called(self.case.configuration)
            return [] if configuration is None else [configuration]
        tier = TIERS[self.tier]
        return tier.crossed(offer) if check.crossed else self._uncrossed(tier, offer)

    def _uncrossed(self, tier: Tier, offer: Offer) -> list[Configuration]:
        """The same for all checks."""
        alike = _deciding(offer)
        if alike not in self._on:
            self._on[alike] = list(dict.fromkeys(_started(configuration, offer) for configuration in tier.on(offer)))
        return self._on[alike]

    def numbers_beside(self, planned: Planned) -> tuple[int, ...]:
        """The cases of a configuration that a run of the tier with the same base seed has, these among them.

        Deviations are held against all of them, so that one case alone has the verdict that it has there.
        """
        others = self._of_tier(planned.configuration, planned.numbers[0] // PER_SEED)
        if planned.check.crossed:
            return planned.numbers
        return tuple(sorted({*others, *planned.numbers}))

    def _numbers(self, configuration: Configuration) -> tuple[int, ...]:
        return (self.case.number,) if self.case else self._of_tier(configuration, self.base_seed)

    def _of_tier(self, configuration: Configuration, base_seed: int) -> tuple[int, ...]:
        first = base_seed * PER_SEED
        called_often = configuration.repeated or configuration.threaded
        if configuration.invalid_input or configuration.round_trip or configuration.drops or called_often:
            return (
                first,
            )  # the same mistake, round trip or calls with any numbers; chance is drawn once, in many rows
        affordable = max(1, min(LARGEST // configuration.size, LONGEST // configuration.time))
        return tuple(range(first, first + min(TIERS[self.tier].cases, affordable)))

    def _selects(self, planned: Planned) -> bool:
        wanted = self.case
        return wanted is None or (wanted.implementation, wanted.path, wanted.rule, wanted.configuration) == (
            planned.implementation,
            planned.path,
            planned.check.rule,
            str(planned.configuration),
        )


def family_of(implementation: str) -> str:
    """What an implementation has in common with the same layer on other backends: `keras.layers.LSTM@jax` is one."""
    return implementation.partition("@")[0]


def _paired(planned: Sequence[Planned]) -> Iterator[Planned]:
    """Each with the first path of its implementation on the same configuration, that one with the first of its family.

    Whom a path is compared with does not hang on which other backends are tested.
    """
    first: dict[tuple[str, Configuration], Where] = {}
    for entry in planned:
        first.setdefault((entry.implementation, entry.configuration), (entry.implementation, entry.path))
    for entry in planned:
        where, own = (entry.implementation, entry.path), first[entry.implementation, entry.configuration]
        model = own if own != where else first.get((family_of(entry.implementation), entry.configuration), own)
        if model != where:
            yield replace(entry, model=model)


def _started(configuration: Configuration, offer: Offer) -> Configuration:
    """What is asked in the place of a configuration: a path that cannot be given states starts from zeros."""
    return configuration if "initial_state" in offer.claims else replace(configuration, initial_state=False)


def _deciding(offer: Offer) -> tuple[object, ...]:
    """All of an offer that decides what is asked; what the path is called is no part of it."""
    return offer.dtypes, frozenset(offer.claims), offer.cost, frozenset(offer.only), offer.is_accelerated
