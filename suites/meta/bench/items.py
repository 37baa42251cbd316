"""A plugin of pytest that plans one thing only: rule 1.1 on many small cases, in as many items as it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.plugin import RUN

RULE = "1.1"
CONFIGURATION = configuration(5, 3, 10, 20)


@dataclass(frozen=True, kw_only=True)
class Items(Plan):
    """Items of equally many cases, on one path."""

    path: str
    items: int
    cases: int

    def of(self, check: Check, hellos: Iterable[tuple[str, Hello]]) -> list[Planned]:
        """The items of the rule, for every implementation."""
        return [
            Planned(
                implementation=name,
                path=self.path,
                check=check,
                configuration=CONFIGURATION,
                numbers=tuple(range(index * self.cases, (index + 1) * self.cases)),
            )
            for name, _ in hellos
            for index in range(self.items if check.rule == RULE else 0)
        ]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("lstm-conformance bench")
    group.addoption("--bench-path", required=True)
    group.addoption("--bench-items", type=int, required=True)
    group.addoption("--bench-cases", type=int, required=True)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Put the plan of the bench in the place of the tier's."""
    path, items, cases = (config.getoption(f"--bench-{name}") for name in ("path", "items", "cases"))
    config.stash[RUN].session.plan = Items(path=path, items=items, cases=cases)
