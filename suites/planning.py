"""What is run: implementation × path × rule × configuration, each with a batch of cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lstm_conformance.fixtures.configurations import Configuration
from lstm_conformance.fixtures.hosts import Hello
from lstm_conformance.fixtures.tiers import TIERS, Tier
from lstm_conformance.suites.rules import Check

SLOW_PATHS = frozenset({"jit_compile"})
"""Every configuration costs a compilation there."""

PER_SEED = 10_000
"""Numbers of cases that belong to one base seed: the number alone reproduces the case."""

LARGEST = 2**20
"""Pre-activations of a batch of cases: large configurations have fewer cases, so that a bound takes some 10 MB."""

LONGEST = 120
"""Steps of a batch of cases: long ones have fewer, because a framework may take milliseconds a step."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One pytest item: a rule on a batch of cases of one configuration."""

    implementation: str
    path: str
    check: Check
    configuration: Configuration
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.implementation}/{self.path}/{self.configuration}"


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
    """Everything that a run is asked for."""

    tier: str = "quick"
    base_seed: int = 0
    case: CaseId | None = None

    def of(self, check: Check, hellos: Iterable[tuple[str, Hello]]) -> list[Planned]:
        """The items of one check, over all implementations."""
        return [
            Planned(
                implementation=name,
                path=path,
                check=check,
                configuration=configuration,
                numbers=self._numbers(configuration),
            )
            for name, hello in hellos
            for path in hello.paths
            for configuration in self._configurations(path)
            if _offers(hello, path, configuration) and check.where(configuration)
            if self._selects(name, path, check, configuration)
        ]

    def _configurations(self, path: str) -> Iterator[Configuration]:
        """Those of the tier; a single case may come from any tier."""
        for tier in TIERS.values() if self.case else [TIERS[self.tier]]:
            yield from (c for c in tier.configurations if self.case or _affordable(tier, path, c))
            if self.case and any(str(c) == self.case.configuration for c in tier.configurations):
                return

    def _numbers(self, configuration: Configuration) -> tuple[int, ...]:
        if self.case:
            return (self.case.number,)
        first = self.base_seed * PER_SEED
        affordable = max(1, min(LARGEST // configuration.size, LONGEST // configuration.time))
        return tuple(range(first, first + min(TIERS[self.tier].cases, affordable)))

    def _selects(self, name: str, path: str, check: Check, configuration: Configuration) -> bool:
        wanted = self.case
        return wanted is None or (wanted.implementation, wanted.path, wanted.rule, wanted.configuration) == (
            name,
            path,
            check.rule,
            str(configuration),
        )


def _offers(hello: Hello, path: str, configuration: Configuration) -> bool:
    """The implementation claims all that the configuration requires, and has its dtype on the path."""
    return configuration.dtype in hello.dtypes[path] and configuration.requirements <= set(hello.claims)


def _affordable(tier: Tier, path: str, configuration: Configuration) -> bool:
    return path not in SLOW_PATHS or configuration in tier.on_slow_paths
