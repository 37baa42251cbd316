"""What fails, a line for each rule, subject and path; and the address of a check on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from lstm_conformance.reports.records.clustering import shared
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.reports.records.summary import SEVERITY, Group, budget_rank, grouped, numbers_in
from lstm_conformance.reports.records.text import budget_text


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The red checks of one rule, subject and path.

    `checks`: how many there are of any verdict. `worst`: the one to look at first. `budget`: the largest used.
    `together`: which flags the failing configurations share, if that can be told.
    """

    rule: str
    subject: Subject
    path: str
    failing: int
    checks: int
    worst: Check
    budget: float | None
    together: str | None

    @property
    def cause(self) -> str:
        """The diagnosis, if there is one; else the message of the worst check."""
        return cause(self.worst)


def failures(report: Report) -> list[Failure]:
    """Return what fails, the worst verdict first, then in the order of the rules."""
    failing = [
        _failure(report, subject, path, rule, group)
        for subject, checks in report.checks.items()
        for (rule, path), group in grouped(checks, lambda check: (check.rule, check.path)).items()
        if group.failures
    ]
    return sorted(
        failing, key=lambda failure: (SEVERITY.index(failure.worst.verdict), numbers_in(failure.rule), failure.subject)
    )


def cause(check: Check) -> str:
    """Why a check probably fails: the hypotheses that fit it, else its message."""
    diagnosis = (check.detail or {}).get("diagnosis")
    fits = diagnosis.get("fits") if isinstance(diagnosis, dict) else None
    if not fits:
        return check.message or "no message recorded"
    names = [" and ".join(fit["names"]).replace("_", " ") or "a correct LSTM" for fit in fits]
    return f"fits {' or '.join(names)}, {budget_text(float(fits[0]['budget']))} × the bound"


def first_to_last(checks: Iterable[Check]) -> list[Check]:
    """The order in which to look at checks: of a verdict first those that are diagnosed, then the largest budgets."""
    return sorted(
        checks,
        key=lambda check: (
            SEVERITY.index(check.verdict),
            "diagnosis" not in (check.detail or {}),
            -budget_rank(check),
        ),
    )


def worst_of(checks: tuple[Check, ...]) -> Check:
    """The check to look at first."""
    return first_to_last(checks)[0]


def address(subject: Subject, check: Check) -> str:
    """Where the page shows a check: it holds for every run, and finds the version if the page has it."""
    return "#" + _query({"check": check.id, "version": subject.version})


def filtered(words: str) -> str:
    """Where the page lists the checks that a filter finds."""
    return "#" + _query({"filter": words})


def _query(fields: dict[str, str]) -> str:
    return urlencode(
        {name: text for name, text in fields.items() if text}, quote_via=quote, safe="/:,", errors="replace"
    )


def _failure(report: Report, subject: Subject, path: str, rule: str, group: Group) -> Failure:
    red = tuple(check for check in group.checks if check.verdict in RED)
    largest = Group(red).closest
    return Failure(
        rule=rule,
        subject=subject,
        path=path,
        failing=len(red),
        checks=len(group.checks),
        worst=worst_of(red),
        budget=largest.budget if largest else None,
        together=shared(group.checks, report.header(subject)),
    )
