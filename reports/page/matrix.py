"""The matrix of a report: implementations, their versions and paths down; chapters of rules, and their rules, across.

Of names that are as long as they like there is one a row, and what stands over a column is a title of SPEC.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lstm_conformance.reports.changes.compare import Changes
from lstm_conformance.reports.changes.verdict import several
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import RED, Verdict
from lstm_conformance.reports.records.summary import SEVERITY, SYMBOLS, Group, grouped


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The checks of a rule, or of a chapter, in one row. `text`: failing checks, or rules, else a symbol."""

    verdict: Verdict | None
    text: str
    new: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A rule; `place`: which of the report's rules it is; `cells`: from the first row to the last."""

    place: int
    number: str
    title: str
    cells: tuple[Cell, ...]

    @property
    def calm(self) -> bool:
        """Whether nothing fails in any row."""
        return not any(cell.verdict in RED for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """Rules that belong together, and what they come to in every row."""

    number: str
    title: str
    note: str
    cells: tuple[Cell, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A path; `first`: of its implementation and version."""

    subject: Subject
    path: str
    first: bool


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """What stands at its side, and over it."""

    rows: tuple[Row, ...]
    chapters: tuple[Chapter, ...]


def matrix(report: Report, changes: Changes | None) -> Matrix:
    """Lay out a report."""
    places = tuple(report.columns)
    groups = {
        (rule, subject, path): group
        for subject, checks in report.checks.items()
        for (rule, path), group in grouped(checks, lambda check: (check.rule, check.path)).items()
    }
    new = {(change.rule, change.subject, change.path) for change in changes.of("newly failing")} if changes else set()
    columns: dict[str, list[Column]] = {}
    for place, (number, rule) in enumerate(report.rules.items()):
        keys = [(number, *row) for row in places]
        cells = tuple(_cell(groups.get(key), key in new) for key in keys)
        column = Column(place=place, number=number, title=rule.title if rule else "", cells=cells)
        columns.setdefault(number.split(".")[0], []).append(column)
    return Matrix(
        rows=tuple(
            Row(subject=subject, path=path, first=not n)
            for subject, members in groupby(places, key=lambda place: place[0])
            for n, (_, path) in enumerate(members)
        ),
        chapters=tuple(_chapter(number, report.chapters.get(number, ""), rules) for number, rules in columns.items()),
    )


def _cell(group: Group | None, new: bool) -> Cell:
    if group is None:
        return Cell(verdict=None, text="")
    text = f"{group.failures:,}" if group.failures else SYMBOLS[group.worst]
    return Cell(verdict=group.worst, text=text, new=new)


def _chapter(number: str, title: str, columns: Sequence[Column]) -> Chapter:
    failing = sum(not column.calm for column in columns)
    known = sum(any(cell.verdict == "deviation" for cell in column.cells) for column in columns)
    note = f"{failing} of {several(len(columns), 'rule')} fail" if failing else several(len(columns), "rule")
    return Chapter(
        number=number,
        title=title,
        note=f"{note}, {known} known" if known else note,
        cells=tuple(_rolled_up([column.cells[n] for column in columns]) for n in range(len(columns[0].cells))),
        columns=tuple(columns),
    )


def _rolled_up(cells: Sequence[Cell]) -> Cell:
    """The worst of the cells; of failing ones, how many there are."""
    worst = min((cell.verdict for cell in cells if cell.verdict), key=SEVERITY.index, default=None)
    failing = sum(cell.verdict in RED for cell in cells)
    text = str(failing) if failing else SYMBOLS[worst] if worst else ""
    return Cell(verdict=worst, text=text, new=any(cell.new for cell in cells))
