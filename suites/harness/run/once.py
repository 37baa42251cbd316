"""What need not be asked again: with `--once`, a rule that has clearly failed in a dtype is not asked there any more.

Which rules catch a wrong LSTM, and in which dtypes, is then known; on how many configurations is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lstm_conformance.reports.mutation_score.killed import NEAR
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.plan.planning import Planned

REASON = "this rule has failed in this dtype: with --once that is enough"


@dataclass
class Once:
    """The rules that have failed, by implementation, path and dtype. `wanted`: whether that is enough."""

    wanted: bool = False
    _failed: set[tuple[str, str, str, str]] = field(default_factory=set)

    def is_enough(self, planned: Planned) -> bool:
        """Whether nothing more need be asked."""
        return _what(planned) in self._failed

    def saw(self, planned: Planned, outcomes: Sequence[Outcome]) -> None:
        """Remember a failure, unless it is so near the bound that its size is of interest."""
        if self.wanted and any(map(_fails_clearly, outcomes)):
            self._failed.add(_what(planned))


def spared(planned: Planned) -> list[Outcome]:
    """What becomes of a rule that need not be asked."""
    return [Outcome(case=case, verdict="not-run", message=REASON) for case in planned.numbers]


def _what(planned: Planned) -> tuple[str, str, str, str]:
    return planned.implementation, planned.path, planned.check.rule, planned.configuration.dtype


def _fails_clearly(outcome: Outcome) -> bool:
    return outcome.verdict == "fail" and (outcome.budget is None or not outcome.budget < NEAR)
