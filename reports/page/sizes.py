"""Which options met which sizes where numbers were judged, and which never did: the map's sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstm_conformance.reports.records.combine import Report, Subject


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A path. `judged`: how many options at classes of sizes; `possible`: of how many that there are on it."""

    subject: Subject
    path: str
    judged: int
    possible: int


def asked(report: Report) -> list[Asked]:
    """Every path of which a run tells it, in the order of the matrix."""
    return [_asked(report, subject, path) for subject, path in report.columns if path in _told(report, subject)]


def _asked(report: Report, subject: Subject, path: str) -> Asked:
    letters = list(_letters(report, subject, path))
    return Asked(subject=subject, path=path, judged=letters.count("x"), possible=len(letters) - letters.count(" "))


def _letters(report: Report, subject: Subject, path: str) -> Iterator[str]:
    for line in _told(report, subject)[path].values():
        yield from line


def _told(report: Report, subject: Subject) -> dict[str, dict[str, str]]:
    environment = report.environments.get(subject)
    return {path: dict(lines) for path, lines in environment.sizes.items()} if environment else {}
