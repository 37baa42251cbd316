"""A small file for each implementation that is kept in git: a change of a verdict is a line in a review."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import Check
from lstm_conformance.reports.records.summary import Group, grouped, numbers_in


def verdict_files(report: Report) -> dict[str, str]:
    """Return the texts by the names of their files, one for each implementation, a part for each of its versions."""
    subjects: dict[str, list[Subject]] = {}
    for subject in report.checks:
        subjects.setdefault(subject.implementation, []).append(subject)
    return {
        _file_name(name): "\n".join(line for version in group for line in _part(version, report.checks[version])) + "\n"
        for name, group in subjects.items()
    }


def _part(subject: Subject, checks: tuple[Check, ...]) -> Iterator[str]:
    """The verdict of every rule on every path: no figure that changes without a change of verdict."""
    yield f"# {subject}"
    if not checks:
        yield "no checks"
    cells = grouped(checks, lambda check: (check.rule, check.path))
    for rule, path in sorted(cells, key=lambda cell: (numbers_in(cell[0]), cell[1])):
        group = cells[rule, path]
        yield f"{rule:<5} {path:<16} {' '.join([group.worst, *_deviations(group)])}"


def _deviations(group: Group) -> list[str]:
    return sorted({check.deviation for check in group.checks if check.deviation})


def _file_name(implementation: str) -> str:
    """The name of the implementation, where it can be that of a file; else with a digest, which keeps it apart."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", implementation).lstrip(".")[:100]
    if safe != implementation:
        safe = f"{safe}-{hashlib.sha256(implementation.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"
    return f"{safe}.txt"
