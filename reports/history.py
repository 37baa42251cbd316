"""The nights before: how every check ended in earlier reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_conformance.reports.combine import Report, Subject, combine
from lstm_conformance.reports.compare import counterparts
from lstm_conformance.reports.files import Results
from lstm_conformance.reports.results import Verdict

NIGHTS = 14
"""How many nights a report looks back."""

LETTERS: Mapping[Verdict, str] = {
    "pass": "p",
    "deviation": "d",
    "fail": "f",
    "error": "e",
    "unstable": "u",
    "not-run": "n",
}
ABSENT = "."


@dataclass(frozen=True, kw_only=True)
class History:
    """When the nights were, the oldest first, and a letter a night for every check of the report."""

    nights: tuple[str, ...]
    letters: Mapping[tuple[Subject, str], str]


def read_nights(folder: Path, before: str) -> list[Report]:
    """Read the last nights that began before a time, the oldest first.

    A night is a results file in the folder, or a folder of such files in it. Raises ResultsError, OSError.
    """
    nights = [read_night(entry) for entry in sorted(folder.iterdir()) if entry.is_dir() or entry.suffix == ".jsonl"]
    return sorted((night for night in nights if night.started < before), key=lambda night: night.started)[-NIGHTS:]


def read_night(path: Path) -> Report:
    """Read one results file, or a folder of them, as one report."""
    return read([path] if path.is_file() else sorted(path.glob("*.jsonl")))


def read(paths: Sequence[Path]) -> Report:
    """Read results files as one report; at least one."""
    return combine({str(path): Results.read(path) for path in paths})


def history(report: Report, nights: Sequence[Report]) -> History:
    """How the checks of a report ended in the nights before."""
    columns = [_letters(report, night) for night in nights]
    keys = [(subject, check.id) for subject, checks in report.checks.items() for check in checks]
    return History(
        nights=tuple(night.started for night in nights),
        letters={key: "".join(column.get(key, ABSENT) for column in columns) for key in keys},
    )


def _letters(report: Report, night: Report) -> dict[tuple[Subject, str], str]:
    former = counterparts(night, report)
    return {
        (subject, check.id): LETTERS[check.verdict]
        for subject in report.checks
        for check in night.checks.get(former.get(subject, subject), ())
    }
