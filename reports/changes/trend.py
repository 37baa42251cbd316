"""From version to version of an implementation: the largest part of the budget that each chapter of rules uses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import RED, Check, Verdict
from lstm_conformance.reports.records.serialize import shortened, to_plain
from lstm_conformance.reports.records.summary import SYMBOLS, Group, budget_rank, grouped, numbers_in
from lstm_conformance.reports.records.text import budget_text


@dataclass(frozen=True, kw_only=True)
class Point:
    """A chapter in one version, over all paths.

    `closest`: the check that used most of its budget, recorded deviations aside; None where nothing is measured.
    """

    verdict: Verdict | None
    closest: Check | None

    @property
    def text(self) -> str:
        """The budget, and a symbol where it does not say by itself how the chapter ended."""
        symbol = SYMBOLS[self.verdict] if self.verdict else ""
        if self.closest is None:
            return symbol
        told = self.verdict == "pass" or budget_rank(self.closest) > 1
        return budget_text(self.closest.budget) if told else f"{budget_text(self.closest.budget)} {symbol}"

    @property
    def level(self) -> str:
        """The colour of the budget: one side of the bound is blue, the other red; none where it is not what fails."""
        rank = budget_rank(self.closest) if self.closest else -math.inf
        if rank < 0 or (rank <= 1 and self.verdict in RED):
            return ""
        if rank > 1:
            return f"over-{min(4, 1 + int(min(math.log10(rank), 8) / 2))}"
        return f"under-{min(4, int(5 * rank))}"


@dataclass(frozen=True, kw_only=True)
class Trend:
    """An implementation, its versions in a row, and for each chapter a point for each of them."""

    implementation: str
    subjects: tuple[Subject, ...]
    chapters: dict[str, tuple[Point, ...]]


def trends(report: Report) -> list[Trend]:
    """The trends of the implementations that come in several versions."""
    versions: dict[str, list[Subject]] = {}
    for subject in report.checks:
        versions.setdefault(subject.implementation, []).append(subject)
    return [_trend(report, name, subjects) for name, subjects in versions.items() if len(subjects) > 1]


def trend_document(trend: Trend) -> dict[str, Any]:
    """The trend in built-in types."""
    return {
        "implementation": trend.implementation,
        "versions": [subject.version for subject in trend.subjects],
        "chapters": {
            chapter: [{"verdict": measured.verdict, "budget": _budget(measured)} for measured in points]
            for chapter, points in trend.chapters.items()
        },
    }


def _trend(report: Report, implementation: str, subjects: Sequence[Subject]) -> Trend:
    by_chapter = [grouped(report.checks[subject], lambda check: (_chapter(check.rule),)) for subject in subjects]
    numbers = sorted({number for groups in by_chapter for (number,) in groups}, key=numbers_in)
    return Trend(
        implementation=implementation,
        subjects=tuple(subjects),
        chapters={number: tuple(point(groups.get((number,))) for groups in by_chapter) for number in numbers},
    )


def point(group: Group | None) -> Point:
    """What the checks of a chapter come to."""
    if group is None:
        return Point(verdict=None, closest=None)
    own = Group(tuple(check for check in group.checks if check.verdict != "deviation"))
    return Point(verdict=group.worst, closest=own.closest)


def _budget(measured: Point) -> Any:
    budget = measured.closest.budget if measured.closest else None
    return None if budget is None else to_plain(shortened(budget, 3))


def _chapter(rule: str) -> str:
    return rule.split(".", maxsplit=1)[0]
