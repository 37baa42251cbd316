"""A plugin of pytest that asks less than a tier does: every rule on every path, of one configuration.

The rules of a path take turns with its dtypes, unless every configuration of it is compiled. Where one can be asked of
a configuration that another one is asked of, it is, because a new configuration is what takes a framework long.

Load it behind `lstm_conformance.suites.harness.run.plugin`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        """One item for every path for which the tier has any."""
        paths: dict[Where, dict[Configuration, Planned]] = {}
        hellos = list(hellos)
        dear = {(name, offer.path) for name, hello in hellos for offer in hello.offers if offer.cost == "compile"}
        for each in super().of(check, hellos):
            paths.setdefault((each.implementation, each.path), {})[each.configuration] = each
        return [self._one(check.rule, where, planned, dear=where in dear) for where, planned in paths.items()]

    def _one(self, rule: str, where: Where, planned: Mapping[Configuration, Planned], *, dear: bool) -> Planned:
        """What a rule is asked of on a path."""
        chosen = self.chosen.setdefault(where, [])
        if dear and (again := [each for each in chosen if each in planned]):
            return planned[again[0]]
        dtypes = list(dict.fromkeys(configuration.dtype for configuration in planned))
        turn = dtypes[sum(number for number, _ in numbers_in(rule)) % len(dtypes)]
        shared = [each for each in chosen if each in planned]
        in_turn = [each for each in shared if each.dtype == turn]
        if in_turn or (shared and any(each.dtype == turn for each in chosen)):
            return planned[(in_turn or shared)[0]]
        chosen.append(next(each for each in planned if each.dtype == turn))
        return planned[chosen[-1]]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Put the sample in the place of the tier; the run is a partial one."""
    run = config.stash[RUN]
    run.session.plan = Sample(tier=run.session.plan.tier, base_seed=run.session.plan.base_seed)
    run.record.partial = True
