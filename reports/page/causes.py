"""What fails, by cause: the few lines that a reader sees first."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from lstm_conformance.reports.records.alike import by_cause, example
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import Check
from lstm_conformance.reports.records.summary import budget_rank, grouped

Place = tuple[str, Subject, str]
"""Rule, subject and path."""


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Red checks of one path that have one cause. `example`: the one that tells most of it."""

    subject: Subject
    path: str
    example: Check
    checks: int
    rules: int

    @property
    def silent(self) -> bool:
        """Whether numbers came that are wrong: worse than an exception, which everybody sees."""
        return self.example.budget is not None


def failing_causes(report: Report, told: Container[Place]) -> list[Failing]:
    """The causes of what fails: wrong numbers first, then those of most checks and of largest errors.

    told: what is told elsewhere.
    """
    failing = [
        Failing(
            subject=subject,
            path=path,
            example=example(cause),
            checks=len(cause),
            rules=len({check.rule for check in cause}),
        )
        for subject, checks in report.checks.items()
        for (path,), group in grouped(checks, lambda check: (check.path,)).items()
        for cause in by_cause(check for check in group.checks if (check.rule, subject, path) not in told)
    ]
    return sorted(failing, key=lambda cause: (not cause.silent, -cause.checks, -budget_rank(cause.example)))
