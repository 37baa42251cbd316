"""The nights before: how every rule ended in them, and when it broke first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_conformance.reports.changes.nights import ABSENT, LETTERS, Night, night_of, read_night
from lstm_conformance.reports.changes.pairs import counterparts
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import RED, Verdict
from lstm_conformance.reports.records.summary import Group, grouped, numbers_in

NIGHTS = 14
"""How many nights a report looks back."""

VERDICTS: Mapping[str, Verdict] = {letter: verdict for verdict, letter in LETTERS.items()}

UNKNOWN = {ABSENT, LETTERS["not-run"]}
"""The letters of nights that say nothing: a cell may be tested once a week."""


@dataclass(frozen=True, kw_only=True)
class Course:
    """How one rule ended on one subject and path, a letter a night, and how it ends now."""

    rule: str
    subject: Subject
    path: str
    letters: str
    now: Verdict

    @property
    def red(self) -> list[int]:
        """The nights in which it was red."""
        return [night for night, letter in enumerate(self.letters) if VERDICTS.get(letter) in RED]

    @property
    def first(self) -> int | None:
        """The night since which it has been red in every night that says something; None: it is not red, or newly."""
        known = [night for night, letter in enumerate(self.letters) if letter not in UNKNOWN]
        good = max((night for night in known if night not in self.red), default=-1)
        return next((night for night in self.red if night > good), None) if self.now in RED else None

    @property
    def longer(self) -> bool:
        """Whether it may have been red before the first night as well: nothing says that it was not."""
        return self.first is not None and all(letter in UNKNOWN for letter in self.letters[: self.first])


@dataclass(frozen=True, kw_only=True)
class History:
    """When the nights were, the oldest first, and the course of every rule on every subject and path of a report."""

    nights: tuple[str, ...]
    courses: Mapping[tuple[str, Subject, str], Course]

    @property
    def broken(self) -> list[Course]:
        """The rules that are red, those first that broke last, and those that were red in one of the nights."""
        courses = [course for course in self.courses.values() if course.now in RED or course.red]
        return sorted(courses, key=lambda c: (-self._began(c), numbers_in(c.rule), c.subject, c.path))

    def since(self, course: Course) -> str:
        """Say when a rule broke."""
        if course.now not in RED:
            return f"failed last on {self.nights[course.red[-1]][:10]}" if course.red else "has not failed"
        if course.first is None:
            return "newly fails"
        return f"fails since {self.nights[course.first][:10]}{' or longer' if course.longer else ''}"

    def _began(self, course: Course) -> int:
        """The night in which what is to be told began, this one after all others; what is mended comes last."""
        if course.now not in RED:
            return course.red[-1] - len(self.nights)
        return len(self.nights) if course.first is None else course.first


def read_nights(folder: Path, before: str) -> list[Night]:
    """Read the last nights that began before a time, the oldest first.

    A night is a file in the folder that `report --night` wrote, a results file, or a folder of such files.
    Raises ResultsError, OSError.
    """
    entries = [entry for entry in sorted(folder.iterdir()) if entry.is_dir() or entry.suffix in {".json", ".jsonl"}]
    nights = [read_night(entry) if entry.suffix == ".json" else night_of(read([entry])) for entry in entries]
    return sorted((night for night in nights if night.started < before), key=lambda night: night.started)[-NIGHTS:]


def history(report: Report, nights: Sequence[Night]) -> History:
    """How the rules of a report ended in the nights before."""
    earlier = [_letters(report, night) for night in nights]
    courses = [
        _course(rule, subject, path, group, earlier)
        for subject, checks in report.checks.items()
        for (rule, path), group in grouped(checks, lambda check: (check.rule, check.path)).items()
    ]
    return History(
        nights=tuple(night.started for night in nights),
        courses={(course.rule, course.subject, course.path): course for course in courses},
    )


def _course(
    rule: str, subject: Subject, path: str, group: Group, earlier: Sequence[Mapping[tuple[str, Subject, str], str]]
) -> Course:
    letters = "".join(night.get((rule, subject, path), ABSENT) for night in earlier)
    return Course(rule=rule, subject=subject, path=path, letters=letters, now=group.worst)


def _letters(report: Report, night: Night) -> dict[tuple[str, Subject, str], str]:
    """The letters of a night, by the rules, subjects and paths of a later report."""
    former = counterparts(night.origins, report.origins)
    columns = {(column.subject, column.path): column for column in night.columns}
    return {
        (rule, subject, path): letter.lower()
        for subject, path in report.columns
        if subject in former and (column := columns.get((former[subject], path)))
        for rule, letter in zip(night.rules, column.verdicts, strict=True)
    }
