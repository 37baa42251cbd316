"""One issue in a tracker for each rule and implementation: what it says, and what is to be done with open ones."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lstm_conformance.reports.changes.history import History
from lstm_conformance.reports.publish.markdown import escaped, table
from lstm_conformance.reports.records.basis import basis_text
from lstm_conformance.reports.records.combine import Report
from lstm_conformance.reports.records.failing import Failure, failures
from lstm_conformance.reports.records.results import RED, Rule
from lstm_conformance.reports.records.serialize import loads
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.reports.records.visible import harmless

LIMIT = 60_000
"""Characters of a body: GitHub takes 65,536."""

LONGEST = 3_000
"""Characters of a command that repeats a check."""

TEST = ("lstm-conformance", "test", "--implementation")
"""What repeats a check is made of its id: a results file may have come from anywhere, and its words are not advice."""

Key: TypeAlias = tuple[str, str]  # rule, implementation

_MARK = re.compile(r"^<!-- lstm-conformance (\{.*\}) -->", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Issue:
    """An issue of the tracker; `number` is None until it is opened. `cells`: where the rule fails."""

    number: int | None
    key: Key
    cells: tuple[str, ...]
    title: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Action:
    """What is to be done with an issue."""

    verb: Literal["open", "update", "close"]
    issue: Issue

    def __str__(self) -> str:
        number = f" #{self.issue.number}" if self.issue.number else ""
        return f"{self.verb}{number}: {self.issue.title}"


def read_issue(number: int, title: str, body: str) -> Issue | None:
    """An issue as the tracker has it; None if nothing in it says that it is one of these."""
    match = _MARK.search(body)
    if not match:
        return None
    try:
        mark = loads(match[1])
        return Issue(
            number=number,
            key=(str(mark["rule"]), str(mark["implementation"])),
            cells=tuple(map(str, mark["cells"])),
            title=title,
            body=body,
        )
    except (ValueError, KeyError, TypeError):
        return None


def actions(report: Report, known: Sequence[Issue], history: History | None, page: str) -> list[Action]:
    """What is to be done after a night: open what newly fails, update what fails in another way, close what is mended.

    An issue stays open as long as one of its cells fails, or was not tested: nothing says that it is mended there.
    `page`: the address of the report, if it has one.
    """
    red = _by_key(report)
    existing = {issue.key: issue for issue in known}
    due = []
    for key in dict.fromkeys([*red, *existing]):
        before = existing.get(key)
        unknown = [cell for cell in before.cells if not _checked(report, key, cell)] if before else []
        issue = _issue(report, key, red.get(key, []), unknown, history, page)
        due += _action(before, issue)
    return due


def _action(before: Issue | None, after: Issue) -> list[Action]:
    if before is None:
        return [Action(verb="open", issue=after)]
    issue = Issue(number=before.number, key=after.key, cells=after.cells, title=after.title, body=after.body)
    if not after.cells:
        return [Action(verb="close", issue=issue)]
    same = (before.title, before.body.replace("\r\n", "\n").strip()) == (after.title, after.body.strip())
    return [] if same else [Action(verb="update", issue=issue)]


def _by_key(report: Report) -> dict[Key, list[Failure]]:
    """What fails, but for the cells that are historical: nobody is going to mend a release of years ago."""
    historical = {cell.id for cell in report.cells if cell.tier == "historical"}
    groups: dict[Key, list[Failure]] = {}
    for failure in [failure for failure in failures(report) if report.origins[failure.subject] not in historical]:
        groups.setdefault((failure.rule, failure.subject.implementation), []).append(failure)
    return groups


def _checked(report: Report, key: Key, cell: str) -> bool:
    """Whether a rule was really checked on an implementation in a cell."""
    rule, implementation = key
    return any(
        check.rule == rule and check.verdict != "not-run"
        for subject, checks in report.checks.items()
        if subject.implementation == implementation and report.origins[subject] == cell
        for check in checks
    )


def _issue(
    report: Report, key: Key, failing: Sequence[Failure], unknown: Sequence[str], history: History | None, page: str
) -> Issue:
    rule, implementation = key
    cells = tuple(sorted({report.origins[failure.subject] for failure in failing} | set(unknown)))
    text = report.rules.get(rule)
    title = f"Rule {rule} fails on {implementation}{': ' + text.title if text else ''}"
    title = " ".join(harmless(title).split())[:200]
    mark = {"rule": rule, "implementation": implementation, "cells": cells}
    lines = [f"<!-- lstm-conformance {_json(mark)} -->", *_told(report, rule, failing, unknown, history, page)]
    return Issue(number=None, key=key, cells=cells, title=title, body=_cut("\n".join(lines)))


def _told(
    report: Report,
    rule: str,
    failing: Sequence[Failure],
    unknown: Sequence[str],
    history: History | None,
    page: str,
) -> Iterator[str]:
    """What a reader of the issue wants to know: what must hold, where it does not, since when, and how to see it."""
    text = report.rules.get(rule)
    yield from [f"> {escaped(text.sentence)}", "", f"Source: {escaped(text.source)}", *_basis(text), ""] if text else []
    yield from table(
        ["Where", "Cell", "Checks", "Budget used", "What is seen", "Since"],
        [_row(report, failure, history) for failure in failing],
    )
    if unknown:
        yield from ["Not tested this night, and failing before: " + ", ".join(map(escaped, unknown)) + ".", ""]
    if failing:
        command = shlex.join([*TEST, failing[0].subject.implementation, "--case", failing[0].worst.id])
        cell = report.cell(failing[0].subject)
        yield from [f"To see it in {escaped(cell.id)}:" if cell else "To see it:", "", *_code(command), ""]
    yield from [f"[The report]({page})", ""] if page else []
    yield "This text is written anew by every night; the issue is closed when nothing of it fails any more."


def _basis(text: Rule) -> list[str]:
    """Whose the rule is: what rests on the suite's choice does not read like a bug."""
    return [f"Basis: {escaped(basis_text(text.basis))}"] if text.basis else []


def _row(report: Report, failure: Failure, history: History | None) -> list[str]:
    course = history.courses.get((failure.rule, failure.subject, failure.path)) if history else None
    return [
        f"{failure.subject} {failure.path}",
        report.origins[failure.subject],
        f"{failure.failing:,} of {failure.checks:,}",
        budget_text(failure.budget),
        failure.cause,
        history.since(course) if history and course and course.now in RED else "",
    ]


def _code(command: str) -> list[str]:
    """A command as a block that it cannot end: no line of it begins with backquotes."""
    return [f"    {command}"] if len(command) <= LONGEST and command.isprintable() else ["See the report."]


def _json(mark: Mapping[str, object]) -> str:
    """JSON that cannot end the comment that it is in."""
    return json.dumps(mark).replace("<", "\\u003c").replace(">", "\\u003e")


def _cut(body: str) -> str:
    return body if len(body) <= LIMIT else body[: LIMIT - 100] + "\n\n… cut; the report has the rest.\n"
