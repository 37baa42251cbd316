"""The whole report as one JSON document: what the page shows, what it lets a reader download, what `--json` writes.

Columns of numbers, and lists of what they stand for: 100,000 checks are a few megabytes and are read in an instant.
Its JSON Schema is `document.schema.json`, beside this file.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lstm_conformance.reports.changes.changed import changes_document
from lstm_conformance.reports.changes.compare import KINDS, Changes
from lstm_conformance.reports.changes.history import History
from lstm_conformance.reports.changes.trend import trend_document, trends
from lstm_conformance.reports.changes.verdict import heading, sentence
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.failing import first_to_last
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import VERDICTS, Check
from lstm_conformance.reports.records.serialize import shortened, to_plain
from lstm_conformance.reports.records.summary import grouped

SCHEMA_VERSION = 2

DETAILED = 1000
"""How many checks keep their details: as many of every rule, subject and path, the worst first, at least one."""

NOTHING = -1
"""Stands for what a check has not."""

NAMED = ("path", "rule", "configuration", "test", "measure", "message", "deviation")
"""The columns that hold numbers of values; those of `subject`, `verdict` and `change` are places in their own lists."""


COLUMNS = ("subject", *NAMED, "case", "verdict", "budget", "change", "milliseconds")


@dataclass(frozen=True, kw_only=True)
class Story:
    """All that one page tells: a report, and what is known besides."""

    report: Report
    changes: Changes | None = None
    history: History | None = None
    kills: Mapping[str, Any] | None = None
    claims: str = ""  # where the page of claims is, seen from this one


@dataclass
class Values:
    """Gives equal values one number, in the order in which they first come."""

    numbers: dict[Hashable, int] = field(default_factory=dict)

    def number(self, value: Hashable) -> int:
        """The number of a value; NOTHING for None."""
        return NOTHING if value is None else self.numbers.setdefault(value, len(self.numbers))


def document(story: Story) -> dict[str, Any]:
    """Return the document, in built-in types."""
    report = story.report
    values = {name: Values() for name in NAMED}
    for number in report.rules:
        values["rule"].number(number)
    places = {subject: place for place, subject in enumerate(report.checks)}
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for subject, checks in report.checks.items():
        for check in checks:
            for name, value in _row(story, places[subject], subject, check, values).items():
                columns[name].append(value)
    return {
        "schema_version": SCHEMA_VERSION,
        "heading": heading(report, story.changes),
        "sentence": sentence(report),
        "red": report.red,
        "runs": [_run(name, run) for name, run in report.runs.items()],
        "subjects": [_subject(report, subject) for subject in report.checks],
        "matrix": [{"subject": places[subject], "path": path} for subject, path in report.columns],
        "rules": [to_plain(report.rules[number]) for number in report.rules],
        "chapters": report.chapters,
        "deviations": to_plain(report.deviations),
        "causes": to_plain(report.causes),
        "changes": changes_document(story.changes) if story.changes else None,
        "history": _history(story.history, report) if story.history else None,
        "trends": [trend_document(trend) for trend in trends(report)],
        "cells": [to_plain(cell) for cell in report.cells],
        "kills": story.kills,
        "verdicts": list(VERDICTS),
        "kinds": list(KINDS),
        "values": {name: list(column.numbers) for name, column in values.items()},
        "checks": columns,
        "details": _details(report),
    }


def _row(story: Story, place: int, subject: Subject, check: Check, values: Mapping[str, Values]) -> dict[str, Any]:
    kind = story.changes.kinds.get((subject, check.id)) if story.changes else None
    named = {name: getattr(check, name, None) for name in NAMED} | {"test": _test(check)}
    return {name: values[name].number(value) for name, value in named.items()} | {
        "subject": place,
        "case": check.case,
        "verdict": VERDICTS.index(check.verdict),
        "budget": _short(check.budget),
        "change": KINDS.index(kind) if kind else NOTHING,
        "milliseconds": float(f"{1000 * check.seconds:.2g}"),
    }


def _run(name: str, run: Results) -> dict[str, Any]:
    """A run without what the document tells once for all runs, or not at all."""
    once = {"rules", "chapters", "deviations", "causes", "flags", "configurations"}
    header = {field: value for field, value in run.header.to_json().items() if field not in once}
    return {"name": name, "header": header, "footer": run.footer.to_json()}


def _subject(report: Report, subject: Subject) -> dict[str, Any]:
    return {
        **to_plain(subject),
        "run": report.origins[subject],
        "command": list(report.header(subject).command(subject.implementation)),
    }


def _test(check: Check) -> str | None:
    """The node id, without what the check's other fields say: `file::test[]`."""
    own = f"[{check.implementation}/{check.path}/{check.configuration}]"
    return check.nodeid.removesuffix(own) + "[]" if check.nodeid.endswith(own) else check.nodeid or None


def _short(budget: float | None) -> Any:
    """Three digits, above the bound six; infinity and NaN by their names."""
    return None if budget is None else to_plain(shortened(budget, 3 if budget < 1 else 6))


def _history(history: History, report: Report) -> dict[str, Any]:
    """The letters of the nights, by rule, for every column of the matrix."""
    courses = {
        rule: [history.courses.get((rule, subject, path)) for subject, path in report.columns] for rule in report.rules
    }
    letters = {rule: [course.letters if course else None for course in row] for rule, row in courses.items()}
    return {"nights": list(history.nights), "letters": letters}


def _details(report: Report) -> dict[str, Any]:
    """The details of the checks to look at first of every rule, subject and path, by the number of the check."""
    every = (check for checks in report.checks.values() for check in checks)
    numbers = {id(check): number for number, check in enumerate(every) if check.detail}
    cells = [
        cell
        for checks in report.checks.values()
        for cell in grouped((check for check in checks if check.detail), lambda c: (c.rule, c.path)).values()
    ]
    share = max(1, DETAILED // max(1, len(cells)))
    return {str(numbers[id(check)]): _detail(check) for cell in cells for check in first_to_last(cell.checks)[:share]}


def _detail(check: Check) -> dict[str, Any]:
    detail: dict[str, Any] = to_plain(check.detail or {})
    if isinstance(detail.get("by_step"), list):
        detail["by_step"] = [_short(float(step)) for step in detail["by_step"]]
    return detail
