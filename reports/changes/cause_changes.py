"""Which recorded causes of deviations appear, and which disappear, between two reports: what a reviewer asks first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.known import BUG, MEANINGS
from lstm_conformance.reports.records.results import Cause, Check, Deviation

LEAST = len(MEANINGS)
"""The rank of a deviation of which no cause is recorded."""


@dataclass(frozen=True, kw_only=True)
class CauseChange:
    """A cause that shows in the later report and not in the earlier one, or the other way round.

    `name`: its id, or that of the deviation where no cause is recorded; `cause` is None then.
    `found`: the deviations that show it, by subject; of a cause that disappears, in the earlier report.
    """

    name: str
    cause: Cause | None
    appears: bool
    found: Mapping[Subject, tuple[Check, ...]]

    @property
    def is_bug(self) -> bool:
        """Whether somebody is accused."""
        return self.cause is not None and self.cause.cause_class == BUG

    @property
    def checks(self) -> list[Check]:
        """The deviations that show it, of all subjects."""
        return [check for checks in self.found.values() for check in checks]

    @property
    def error(self) -> float | None:
        """The largest absolute error of those that were kept; None where no numbers were compared."""
        kept = [error for check in self.checks for error in _errors(check.detail or {})]
        return max(kept, default=None)


def _errors(detail: Mapping[str, Any]) -> Iterator[float]:
    """The absolute errors of the elements that a check shows, where both numbers are finite."""
    others = detail.get("others")
    for entry in [detail.get("worst"), *(others if isinstance(others, list) else [])]:
        expected, observed = (entry.get("expected"), entry.get("observed")) if isinstance(entry, dict) else (None, None)
        if isinstance(expected, float) and isinstance(observed, float) and math.isfinite(expected - observed):
            yield abs(expected - observed)


def cause_changes(before: Report, after: Report, former: Mapping[Subject, Subject]) -> list[CauseChange]:
    """What appears, then what disappears; silently wrong numbers first, then other bugs, then the rest.

    `former`: the earlier subject of each later one. A cause that only checks show which were not made before, or are
    not made any more, neither appears nor disappears: nobody knows whether it was, or is, there.
    """
    names = _Names(before, after)
    appeared: dict[str, dict[Subject, tuple[Check, ...]]] = {}
    gone: dict[str, dict[Subject, tuple[Check, ...]]] = {}
    for subject, earlier in former.items():
        then, now = before.checks[earlier], after.checks[subject]
        for checked, into, where, others in ((now, appeared, subject, then), (then, gone, earlier, now)):
            for name, checks in names.only_in(checked, others):
                into.setdefault(name, {})[where] = checks
    made = [
        CauseChange(name=name, cause=names.causes.get(name), appears=appears, found=subjects)
        for appears, group in ((True, appeared), (False, gone))
        for name, subjects in group.items()
    ]
    return sorted(made, key=_order)


class _Names:
    """Of which cause a deviation is, as the later report knows it, or, what that does not know, as the earlier one."""

    def __init__(self, before: Report, after: Report) -> None:
        self.causes: dict[str, Cause] = {**before.causes, **after.causes}
        self._entries: dict[str, Deviation] = {**before.deviations, **after.deviations}

    def only_in(self, found: Iterable[Check], others: Iterable[Check]) -> Iterator[tuple[str, tuple[Check, ...]]]:
        """The causes that checks show and others do not, each with the checks, where one of them was made in both."""
        verdicts = {check.id: check for check in others}
        shown = self._by_cause(verdicts.values())
        for name, checks in self._by_cause(found).items():
            in_both = (verdicts[check.id].verdict for check in checks if check.id in verdicts)
            if name not in shown and any(verdict in {"pass", "deviation"} for verdict in in_both):
                yield name, tuple(checks)

    def _by_cause(self, checks: Iterable[Check]) -> dict[str, list[Check]]:
        grouped: dict[str, list[Check]] = {}
        for check in checks:
            if check.verdict == "deviation":
                grouped.setdefault(self._of(check.deviation or ""), []).append(check)
        return grouped

    def _of(self, deviation: str) -> str:
        entry = self._entries.get(deviation)
        return (entry.cause if entry else "") or deviation


def _order(change: CauseChange) -> tuple[bool, int, bool, str]:
    cause = change.cause
    rank = list(MEANINGS).index(cause.cause_class) if cause and cause.cause_class in MEANINGS else LEAST
    return not change.appears, rank, not (cause and cause.silent), change.name
