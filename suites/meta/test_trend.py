"""From version to version: what each chapter of rules uses of its budget."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from lstm_conformance.reports.changes.trend import point, trends
from lstm_conformance.reports.page.document import Story, document
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import Check
from lstm_conformance.reports.records.summary import Group
from lstm_conformance.suites.meta.matrices import a_night
from lstm_conformance.suites.meta.parsed import section
from lstm_conformance.suites.meta.records import a_check, a_failure

VERSIONS = {"latest": "2.13.0", "old": "2.6.0"}

CHECKS = {
    "old": [a_check(rule="1.1", budget=0.1), a_check(rule="1.2", path="autocast", budget=0.4), a_check(budget=None)],
    "latest": [
        a_check(rule="1.1", budget=0.2),
        a_failure(rule="1.2", budget=12.0),
        a_check(rule="2.1", verdict="deviation", budget=1e9),
    ],
}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A night in which one implementation comes in two versions."""
    return Story(report=read([a_night(tmp_path, VERSIONS, CHECKS)]))


def test_the_versions_stand_in_a_row(story: Story) -> None:
    """The oldest first; each chapter with the largest budget used, over all paths."""
    (trend,) = trends(story.report)

    assert [subject.version for subject in trend.subjects] == ["2.6.0", "2.13.0"]
    texts = {chapter: [point.text for point in points] for chapter, points in trend.chapters.items()}
    assert texts == {"1": ["0.40", "12.00"], "2": ["✓", "~"]}


@pytest.mark.parametrize(
    ("checks", "text", "level"),
    [
        ([a_check(budget=0.0)], "0.00", "under-0"),
        ([a_check(budget=0.99)], "0.99", "under-4"),
        ([a_check(budget=1.0)], "1.00", "under-4"),
        ([a_failure(budget=1.5)], "1.50", "over-1"),
        ([a_failure(budget=1e300)], "1e300", "over-4"),
        ([a_failure(budget=math.nan)], "NaN", "over-4"),
        ([a_check(budget=0.5), a_check(1, verdict="error", budget=None)], "0.50 !", ""),
        ([a_check(budget=0.5), a_check(1, verdict="deviation", budget=1e9)], "0.50 ~", "under-2"),
        ([a_failure(budget=None)], "✗", ""),
        ([a_check(verdict="not-run", budget=None)], "–", ""),
    ],
)
def test_a_point_says_how_a_chapter_ended(checks: list[Check], text: str, level: str) -> None:
    """A budget alone would hide a crash; a recorded deviation uses no budget."""
    found = point(Group(tuple(checks)))

    assert (found.text, found.level) == (text, level)


def test_one_version_is_no_trend(tmp_path: Path) -> None:
    """There is nothing to compare it with on the page."""
    story = Story(report=read([a_night(tmp_path, {"latest": "2.13.0"})]))

    assert trends(story.report) == []
    assert 'id="trend"' not in render(story)


def test_the_page_and_the_document_show_it(story: Story) -> None:
    """With a way to the check that used most."""
    html = render(story)

    assert "torch.nn.LSTM Chapter 2.6.0 2.13.0 1 Numbers 0.40 12.00 2 Shapes ✓ ~" in section(html, "trend")
    assert '<td data-level="over-1"><a href="#check=torch.nn.LSTM/eager/1.2/' in html
    assert document(story)["trends"] == [
        {
            "implementation": "torch.nn.LSTM",
            "versions": ["2.6.0", "2.13.0"],
            "chapters": {
                "1": [{"verdict": "pass", "budget": 0.4}, {"verdict": "fail", "budget": 12.0}],
                "2": [{"verdict": "pass", "budget": None}, {"verdict": "deviation", "budget": None}],
            },
        }
    ]
