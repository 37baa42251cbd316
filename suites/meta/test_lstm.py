"""The equations of `lstm.py`, held to a second implementation that shares nothing with them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Fill, Mask, Outputs, lstm, run, within_lengths
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.reference.weights import CellWeights, Weights
from lstm_conformance.suites.meta import scalar
from lstm_conformance.suites.meta.numbers import (
    cell_of,
    drawn,
    forced,
    layer_by_layer,
    start,
    trajectory,
    values,
    worst,
)

HARD = uniform("float64", rigorous=True)
"""Both implementations round in float64, in orders of summation that differ: the hard bound covers every one."""

RAGGED = within_lengths(5, np.array([[5, 2, 0]]))
"""Three rows of different lengths, for all cases."""

MASKS: dict[str, Mask | None] = {
    "no mask": None,
    "ragged": RAGGED,
    "other": within_lengths(5, np.array([[1, 5, 3]])),
}
EVERY_MASK = pytest.mark.parametrize("mask", MASKS)

LAYERS = {
    "plain": drawn(5, 3, 4, 6, dtype="float64"),
    "one bias": drawn(5, 3, 4, 6, biases=1, dtype="float64"),
    "no bias": drawn(5, 3, 4, 6, bias=False, dtype="float64"),
    "zero state": drawn(5, 3, 4, 6, initial_state=False, dtype="float64"),
    "one of everything": drawn(5, 3, 1, 1, dtype="float64"),
    "three layers": drawn(5, 3, 4, 6, num_layers=3, dtype="float64"),
    "both directions": drawn(5, 3, 4, 6, bidirectional=True, dtype="float64"),
    "projection": drawn(5, 3, 4, 6, proj_size=2, dtype="float64"),
    "all at once": drawn(5, 3, 4, 6, num_layers=2, bidirectional=True, proj_size=2, dtype="float64"),
    "saturated": drawn(5, 3, 4, 6, regime="saturated", dtype="float64"),
    "remembering": drawn(5, 3, 4, 6, regime="remembering", dtype="float64"),
    "hard_sigmoid": drawn(5, 3, 4, 6, recurrent_activation="hard_sigmoid", regime="lognormal", dtype="float64"),
    "relu": drawn(5, 3, 4, 6, activation="relu", dtype="float64"),
    "softsign": drawn(5, 3, 4, 6, activation="softsign", dtype="float64"),
    "linear": drawn(5, 3, 4, 6, activation="linear", dtype="float64"),
    "two others": drawn(5, 3, 4, 6, activation="softsign", recurrent_activation="hard_sigmoid", dtype="float64"),
}
EVERY_LAYER = pytest.mark.parametrize("name", LAYERS)


BEHIND = ~RAGGED[:, 0]
"""(T, B): the steps that do not count."""


class Scalar(NamedTuple):
    """What the scalar implementation says of one case, in the axes of the reference."""

    ys: list[Array]
    h_n: Array
    c_n: Array


def scalar_cell(cell: CellWeights, called: Configuration) -> scalar.Cell:
    """The weights of the first case as lists."""
    return scalar.Cell(
        cell.kernel[0].tolist(),
        cell.recurrent_kernel[0].tolist(),
        [bias[0].tolist() for bias in cell.biases],
        None if cell.projection is None else cell.projection[0].tolist(),
        scalar.FUNCTIONS[called.layer.recurrent_activation],
        scalar.FUNCTIONS[called.layer.activation],
    )


def by_scalars(cases: Cases, mask: Mask | None, weights: Weights | None = None) -> Scalar:
    """The first case, row by row."""
    configuration, (x, h_0, c_0) = cases.configuration, start(cases)
    layers = [[scalar_cell(cell, configuration) for cell in cells] for cells in weights or cases.weights]
    counts = [configuration.time] * configuration.batch if mask is None else mask[:, 0].sum(0).tolist()
    rows = [
        scalar.stack(layers, x[:, 0, row].tolist(), h_0[:, :, 0, row].tolist(), c_0[:, :, 0, row].tolist(), length)
        for row, length in enumerate(counts)
    ]
    ys = [np.array([row.ys[k] for row in rows]).swapaxes(0, 1)[:, None] for k in range(len(layers))]
    h_n, c_n = (np.moveaxis(np.array(a), 0, 2)[:, :, None] for a in ([r.h_n for r in rows], [r.c_n for r in rows]))
    return Scalar(ys, h_n, c_n)


@cache
def scalars(name: str, mask: str) -> Scalar:
    """The first case of a layer, by scalars."""
    return by_scalars(LAYERS[name], MASKS[mask])


def budgets_of(found: Scalar, cases: Cases, mask: Mask | None) -> dict[str, float]:
    """The largest budget of the outputs and of the states, every layer fed what is observed of it and below."""
    expected = forced(only(cases, 0), found.ys, HARD, mask)
    observed = [Outputs(*parts) for parts in zip(found.ys, found.h_n, found.c_n, strict=True)]
    return worst_of_each(zip(observed, expected, strict=True))


def worst_of_each(pairs: Iterable[tuple[Outputs[Array], Outputs[Rounded]]]) -> dict[str, float]:
    """The largest budget of the outputs, of h_n and of c_n over all layers."""
    budgets = [[worst(a, b) for a, b in zip(seen, expected, strict=True)] for seen, expected in pairs]
    return dict(zip(Outputs._fields, np.max(budgets, 0).tolist(), strict=True))


def outside(budgets: dict[str, float]) -> dict[str, float]:
    """Those that are too large."""
    return {name: budget for name, budget in budgets.items() if not budget <= 1}


@EVERY_MASK
@EVERY_LAYER
def test_scalars_agree_with_every_layer(name: str, mask: str) -> None:
    """Fed the outputs of the scalar implementation, every step of every layer lies within float64's hard bound."""
    assert outside(budgets_of(scalars(name, mask), LAYERS[name], MASKS[mask])) == {}


@EVERY_MASK
@EVERY_LAYER
def test_scalars_agree_with_the_trajectory(name: str, mask: str) -> None:
    """Fed its own outputs, the reference and the scalar implementation lie within the bound of the trajectory."""
    found = scalars(name, mask)
    expected = trajectory(only(LAYERS[name], 0), HARD, MASKS[mask])

    assert outside(worst_of_each([(Outputs(found.ys[-1], found.h_n, found.c_n), expected)])) == {}


@EVERY_LAYER
def test_scalars_with_exchanged_gates_do_not_agree(name: str) -> None:
    """An LSTM that takes the input gate for the forget gate does not lie within the bound."""
    cases = LAYERS[name]
    weights = [[gates_reordered(cell, (1, 0, 2, 3)) for cell in cells] for cells in cases.weights]

    assert min(budgets_of(by_scalars(cases, None, weights), cases, None).values()) > 1e3


@EVERY_LAYER
def test_a_small_error_does_not_agree(name: str) -> None:
    """Outputs that are wrong by 1e-12 do not lie within the bound of float64."""
    found = scalars(name, "no mask")
    ys = [y * (1 + 1e-12) for y in found.ys]

    assert budgets_of(found._replace(ys=ys), LAYERS[name], None)["y"] > 1


@EVERY_MASK
@EVERY_LAYER
def test_fed_its_own_outputs_it_runs_free(name: str, mask: str) -> None:
    """Outputs and final states do not depend on whether a step is fed what it put out or what was observed."""
    free = layer_by_layer(LAYERS[name], MASKS[mask])

    told = forced(LAYERS[name], [each.y for each in free], HARD, MASKS[mask])

    assert outside(worst_of_each(zip(free, told, strict=True))) == {}


@EVERY_MASK
@EVERY_LAYER
def test_arrays_and_rounded_numbers_have_the_same_values(name: str, mask: str) -> None:
    """The equations compute the same numbers, bit by bit, whether or not they carry an error."""
    plain = values(LAYERS[name], MASKS[mask])
    carrying = trajectory(LAYERS[name], HARD, MASKS[mask])

    assert all(np.array_equal(a, b.value) for a, b in zip(plain, carrying, strict=True))


@EVERY_LAYER
def test_inputs_behind_the_length_change_nothing(name: str) -> None:
    """NaN in the inputs behind the length of a row leaves outputs and final states as they were."""
    cases = LAYERS[name]
    soiled = cases.varied("NaN behind", inputs=cases.inputs._replace(x=soiled_behind(cases.inputs.x)))

    pairs = zip(values(soiled, RAGGED), values(cases, RAGGED), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs)


@EVERY_LAYER
def test_observations_behind_the_length_change_nothing(name: str) -> None:
    """NaN in the observed outputs behind the length of a row leaves what is expected as it was."""
    ys = [each.y for each in layer_by_layer(LAYERS[name], RAGGED)]

    clean = forced(LAYERS[name], ys, HARD, RAGGED)[-1]
    soiled = forced(LAYERS[name], [*ys[:-1], soiled_behind(ys[-1])], HARD, RAGGED)[-1]

    assert all(np.array_equal(a.value, b.value) for a, b in zip(soiled, clean, strict=True))
    assert all(np.array_equal(a.bound, b.bound) for a, b in zip(soiled, clean, strict=True))


@EVERY_LAYER
def test_inputs_within_the_length_change_something(name: str) -> None:
    """NaN in the last input that counts is seen."""
    cases = LAYERS[name]
    x = cases.inputs.x.copy()
    x[1, :, 1] = np.nan

    assert np.isnan(values(cases.varied("NaN within", inputs=cases.inputs._replace(x=x)), RAGGED).y[1, :, 1]).all()


@EVERY_LAYER
def test_outputs_behind_the_length_are_exactly_zero(name: str) -> None:
    """And nothing else is allowed: their bound is zero, too, and only theirs."""
    ys = [each.y for each in layer_by_layer(LAYERS[name], RAGGED)]
    observed = forced(LAYERS[name], ys, HARD, RAGGED)[-1].y
    value, bound = (np.moveaxis(a, 1, -1) for a in (observed.value, observed.bound))

    assert not np.any(value[BEHIND])
    assert not np.any(bound[BEHIND])
    assert np.all(bound[~BEHIND] > 0)


@pytest.mark.parametrize("told", [False, True], ids=["free", "told"])
@pytest.mark.parametrize("state", ["h", "c"])
def test_a_masked_step_freezes_the_state(state: str, told: bool) -> None:
    """Where the mask is unset, the state of the step before is handed on, exactly."""
    mask = np.array([[1, 0, 1, 1, 0], [1, 1, 1, 0, 1], [0, 0, 1, 0, 0]]).T == 1
    before, after = masked(mask, told=told)[state]

    assert np.array_equal(after[~mask], before[~mask])
    assert not np.any(after[mask] == before[mask])


@pytest.mark.parametrize("told", [False, True], ids=["free", "told"])
@pytest.mark.parametrize("state", ["h", "c"])
def test_masked_steps_might_as_well_not_be_there(state: str, told: bool) -> None:
    """A sequence with masked steps ends where the sequence without them ends."""
    cases, mask = LAYERS["plain"], np.array([1, 0, 1, 1, 0]) == 1
    x, h_0, c_0 = start(cases)
    arguments = cell_of(cases.configuration), cases.weights[0][0]
    short = run(*arguments, x[mask], h_0[0, 0], c_0[0, 0])
    _, ended = masked(np.repeat(mask[:, None], 3, 1), told=told)[state]

    expected = run(*arguments, *(exactly(a, HARD) for a in (x[mask], h_0[0, 0], c_0[0, 0])))
    assert worst(np.moveaxis(ended[-1], 0, 1), expected["hc".index(state)][-1]) <= 1
    assert worst(short["hc".index(state)][-1], expected["hc".index(state)][-1]) <= 1


def test_lengths_that_do_not_fit() -> None:
    """A row cannot be longer than the sequence."""
    with pytest.raises(ValueError, match="expected lengths from 0 to 5, came"):
        within_lengths(5, np.array([5, 6]))


@pytest.mark.parametrize("fill", ["zeros", "previous"])
def test_what_is_put_out_at_a_step_that_does_not_count(fill: Fill) -> None:
    """Zeros, or the output of the last step that counted: zeros again before the first."""
    y = LAYERS["plain"]
    mask = np.array([[0, 1, 0, 1, 0]] * 3, np.bool_).T[:, None]
    found = lstm(cell_of(y.configuration), y.weights, *start(y), mask=mask, fill=fill).y

    nothing = np.zeros_like(found[0])
    before = {"zeros": [nothing] * 3, "previous": [nothing, found[1], found[3]]}[fill]
    assert np.array_equal(found[[0, 2, 4]], before)
    assert found[[1, 3]].all()


@pytest.mark.parametrize("lengths", [[5, 5, 5], [5, 2, 1]], ids=["whole", "ragged"])
def test_final_states_are_the_last_outputs(lengths: list[int]) -> None:
    """Forwards that is the output of the last valid step, backwards that of step 0."""
    cases = LAYERS["both directions"]
    ends = np.array(lengths)
    found = values(cases, within_lengths(5, ends[None]))

    assert np.array_equal(found.h_n[0, 0], found.y[ends - 1, :, range(3), :6].swapaxes(0, 1))
    assert np.array_equal(found.h_n[0, 1], found.y[0, ..., 6:])


def test_a_row_without_steps_ends_where_it_starts() -> None:
    """A length of zero hands the initial states on."""
    cases = LAYERS["both directions"]
    found = values(cases, RAGGED)

    assert np.array_equal(found.h_n[..., 2, :], cases.states[0][..., 2, :])
    assert np.array_equal(found.c_n[..., 2, :], cases.states[1][..., 2, :])


def gates_reordered(cell: CellWeights, order: tuple[int, ...]) -> CellWeights:
    """The same cell with its blocks of rows in another order."""
    kernel, recurrent_kernel, *biases = (
        np.concatenate([np.split(a, 4, 1)[gate] for gate in order], 1)
        for a in (cell.kernel, cell.recurrent_kernel, *cell.biases)
    )
    return cell._replace(kernel=kernel, recurrent_kernel=recurrent_kernel, biases=tuple(biases))


def masked(mask: Mask, *, told: bool) -> dict[str, tuple[Array, Array]]:
    """H and c (T, B, N, H) of the plain layer around every step; NaN is observed where a step does not count."""
    cases = LAYERS["plain"]
    x, h_0, c_0 = start(cases)
    arguments = cell_of(cases.configuration), cases.weights[0][0], x, h_0[0, 0], c_0[0, 0]
    free = run(*arguments, mask=mask[:, None])
    seen = np.where(mask[:, None, :, None], free[0], np.nan)
    found = run(*arguments, mask=mask[:, None], observed=seen) if told else free
    return {"h": around(found[0], h_0[0, 0]), "c": around(found[1], c_0[0, 0])}


def around(states: Array, first: Array) -> tuple[Array, Array]:
    """The states before and after every step, rows before cases."""
    before = np.concatenate([first[None], states[:-1]])
    return before.swapaxes(1, 2), states.swapaxes(1, 2)


def counted() -> Array:
    """(5, 1, 3, 1): 10 × row + step."""
    return (np.arange(5.0)[:, None] + 10 * np.arange(3.0))[:, None, :, None]


def soiled_behind(a: Array) -> Array:
    """NaN behind the lengths in a (5, N, 3, K)."""
    return np.where(BEHIND[:, None, :, None], np.nan, a)
