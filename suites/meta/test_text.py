"""Budgets and details read the same wherever they are shown, and never better than they are."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lstm_conformance.reports.records.text import budget_text, facts, plain_text


@pytest.mark.parametrize(
    ("budget", "text"),
    [
        (None, "–"),
        (0.0, "0.00"),
        (1e-9, "<0.01"),
        (0.25, "0.25"),
        (0.9949, "0.99"),
        (0.9999, "<1.00"),
        (1.0, "1.00"),
        (1.0000001, ">1.00"),
        (1.01, "1.01"),
        (99.5, "99.50"),
        (125685.4, "125,685"),
        (3.2e6, "3e6"),
        (7e14, "7e14"),
        (math.inf, "∞"),
        (math.nan, "NaN"),
    ],
)
def test_budgets_never_seem_to_be_on_the_other_side_of_one(budget: float | None, text: str) -> None:
    """Two digits, except where rounding would turn a failure into a pass or a pass into a failure."""
    assert budget_text(budget) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"t": 3, "got": 0.1, "seen": None, "at": {"row": 0}}, "t=3, got=0.1, seen=none, at=(row=0)"),
        ([1, [2.5, "a"]], "[1, [2.5, a]]"),
        (-0.0721341490001, "-0.072134149"),
        ("nan", "nan"),
    ],
)
def test_any_json_is_one_line(value: object, text: str) -> None:
    """Mappings and lists read as one says them, floats with nine digits."""
    assert plain_text(value) == text


def a_comparison(**changes: Any) -> dict[str, Any]:
    """Return the detail of a comparison in which 3 of 12 elements are bad, with some parts changed."""
    first = {"at": {"step": 1, "unit": 0}, "expected": 0.5, "observed": -0.25, "bound": 1e-7, "budget": 7.5e6}
    detail = {"first": first, "worst": first, "elements": [3, 12], "spread": {"step": [1, 4], "unit": [3, 3]}}
    return detail | changes


def test_a_comparison_says_where_what_and_how_far_it_spread() -> None:
    """Each in one line, with what was expected and what came."""
    element = "step=1 unit=0   expected +0.5  got -0.25  (8e6 × the bound of 1.0e-07)"

    assert facts(a_comparison()) == [
        ("first bad", element),
        ("worst", element),
        ("spread", "3 of 12 elements (25%); 1/4 steps, 3/3 units"),
    ]


def test_what_must_be_the_same_has_no_bound_to_name() -> None:
    """Values that must agree bit by bit are shown without a factor of zero."""
    exact = {"at": {"row": 2}, "expected": "nan", "observed": 1.0, "bound": 0.0, "budget": "inf"}

    assert facts(a_comparison(first=exact))[0] == ("first bad", "row=2   expected +nan  got +1")


@pytest.mark.parametrize(
    ("by_step", "bars"),
    [
        ([0.5, 1.0, 10.0, 1e3, 1e8], "··▂▄█"),
        ([0.0, 2.0], "·▃"),
        (["nan", 1.5, "inf"], "█▁█"),
        ([0.1, 0.2], "··"),
    ],
)
def test_the_course_over_time_is_drawn(by_step: list[float | str], bars: str) -> None:
    """A dot inside the bound, else a bar as high as the logarithm of the budget."""
    assert facts(a_comparison(by_step=by_step))[-1][1].split()[0] == bars


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ({"error": "HostDied", "last_words": "a\nb"}, [("error", "HostDied"), ("last words", "a\nb")]),
        ({"first": 1, "elements": 2}, [("first", "1"), ("elements", "2")]),
        ({"elements": [0, 0], "spread": {"a": 1}}, [("elements", "[0, 0]"), ("spread", "a=1")]),
        ({}, []),
    ],
)
def test_a_detail_of_another_form_is_shown_as_it_is(detail: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Whatever a detail holds, nothing is lost and nothing fails."""
    assert facts(detail) == expected
