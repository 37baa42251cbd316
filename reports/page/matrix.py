"""The matrix of a report: chapters of rules and their rules down, implementations, their versions and paths across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from lstm_conformance.reports.changes.compare import Changes
from lstm_conformance.reports.changes.verdict import several
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import RED, Verdict
from lstm_conformance.reports.records.summary import SEVERITY, SYMBOLS, Group, grouped

Column = tuple[Subject, str]
Name = TypeVar("Name")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The checks of a rule, or of a chapter, in one column. `text`: failing checks, or rules, else a symbol."""

    verdict: Verdict | None
    text: str
    new: bool = False


@dataclass(frozen=True, kw_only=True)
class Row:
    """A rule; `place`: which of the report's rules it is. `calm`: nothing in it wants a reader."""

    place: int
    number: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def calm(self) -> bool:
        """Whether nothing fails in any column."""
        return not any(cell.verdict in RED for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """Rules that belong together, and what they come to in every column."""

    number: str
    title: str
    note: str
    cells: tuple[Cell, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """`implementations` and `subjects`: each with the number of columns that it spans."""

    columns: tuple[Column, ...]
    implementations: tuple[tuple[str, int], ...]
    subjects: tuple[tuple[Subject, int], ...]
    chapters: tuple[Chapter, ...]


def matrix(report: Report, changes: Changes | None) -> Matrix:
    """Lay out a report."""
    columns = tuple(report.columns)
    groups = {
        (rule, subject, path): group
        for subject, checks in report.checks.items()
        for (rule, path), group in grouped(checks, lambda check: (check.rule, check.path)).items()
    }
    new = {(each.rule, each.subject, each.path) for each in changes.of("newly failing")} if changes else set()
    rows: dict[str, list[Row]] = {}
    for place, (number, rule) in enumerate(report.rules.items()):
        keys = [(number, *column) for column in columns]
        cells = tuple(_cell(groups.get(key), key in new) for key in keys)
        row = Row(place=place, number=number, title=rule.title if rule else "", cells=cells)
        rows.setdefault(number.split(".")[0], []).append(row)
    return Matrix(
        columns=columns,
        implementations=tuple(_spans([subject.implementation for subject, _ in columns])),
        subjects=tuple(_spans([subject for subject, _ in columns])),
        chapters=tuple(_chapter(number, report.chapters.get(number, ""), found) for number, found in rows.items()),
    )


def _cell(group: Group | None, new: bool) -> Cell:
    if group is None:
        return Cell(verdict=None, text="")
    text = f"{group.failures:,}" if group.failures else SYMBOLS[group.worst]
    return Cell(verdict=group.worst, text=text, new=new)


def _chapter(number: str, title: str, rows: Sequence[Row]) -> Chapter:
    failing = sum(not row.calm for row in rows)
    known = sum(any(cell.verdict == "deviation" for cell in row.cells) for row in rows)
    note = f"{failing} of {several(len(rows), 'rule')} fail" if failing else several(len(rows), "rule")
    return Chapter(
        number=number,
        title=title,
        note=f"{note}, {known} known" if known else note,
        cells=tuple(_rolled_up([row.cells[n] for row in rows]) for n in range(len(rows[0].cells))),
        rows=tuple(rows),
    )


def _rolled_up(cells: Sequence[Cell]) -> Cell:
    """The worst of the cells; of failing ones, how many there are."""
    worst = min((cell.verdict for cell in cells if cell.verdict), key=SEVERITY.index, default=None)
    failing = sum(cell.verdict in RED for cell in cells)
    text = str(failing) if failing else SYMBOLS[worst] if worst else ""
    return Cell(verdict=worst, text=text, new=any(cell.new for cell in cells))


def _spans(names: Sequence[Name]) -> list[tuple[Name, int]]:
    """Neighbours that are equal, as one, with their number."""
    return [(name, len(list(members))) for name, members in groupby(names)]
