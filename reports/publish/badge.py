"""A badge, in the form of the endpoint of shields.io."""

from __future__ import annotations

from lstm_conformance.reports.changes.verdict import several, subjects
from lstm_conformance.reports.records.combine import Report
from lstm_conformance.reports.records.known import BUG, known
from lstm_conformance.reports.records.results import RED


def badge(report: Report) -> dict[str, object]:
    """Return the badge: https://shields.io/badges/endpoint-badge."""
    message, color = _said(report)
    return {"schemaVersion": 1, "label": "LSTM conformance", "message": message, "color": color}


def _said(report: Report) -> tuple[str, str]:
    if report.problems:
        return "not to be trusted", "red"
    if any(report.counts[verdict] for verdict in RED):
        return f"{len(report.failing)} of {subjects(list(report.checks))} fail", "red"
    if report.red:
        return "incomplete", "orange"
    if not report.counts["deviation"]:
        return "conforms", "brightgreen"
    return f"conforms but for {_known(report)}", "brightgreen"


def _known(report: Report) -> str:
    """What is known, bugs first; the suite's own choices are not counted with them."""
    causes = known((check for checks in report.checks.values() for check in checks), report.deviations, report.causes)
    bugs, unnamed = len(causes.of(BUG)), len(causes.unnamed)
    told = [several(bugs, "known bug")] if bugs else []
    told += [several(unnamed, "known deviation")] if unnamed else []
    return " and ".join(told) or "what no manual settles"
