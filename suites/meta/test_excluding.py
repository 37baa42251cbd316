"""A pass that an unrelated layer would get, too, is none: it was not run, and says why."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.implementations.mutants import adapter_of
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.excludes import unrelated
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.reference.weights import Weights
from lstm_conformance.suites.harness.judge.comparison import Comparison, same, within
from lstm_conformance.suites.harness.judge.exclusion import excludes_anything
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.meta.judging import CHECKS, cases_of, examined, subject_of
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM

STREAM = np.random.RandomState(5)
OUTPUTS = STREAM.uniform(-0.5, 0.5, (2, 6, 3, 8))
"""Two cases of 6 steps, 3 rows and 8 units."""


class Right(LSTM):
    """In Keras' layout, which has layers that return their last output alone."""

    layout = "keras"


class Unrelated(Right):
    """Computes with other weights than it was given."""

    def loaded(self, weights: Weights) -> Weights:
        """The same numbers in other places and with other signs."""
        return super().loaded(unrelated(weights, 1)[0])


class NotANumber(Right):
    """Returns NaN."""

    def shown(self, native: list[Array]) -> list[Array]:
        """Nothing else."""
        return [np.full_like(a, np.nan) for a in native]


def compared(expected: Array, bound: float | Array) -> Comparison:
    """The expected numbers, seen exactly."""
    due = Rounded(expected, np.broadcast_to(bound, expected.shape), np.zeros(expected.shape), uniform("float64"))
    return within("y", expected, due, "case step row unit")


def outcome(kind: type[LSTM], rule: str, called: Configuration) -> Outcome:
    """What is said of a layer of this kind."""
    (found,) = judge(CHECKS[rule], subject_of(adapter_of("some", kind)), draw(called, (0,), biases=1))
    return found


@pytest.mark.parametrize(
    ("bound", "decides"), [(0.0, True), (1e-6, True), (0.02, True), (1.0, False), (math.inf, False)]
)
def test_a_bound_as_wide_as_the_outputs_excludes_nothing(bound: float, decides: bool) -> None:
    """In either case."""
    assert [excludes_anything(compared(OUTPUTS, bound), k) for k in (0, 1)] == [decides, decides]


def test_one_narrow_step_is_enough() -> None:
    """The first steps of a trajectory are known, the last ones lost."""
    bound = np.full(OUTPUTS.shape, 2.0)
    bound[:, 0] = 1e-6

    assert excludes_anything(compared(OUTPUTS, bound), 0)


def test_a_wide_bound_of_one_case_is_not_that_of_another() -> None:
    """Each is judged alone."""
    bound = np.full(OUTPUTS.shape, 1e-6)
    bound[1] = 2.0

    assert [excludes_anything(compared(OUTPUTS, bound), k) for k in (0, 1)] == [True, False]


@pytest.mark.parametrize("bound", [0.0, 1e-38])
def test_zeros_exclude_ordinary_layers(bound: float) -> None:
    """As where no step counts, or where inputs are all but zero."""
    assert excludes_anything(compared(np.zeros((1, 6, 3, 8)), bound), 0)


@pytest.mark.parametrize(("bound", "decides"), [(0.05, True), (1.0, False)])
def test_a_single_unit_is_told_in_half_precision(bound: float, decides: bool) -> None:
    """Where a rounding is a few hundredths of a number."""
    assert excludes_anything(compared(OUTPUTS[:, :, :1, :1], bound), 0) is decides


def test_numbers_that_must_be_the_same_exclude_all_others() -> None:
    """They have no bound."""
    assert excludes_anything(same("h_n", OUTPUTS, OUTPUTS, "case step row unit"), 0)


@pytest.mark.parametrize("kind", [Right, Unrelated])
def test_who_returns_a_lost_trajectory_does_not_pass(kind: type[LSTM]) -> None:
    """Right or not: of 60 steps nobody saw more than the last."""
    found = outcome(kind, "1.4", LOST)

    assert (found.verdict, found.budget) == ("not-run", None)
    assert found.message == ("the bound excludes nothing: an unrelated layer of this size would pass, too (y, c_n)")


LOST = configuration(60, 2, 6, 32, return_sequences=False, regime="saturated")
SHORT = configuration(6, 2, 6, 32, return_sequences=False)


def test_what_no_layer_returns_fails_all_the_same() -> None:
    """However wide the bound."""
    assert outcome(NotANumber, "1.4", LOST).verdict == "fail"


@pytest.mark.parametrize(("kind", "verdict"), [(Right, "pass"), (Unrelated, "fail")])
def test_a_short_trajectory_is_told(kind: type[LSTM], verdict: str) -> None:
    """Its bound is narrow."""
    assert outcome(kind, "1.4", SHORT).verdict == verdict


def test_one_comparison_that_excludes_is_enough() -> None:
    """What else a check compares may be lost."""
    lost, told = compared(OUTPUTS, 2.0), compared(OUTPUTS, 1e-6)
    subject, cases = subject_of(ReferenceLSTM), cases_of(0, 1)

    assert [each.verdict for each in judge(examined(lost, told), subject, cases)] == ["pass", "pass"]
    assert [each.verdict for each in judge(examined(lost, lost), subject, cases)] == ["not-run", "not-run"]


def test_nothing_to_compare_is_no_wide_bound() -> None:
    """A layer that returns no states has none to be wrong."""
    empty = compared(np.zeros((1, 0, 3, 8)), 0.0)

    assert [each.verdict for each in judge(examined(empty), subject_of(ReferenceLSTM), cases_of(0))] == ["pass"]


@pytest.mark.parametrize(("bound", "decides"), [(0.16, True), (6.0, False)])
def test_a_single_number_can_be_told(bound: float, decides: bool) -> None:
    """It has no other place from which to learn what unrelated layers return."""
    assert excludes_anything(compared(np.full((1, 1, 1, 1), 2.85), bound), 0) is decides
