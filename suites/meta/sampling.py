"""A plugin of pytest that asks less than a tier does: every rule on every path that is cheap, of one configuration.

Of the paths of an implementation on which a configuration costs more than milliseconds, a rule is asked on one: they
take turns. The rules of a path take turns with its dtypes, unless it is such a one. Where a rule can be asked of a
configuration that another one is asked of, it is, because a new configuration is what takes a framework long.

Load it behind `lstm_conformance.suites.harness.run.plugin`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.reports.records.summary import numbers_in
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.plan.planning import Plan, Planned, Where
from lstm_conformance.suites.harness.run.plugin import RUN


@dataclass(frozen=True, kw_only=True)
class Sample(Plan):
    """One configuration for each rule and path; chosen: those of each path so far."""

    chosen: dict[Where, list[Configuration]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, check: Check, hellos: Iterable[tuple[str, Hello]]) -> list[Planned]:
        """One item for every path for which the tier has any and whose turn it is."""
        hellos = list(hellos)
        paths: dict[Where, dict[Configuration, Planned]] = {}
        for each in super().of(check, hellos):
            paths.setdefault((each.implementation, each.path), {})[each.configuration] = each
        dear = [(name, offer.path) for name, hello in hellos for offer in hello.offers if offer.cost != "call"]
        asked = self._in_turn(check.rule, [where for where in dear if where in paths])
        return [
            self._one(check.rule, where, planned, dear=where in dear)
            for where, planned in paths.items()
            if where in asked or where not in dear
        ]

    def _in_turn(self, rule: str, dear: Sequence[Where]) -> list[Where]:
        """One path of each implementation."""
        every = {name: [where for where in dear if where[0] == name] for name, _ in dear}
        return [paths[_turn(rule) % len(paths)] for paths in every.values()]

    def _one(self, rule: str, where: Where, planned: Mapping[Configuration, Planned], *, dear: bool) -> Planned:
        """What a rule is asked of on a path."""
        chosen = self.chosen.setdefault(where, [])
        shared = [each for each in chosen if each in planned]
        if dear and shared:
            return planned[shared[0]]
        dtypes = list(dict.fromkeys(configuration.dtype for configuration in planned))
        turn = dtypes[_turn(rule) % len(dtypes)]
        in_turn = [each for each in shared if each.dtype == turn]
        if in_turn or (shared and any(each.dtype == turn for each in chosen)):
            return planned[(in_turn or shared)[0]]
        chosen.append(next(each for each in planned if each.dtype == turn))
        return planned[chosen[-1]]


def _turn(rule: str) -> int:
    return sum(number for number, _ in numbers_in(rule))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Put the sample in the place of the tier; the run is a partial one."""
    run = config.stash[RUN]
    run.session.plan = Sample(tier=run.session.plan.tier, base_seed=run.session.plan.base_seed)
    run.record.partial = True
