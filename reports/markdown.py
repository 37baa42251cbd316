"""The report as the Markdown of a CI step: the verdict, what changed, what fails, and what was tested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstm_conformance.reports.combine import Report
from lstm_conformance.reports.compare import Change, Changes
from lstm_conformance.reports.document import Story
from lstm_conformance.reports.failing import Failure, failures
from lstm_conformance.reports.text import budget_text
from lstm_conformance.reports.verdict import conformity, day, news, sentence
from lstm_conformance.reports.visible import visible

ROWS = 50
"""How many rows of a table are shown: GitHub refuses a summary of more than a mebibyte."""


def summary(story: Story) -> str:
    """Return the Markdown."""
    report = story.report
    lines = [f"## {_text(sentence(report))}", ""]
    if report.problems:
        lines += [_text(conformity(report)), "", *(f"- {_text(problem)}" for problem in report.problems), ""]
    if story.changes:
        lines += [_text(news(story.changes)), "", *_changed(story.changes)]
    lines += [*_failing(failures(report)), *_subjects(report)]
    return "\n".join(lines)


def _changed(changes: Changes) -> Iterator[str]:
    rows = [_change(change) for change in changes.changes]
    rows += [
        ["package", each.package, str(each.subject), f"{each.before or 'none'} → {each.after or 'none'}"]
        for each in changes.packages
    ]
    if rows:
        yield from _table(["Changed", "Rule", "Where", f"Since {day(changes.since)}"], rows)


def _change(change: Change) -> list[str]:
    many = f"{len(change.checks):,} checks" if len(change.checks) != 1 else "1 check"
    margin = f"budget used {budget_text(change.before)} → {budget_text(change.after)}"
    told = margin if change.kind == "margin worsened" else many
    return [change.kind, change.rule, f"{change.subject} {change.path}", told]


def _failing(found: list[Failure]) -> Iterator[str]:
    if found:
        rows = [
            [each.rule, f"{each.subject} {each.path}", f"{each.failing:,} of {each.checks:,}", each.cause]
            for each in found
        ]
        yield from _table(["Failing rule", "Where", "Checks", "What is seen"], rows)


def _subjects(report: Report) -> Iterator[str]:
    rows = []
    for subject, checks in report.checks.items():
        environment = report.environments.get(subject)
        python = environment.python if environment else "unknown"
        failing = sum(check.verdict in {"fail", "error", "unstable"} for check in checks)
        rows.append([str(subject), python, f"{len(checks):,}", f"{failing:,}"])
    yield from _table(["Tested", "Python", "Checks", "Failing"], rows)


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from (_row([_text(cell) for cell in row]) for row in rows[:ROWS])
    if len(rows) > ROWS:
        yield _row([f"… and {len(rows) - ROWS:,} more", *[""] * (len(head) - 1)])
    yield ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no link, no line of its own, no mention of anybody."""
    plain = " ".join(str(visible(text)).split())
    escaped = re.sub(r"([\\`*_{}\[\]<>()#|~!&])", lambda found: f"&#{ord(found[1])};", plain)
    return escaped.replace("@", "&#64;").replace("://", ":&#8203;//")
