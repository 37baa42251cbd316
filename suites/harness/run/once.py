"""What need not be asked again: with `--once`, a rule that has clearly failed in a dtype is not asked there any more.

Which rules catch a wrong LSTM, and in which dtypes, is then known; on how many configurations is not.
With `--until-caught`, nothing is asked in a dtype in which any rule has clearly failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lstm_conformance.reports.mutation_score.killed import ENOUGH, NEAR
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.plan.planning import Planned

REASON = "this rule has failed in this dtype: with --once that is enough"


@dataclass
class Once:
    """The rules that have failed, by implementation, path and dtype.

    wanted: whether that is enough for the rule; until_caught: whether it is for all rules.
    """

    wanted: bool = False
    until_caught: bool = False
    _failed: set[tuple[str, ...]] = field(default_factory=set)

    def is_enough(self, planned: Planned) -> bool:
        """Whether nothing more need be asked."""
        return self._what(planned) in self._failed

    def spared(self, planned: Planned) -> list[Outcome]:
        """What becomes of a rule that need not be asked."""
        reason = ENOUGH if self.until_caught else REASON
        return [Outcome(case=case, verdict="not-run", message=reason) for case in planned.numbers]

    def saw(self, planned: Planned, outcomes: Sequence[Outcome]) -> None:
        """Remember a failure, unless it is so near the bound that its size is of interest."""
        if (self.wanted or self.until_caught) and any(map(_fails_clearly, outcomes)):
            self._failed.add(self._what(planned))

    def _what(self, planned: Planned) -> tuple[str, ...]:
        where = (planned.implementation, planned.path, planned.configuration.dtype)
        return where if self.until_caught else (*where, planned.check.rule)


def _fails_clearly(outcome: Outcome) -> bool:
    return outcome.verdict == "fail" and (outcome.budget is None or not outcome.budget < NEAR)
