"""The recorded deviations that a report has, by their causes: what a reader wants to know stands once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.known import MEANINGS
from lstm_conformance.reports.records.results import Cause, Deviation
from lstm_conformance.reports.records.summary import Group, grouped


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A deviation that was seen. `record`: None where the report has none of its id. `places`: where, and how often."""

    id: str
    record: Deviation | None
    places: tuple[tuple[str, Subject, str, Group], ...]

    @property
    def checks(self) -> int:
        """How many checks deviate."""
        return sum(len(group.checks) for _, _, _, group in self.places)

    @property
    def first_seen(self) -> str:
        """ISO 8601; "" where there is no record."""
        return self.record.first_seen if self.record else ""

    @property
    def message(self) -> str:
        """What the first of the checks says."""
        return self.places[0][3].checks[0].message or ""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A cause with the deviations that show it, those first that have been known longest. `cause`: None if unknown."""

    name: str
    cause: Cause | None
    entries: tuple[Entry, ...]

    @property
    def checks(self) -> int:
        """How many checks deviate because of it."""
        return sum(entry.checks for entry in self.entries)


def shown(report: Report) -> list[Shown]:
    """The causes: bugs first, silently wrong numbers before others; then what is undocumented, the suite's own, others.

    A deviation of which no cause is recorded stands for itself.
    """
    by_cause: dict[str, list[Entry]] = {}
    for entry in sorted(_entries(report), key=lambda entry: entry.first_seen):
        cause = entry.record.cause if entry.record else ""
        by_cause.setdefault(cause or entry.id, []).append(entry)
    causes = [
        Shown(name=name, cause=report.causes.get(name), entries=tuple(entries)) for name, entries in by_cause.items()
    ]
    return sorted(causes, key=_accusation)


def _entries(report: Report) -> Iterator[Entry]:
    seen: dict[str, list[tuple[str, Subject, str, Group]]] = {}
    for subject, checks in report.checks.items():
        deviating = (check for check in checks if check.verdict == "deviation")
        for (name, rule, path), group in grouped(deviating, lambda c: (c.deviation or "", c.rule, c.path)).items():
            seen.setdefault(name, []).append((rule, subject, path, group))
    for name, places in seen.items():
        yield Entry(id=name, record=report.deviations.get(name), places=tuple(places))


def _accusation(row: Shown) -> tuple[int, bool, str]:
    cause = row.cause
    rank = list(MEANINGS).index(cause.cause_class) if cause and cause.cause_class in MEANINGS else len(MEANINGS)
    return rank, not (cause and cause.silent), row.entries[0].first_seen
