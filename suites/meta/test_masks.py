"""Masks: what their docstrings promise holds of every case, and wrong layers that only such lengths show."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.masks import PATTERNS, Mask
from lstm_conformance.fixtures.cases.selected.options import masked
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations.mutants import adapter_of
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.mutants.masks import EmptyRowsEndInZeros, EmptyRowsStepped
from lstm_conformance.reference.rounded import Array, Numbers, moved
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta.judging import CHECKS, subject_of

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


@pytest.mark.parametrize(("steps", "rows"), [(6, 3), (2, 2), (20, 4), (5, 1), (1, 1)])
def test_ascending_lengths_rise_from_row_to_row(steps: int, rows: int) -> None:
    """Strictly; the last row is whole."""
    found = lengths("ascending", steps, rows)

    assert (np.diff(found) > 0).all()
    assert (found[:, -1] == steps).all()


def test_more_rows_than_steps_do_not_fall() -> None:
    """They cannot all be of other lengths."""
    assert (np.diff(lengths("ascending", 3, 9)) >= 0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lengths_that_rise_are_asked_in_every_dtype(dtype: str) -> None:
    """Of the outputs, in the quick tier: a layer may reverse rows there and nowhere else."""
    asked = [each for each in masked() if each.mask and each.dtype == dtype and each.batch > 1]
    drawn = [draw(each, range(3), biases=2).mask for each in asked if PATTERNS[each.mask].requires == "lengths"]

    assert any((np.diff(mask.sum(0)) > 0).all(-1).any() for mask in drawn if mask is not None)


class RowsReversedWhereLengthsRise(LSTM):
    """Takes lengths that rise for a batch that was sorted the wrong way around, in float64."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Turn the rows of such a case around."""
        y, h_n, c_n = super().returned(call, outputs)
        if call.mask is None:
            return Outputs(y, h_n, c_n)
        rise = (np.diff(call.mask.sum(0)) > 0).all(-1)

        def turned(a: Array) -> Array:
            return np.where(rise[:, None, None], a[..., ::-1, :], a)

        return Outputs(moved(y, turned), moved(h_n, turned), moved(c_n, turned))


@pytest.mark.parametrize("mask", ["ascending", "sorted"])
def test_rows_that_are_turned_around_where_lengths_rise_are_seen(mask: str) -> None:
    """Nowhere else."""
    cases = draw(configuration(6, 3, 5, 9, mask=mask, dtype="float64"), range(2), biases=2)

    found = judge(CHECKS["14.1"], subject_of(adapter_of("turned", RowsReversedWhereLengthsRise)), cases)

    assert {outcome.verdict for outcome in found} == {"fail" if mask == "ascending" else "pass"}


class EmptyRowsOfLengthsStepped(EmptyRowsStepped):
    """Reads at least one step of every row, of which the length may be 0."""

    layout = "tf1"


class EmptyRowsOfLengthsEndInZeros(EmptyRowsEndInZeros):
    """Clears the states of rows whose length is 0."""

    layout = "tf1"


@pytest.mark.parametrize("wrong", [EmptyRowsOfLengthsStepped, EmptyRowsOfLengthsEndInZeros])
@pytest.mark.parametrize(("mask", "verdict"), [("right", "pass"), ("empty", "fail")])
def test_lengths_of_0_are_asked_where_it_is_documented_what_comes_out(
    wrong: type[LSTM], mask: str, verdict: str
) -> None:
    """Of a layer that has lengths and no masks."""
    called, adapter = configuration(6, 3, 5, 9, mask=mask), adapter_of("empty", wrong)
    subject = subject_of(adapter)

    found = judge(CHECKS["14.1"], subject, draw(called, range(2), biases=subject.layout.biases))

    assert called in TIERS["quick"].configurations
    assert called.requirements <= set(adapter.claims)
    assert "masks" not in adapter.claims
    assert {outcome.verdict for outcome in found} == {verdict}


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
