"""Masks: what their docstrings promise holds of every case, and wrong layers that only such lengths show."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.masks import PATTERNS, Mask

SEEDS = range(50)
SIZES = pytest.mark.parametrize(("steps", "rows"), [(6, 3), (2, 2), (5, 9), (20, 4)])


def masks(name: str, steps: int, rows: int) -> list[Mask]:
    """Masks (T, B) of this pattern, one a seed."""
    return [PATTERNS[name].draw(np.random.RandomState(seed), steps, rows) for seed in SEEDS]


def lengths(name: str, steps: int, rows: int) -> NDArray[np.int64]:
    """Lengths (seeds, B) of masks of this pattern."""
    return np.array([mask.sum(0) for mask in masks(name, steps, rows)])


@SIZES
@pytest.mark.parametrize("name", ["right", "sorted", "left"])
def test_lengths_reach_from_one_step_to_all(name: str, steps: int, rows: int) -> None:
    """In every case one row is whole and one has a single step."""
    found = lengths(name, steps, rows)

    assert {(int(each.min()), int(each.max())) for each in found} == {(1, steps)}


def test_every_length_between_is_drawn() -> None:
    """And rows of equal length are, and rows of three lengths."""
    found = lengths("right", 6, 3)

    assert set(np.ravel(found)) == {1, 2, 3, 4, 5, 6}
    assert {len(set(each)) for each in found} == {2, 3}


@pytest.mark.parametrize("name", ["right", "sorted", "left", "one_short", "equal"])
def test_a_single_row_is_shorter_than_the_sequence(name: str) -> None:
    """Or its length would show nothing."""
    assert set(np.ravel(lengths(name, 4, 1))) == {1, 2, 3}


@SIZES
def test_one_row_alone_is_short(steps: int, rows: int) -> None:
    """All others are whole."""
    assert set((lengths("one_short", steps, rows) < steps).sum(1)) == {1}


@SIZES
def test_equal_lengths_are_less_than_all(steps: int, rows: int) -> None:
    """Of all rows."""
    found = lengths("equal", steps, rows)

    assert {len(set(each)) for each in found} == {1}
    assert (found.min(), found.max()) == (1, steps - 1)


@pytest.mark.parametrize("name", ["right", "sorted", "left", "one_short", "equal"])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_single_step_counts(name: str, rows: int) -> None:
    """A sequence of one step cannot be shortened."""
    assert all(mask.all() for mask in masks(name, 1, rows))


@pytest.mark.parametrize(("steps", "rows"), [(6, 3), (3, 1), (5, 1), (2, 2), (3, 9)])
def test_holes_leave_a_step_of_every_row(steps: int, rows: int) -> None:
    """And the first step of the first row is a hole, and the last one of the last row."""
    for mask in masks("holes", steps, rows):
        assert mask.any(0).all()
        assert not mask[0, 0]
        assert not mask[-1, -1]
