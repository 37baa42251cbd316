"""A badge, in the form of the endpoint of shields.io."""

from __future__ import annotations

from lstm_conformance.reports.changes.verdict import several, subjects
from lstm_conformance.reports.records.combine import Report
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
    known = report.counts["deviation"]
    return f"conforms, {several(known, 'known deviation')}" if known else "conforms", "brightgreen"
