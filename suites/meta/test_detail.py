"""What is kept of a failed comparison: the worst elements, and a map of budgets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.comparison import Comparison
from lstm_conformance.suites.harness.judge.failure_detail import CELLS, LEVELS, SHOWN, described


def detail_of(budget: Array, axes: str = "step row unit") -> dict[str, Any]:
    """The detail of one case that uses these budgets."""
    ones = np.ones((1, *budget.shape))
    return described(Comparison("y", tuple(axes.split()), ones, ones, ones, budget[None]), 0)


def budgets(shape: tuple[int, ...] = (3, 2, 4), **places: float) -> Array:
    """Budgets of 0.5, others in some places: `_120=2.0` stands for step 1, row 2, unit 0."""
    found = np.full(shape, 0.5)
    for place, budget in places.items():
        found[tuple(int(digit) for digit in place.removeprefix("_"))] = budget
    return found


def test_the_worst_elements_are_kept_in_order() -> None:
    """Those that exceed the bound, the largest first; the worst of all stands apart."""
    detail = detail_of(budgets(_000=2.0, _112=9.0, _203=5.0))

    assert detail["worst"]["at"] == {"step": 1, "row": 1, "unit": 2}
    assert [each["budget"] for each in detail["others"]] == [5.0, 2.0]


def test_of_equal_elements_the_first_is_the_worst() -> None:
    """And there is an end to how many are kept."""
    detail = detail_of(np.full((3, 2, 4), np.inf))

    assert detail["worst"]["at"] == {"step": 0, "row": 0, "unit": 0}
    assert len(detail["others"]) == SHOWN - 1


def test_nan_is_as_bad_as_can_be() -> None:
    """It is the worst element, and has the last level."""
    detail = detail_of(budgets(_000=1e9, _213=np.nan))

    assert detail["worst"]["at"] == {"step": 2, "row": 1, "unit": 3}
    assert detail["map"]["levels"][2][3] == "z"


@pytest.mark.parametrize(
    ("budget", "level"),
    [(0.0, "0"), (0.001, "0"), (0.02, "1"), (0.3, "3"), (0.5, "4"), (1.0, "4"), (np.nextafter(1, 2), "5"), (3.1, "5"),
     (3.2, "6"), (1e4, "c"), (1e15, "y"), (1e300, "z"), (np.inf, "z")],
)  # fmt: skip
def test_a_level_is_half_a_decade(budget: float, level: str) -> None:
    """No level holds budgets on both sides of the bound."""
    detail = detail_of(budgets((3, 1, 4), _000=budget, _203=2.0))

    assert detail["map"]["levels"][0][0] == level
    assert (LEVELS.index(level) > LEVELS.index("4")) == (budget > 1)


@pytest.mark.parametrize(
    ("axes", "shape", "across", "lines"),
    [
        ("step row unit", (3, 2, 4), ["step", "unit"], ["4444", "4444", "4564"]),
        ("direction row unit", (1, 3, 4), ["row", "unit"], ["4444", "4444", "4564"]),
        ("row unit", (3, 4), ["row", "unit"], ["4444", "4444", "4564"]),
    ],
)
def test_a_map_is_of_steps_and_units(axes: str, shape: tuple[int, ...], across: list[str], lines: list[str]) -> None:
    """Or of the last two axes where there are no steps; each cell shows the largest budget along the others."""
    budget = np.full(shape, 0.5)
    budget.reshape(-1)[[-3, -2]] = [2.0, 5.0]

    assert detail_of(budget, axes)["map"] == {"axes": across, "shape": [3, 4], "levels": lines}


def test_a_map_has_a_limited_size() -> None:
    """A cell stands for neighbours, and shows their largest budget."""
    budget = np.full((500, 1, 65), 0.5)
    budget[499, 0, 64] = 1e6

    levels = detail_of(budget)["map"]["levels"]

    assert (len(levels), {len(line) for line in levels}) == (CELLS, {CELLS})
    assert levels[-1][-1] == "g"
    assert sum(line.count("g") for line in levels) == 1


def test_a_single_axis_has_no_map() -> None:
    """Its elements are enough."""
    assert "map" not in detail_of(np.array([0.5, 2.0]), "unit")
