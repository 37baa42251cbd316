"""The report, and what changed, as the Markdown of a CI step: the verdict, changes, failures, and what was tested."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstm_conformance.reports.changes.changed import (
    cause_facts,
    cause_title,
    cell_text,
    package_text,
    places,
    seen,
    subjects_text,
)
from lstm_conformance.reports.changes.compare import Changes, together
from lstm_conformance.reports.changes.verdict import conformity, day, news, sentence
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.records.cells import CellResult
from lstm_conformance.reports.records.combine import Report
from lstm_conformance.reports.records.failing import Failure, failures
from lstm_conformance.reports.records.kinds import CHANGES_MARK, SUMMARY_MARK
from lstm_conformance.reports.records.results import RED
from lstm_conformance.reports.records.visible import visible

ROWS = 50
"""How many rows of a table are shown: GitHub refuses a summary of more than a mebibyte."""

LONGEST = 300
"""Characters of a text that are shown."""


def summary(story: Story) -> str:
    """Return the Markdown of a report."""
    report = story.report
    lines = [SUMMARY_MARK, f"## {escaped(sentence(report))}", ""]
    if report.problems:
        lines += [escaped(conformity(report)), "", *(f"- {escaped(problem)}" for problem in report.problems[:ROWS]), ""]
    if story.changes:
        lines += [escaped(news(story.changes)), "", *_changed(story.changes)]
    lines += [*_failing(failures(report)), *_cells(report.untested), *_subjects(report)]
    return "\n".join(lines)


def changes_summary(changes: Changes) -> str:
    """Return the Markdown of what changed."""
    changed = [*_changed(changes)] or ["Nothing changed.", ""]
    return "\n".join([CHANGES_MARK, f"## {escaped(news(changes))}", "", *changed])


def _changed(changes: Changes) -> Iterator[str]:
    """What changed: known causes; then by rule and implementation; then cells and packages."""
    causes = [
        [
            "appears" if cause_change.appears else "disappears",
            cause_title(cause_change),
            "; ".join(cause_facts(cause_change).values()),
        ]
        for cause_change in changes.causes
    ]
    yield from table(["Known cause", "What it is", "Who is affected, what helps, where it shows"], causes)
    groups = together(changes.changes).values()
    rows = [
        [group[0].kind, group[0].rule, f"{group[0].subject.implementation} {places(group)}", seen(group)]
        for group in groups
    ]
    yield from table(["Changed", "Rule", "Where", f"Since {day(changes.since)}"], rows)
    yield from table(
        ["Cell", "How it ended and ends"], [[cell_change.cell, cell_text(cell_change)] for cell_change in changes.cells]
    )
    packages = [
        [package_change.package, package_text(package_change), subjects_text(package_change.subjects)]
        for package_change in changes.packages
    ]
    yield from table(["Package", "Version", "Where"], packages)


def _cells(untested: list[CellResult]) -> Iterator[str]:
    rows = [[cell.id, cell.tier, cell.outcome, cell.reason] for cell in untested]
    yield from table(["Cell not tested", "Tier", "Outcome", "Reason"], rows)


def _failing(failing: list[Failure]) -> Iterator[str]:
    rows = [
        [failure.rule, f"{failure.subject} {failure.path}", f"{failure.failing:,} of {failure.checks:,}", failure.cause]
        for failure in failing
    ]
    yield from table(["Failing rule", "Where", "Checks", "What is seen"], rows)


def _subjects(report: Report) -> Iterator[str]:
    rows = []
    for subject, checks in report.checks.items():
        environment = report.environments.get(subject)
        python = environment.python if environment else "unknown"
        failing = sum(check.verdict in RED for check in checks)
        rows.append([str(subject), python, f"{len(checks):,}", f"{failing:,}"])
    yield from table(["Tested", "Python", "Checks", "Failing"], rows)


def table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """The lines of a table, of the first rows, and a blank line; nothing for no rows."""
    if not rows:
        return
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from (_row([escaped(cell) for cell in row]) for row in rows[:ROWS])
    if len(rows) > ROWS:
        yield _row([f"… and {len(rows) - ROWS:,} more", *[""] * (len(head) - 1)])
    yield ""


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no link, no line of its own, no mention of anybody."""
    plain = " ".join(str(visible(text)).split())
    plain = plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} …"
    marked = re.sub(r"([\\`*_{}\[\]<>()#|~!&])", lambda match: f"&#{ord(match[1])};", plain)
    return marked.replace("@", "&#64;").replace("://", ":&#8203;//")
