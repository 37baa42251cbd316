"""A bound counts only where it keeps unrelated layers out."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_conformance.reference.arithmetic import arithmetic_of, uniform
from lstm_conformance.reference.excludes import LAYERS, bits, excludes, unrelated
from lstm_conformance.reference.lstm import lstm
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.suites.meta.numbers import cell_of, drawn, start, trajectory

STREAM = np.random.RandomState(7)


def expected(value: Array, bound: float | Array) -> Rounded:
    """Numbers with their bound."""
    return Rounded(value, np.broadcast_to(bound, value.shape), np.zeros_like(value), uniform("float64"))


def others(*shape: int) -> Array:
    """What layers return that have nothing to do with each other: numbers between -1 and 1."""
    return STREAM.uniform(-1, 1, (LAYERS, *shape))


@pytest.mark.parametrize(("bound", "decides"), [(1e-7, True), (1e-2, True), (1.0, False), (np.inf, False)])
def test_a_bound_as_wide_as_the_outputs_excludes_nothing(bound: float, decides: bool) -> None:
    """Of 6 steps, 3 rows and 8 units."""
    assert excludes(expected(np.zeros((6, 3, 8)), bound), others(6, 3, 8)) is decides


def test_no_number_excludes_nothing() -> None:
    """Where a bound overflows."""
    assert bits(expected(np.zeros((6, 3, 8)), np.nan), others(6, 3, 8)) == 0


def test_what_all_layers_return_excludes_nothing() -> None:
    """As zeros where a step does not count, however narrow the bound."""
    assert bits(expected(np.zeros((6, 3, 8)), 0), np.zeros((LAYERS, 6, 3, 8))) == 0


def test_no_outputs_exclude_nothing() -> None:
    """A batch without rows."""
    assert bits(expected(np.zeros((6, 0, 8)), 0), np.zeros((LAYERS, 6, 0, 8))) == 0


def test_a_few_decisive_units_are_enough() -> None:
    """Where most are let pass whatever they are."""
    bound = np.full((6, 3, 8), 2.0)
    bound[..., :2] = 1e-7

    assert excludes(expected(np.zeros((6, 3, 8)), bound), others(6, 3, 8))


def test_steps_and_rows_that_say_the_same_count_once() -> None:
    """They may all follow from one number, as units do not."""
    once = bits(expected(np.zeros((1, 1, 8)), 0.1), same := others(1, 1, 8))
    again = bits(expected(np.zeros((6, 3, 8)), 0.1), np.broadcast_to(same, (LAYERS, 6, 3, 8)))

    assert once == again > 0


def test_of_many_hypotheses_each_must_exclude_more() -> None:
    """One of them may fit by chance."""
    due, unlike = expected(np.zeros((1, 1, 1)), 1e-5), others(1, 1, 1)

    assert excludes(due, unlike)
    assert not excludes(due, unlike, tried=30_000)


@pytest.mark.parametrize("bound", [0.3, 0.1, 0.03, 0.01])
def test_the_odds_are_never_said_to_be_less_than_they_are(bound: float) -> None:
    """Of four units, for which they can be counted."""
    many = STREAM.uniform(-1, 1, (200_000, 4))
    passing = float((np.abs(many) <= bound).all(-1).mean())

    assert passing <= 2.0 ** -bits(expected(np.zeros(4), bound), many[:LAYERS]) * 10


def test_unrelated_layers_are_of_the_same_kind() -> None:
    """The same numbers but for their signs, in other places, and the same in every call."""
    weights = drawn(6, 3, 4, 5, bidirectional=True, num_layers=2).weights
    drawn_once, drawn_again = unrelated(weights, 3), unrelated(weights, 3)

    for layer, again in zip(drawn_once, drawn_again, strict=True):
        for index, directions in enumerate(layer):
            for direction, cell in enumerate(directions):
                given = weights[index][direction].kernel
                assert np.array_equal(np.sort(np.abs(cell.kernel), None), np.sort(np.abs(given), None))
                assert np.array_equal(cell.kernel, again[index][direction].kernel)
                assert not np.array_equal(np.abs(cell.kernel), np.abs(given))


@pytest.mark.parametrize(("steps", "decides"), [(6, True), (60, False)])
def test_the_last_output_of_a_layer(steps: int, decides: bool) -> None:
    """Its bound grows with the steps that nobody saw."""
    cases = drawn(steps, 3, 4, 40, initial_state=False)
    cell, given = cell_of(cases.configuration), start(cases)

    with np.errstate(over="ignore", invalid="ignore"):
        due = trajectory(cases, arithmetic_of("float32")).y[-1]
    unlike = np.stack([lstm(cell, weights, *given).y[-1] for weights in unrelated(cases.weights)])

    assert excludes(due[0], unlike[:, 0]) is decides
