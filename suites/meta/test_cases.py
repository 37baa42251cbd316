"""Cases: the id alone gives the numbers, and the numbers test something."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.crossing import ORDINARY, UNEVEN
from lstm_conformance.fixtures.cases.data import Cases, draw, interchangeable, only
from lstm_conformance.fixtures.cases.regimes import EVERY_REGIME, STRUCTURED, exponential
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reference.arithmetic import arithmetic_of, uniform
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.reference.weights import Weights
from lstm_conformance.suites.meta.numbers import drawn, forced, layer_by_layer, trajectory
from lstm_conformance.suites.meta.tables import table

PLAIN = configuration(5, 3, 4, 6)
OTHERS = {
    "plain": PLAIN,
    "projection": configuration(4, 2, 6, 9, proj_size=5, bidirectional=True, num_layers=2, batch_first=True),
    "no bias": configuration(5, 3, 7, 9, bias=False),
    "zero state": configuration(5, 3, 7, 9, initial_state=False),
    **{regime: configuration(9, 2, 6, 13, regime=regime) for regime in EVERY_REGIME},
}
EVERY_OTHER = pytest.mark.parametrize("name", OTHERS)
ALL = list(dict.fromkeys(c for tier in TIERS.values() for c in tier.configurations))
"""Every configuration of every tier."""

WIDE = [called for called in ALL if called.dtype in {"float32", "float64"}]
"""Those that are computed in the dtype that is stored."""

BIASES = pytest.mark.parametrize("biases", [1, 2])


@cache
def first(called: Configuration, biases: int = 2) -> Cases:
    """The first case of a configuration, drawn once."""
    return draw(called, (0,), biases=biases)


def arrays(cases: Cases) -> list[Array]:
    """All numbers of the cases, the axis of cases first."""
    cells = [cell for directions in cases.weights for cell in directions]
    weights = [a for cell in cells for a in (cell.kernel, cell.recurrent_kernel, *cell.biases, cell.projection)]
    x, h_0, c_0 = cases.inputs
    states = [np.moveaxis(a, 2, 0) for a in (h_0, c_0) if a is not None]
    return [a for a in (*weights, np.moveaxis(x, 1, 0), *states) if a is not None]


def contents(cases: Cases) -> list[tuple[str, tuple[int, ...], bytes]]:
    """Dtype, shape and bytes of all numbers."""
    return [(str(a.dtype), a.shape, a.tobytes()) for a in arrays(cases)]


def digest(cases: Cases) -> str:
    """A fingerprint of all numbers."""
    return hashlib.sha256(repr(contents(cases)).encode()).hexdigest()[:16]


@BIASES
@EVERY_OTHER
def test_a_case_is_the_same_alone_and_among_others(name: str, biases: int) -> None:
    """Drawn alone, or picked out of a batch in any order: bit by bit."""
    alone, batch = (draw(OTHERS[name], numbers, biases=biases) for numbers in ((7,), (3, 7, 0)))

    assert contents(only(batch, 7)) == contents(alone)
    assert (only(batch, 7).numbers, only(batch, 7).key) == ((7,), alone.key)


@EVERY_OTHER
def test_equal_ids_give_equal_numbers(name: str) -> None:
    """Drawn twice, from equal descriptions, whatever the global state of NumPy is."""
    np.random.seed(1)
    once = draw(OTHERS[name], (0, 1), biases=2)
    np.random.seed(2)
    again = draw(replace(OTHERS[name], layer=replace(OTHERS[name].layer)), (0, 1), biases=2)

    assert contents(once) == contents(again)
    assert once.key == again.key


@pytest.mark.parametrize(
    "other",
    [
        draw(PLAIN, (1,), biases=2),
        draw(PLAIN, (0,), biases=2, seed=1),
        draw(replace(PLAIN, regime="forgetting"), (0,), biases=2),
        draw(replace(PLAIN, dtype="float64"), (0,), biases=2),
        draw(replace(PLAIN, layer=replace(PLAIN.layer, unroll=True)), (0,), biases=2),
    ],
    ids=["number", "seed", "regime", "dtype", "option"],
)
def test_other_ids_give_other_numbers(other: Cases) -> None:
    """Whatever is different, no array is the same, except what a regime leaves alone."""
    one = draw(PLAIN, (0,), biases=2)

    same = [
        np.array_equal(a.astype(np.float32), b.astype(np.float32))
        for a, b in zip(arrays(one), arrays(other), strict=True)
    ]
    assert not any(same)


@pytest.mark.parametrize(
    "other",
    [
        draw(PLAIN, (0,), biases=2, seed=1),
        draw(PLAIN, (0,), biases=1),
        draw(PLAIN, (1,), biases=2),
        draw(PLAIN, (0,), biases=2).varied("x"),
    ],
    ids=["seed", "biases", "number", "variation"],
)
def test_other_numbers_have_another_key(other: Cases) -> None:
    """Answers are kept under the key: no two cases may share one."""
    assert draw(PLAIN, (0,), biases=2).key != other.key


@pytest.mark.parametrize(
    ("called", "number", "biases", "expected"),
    [
        (configuration(5, 3, 10, 20), 0, 2, "f7a56c6698944a59"),
        (configuration(5, 3, 10, 20, regime="lognormal", dtype="float64"), 3, 1, "7a896826cdd4f96a"),
        (OTHERS["projection"], 123_456, 2, "9e9725217e17b38d"),
    ],
    ids=str,
)
def test_the_stream_is_frozen(called: Configuration, number: int, biases: int, expected: str) -> None:
    """The numbers of a case are the same in every version of the suite, of NumPy, and on every machine."""
    assert digest(draw(called, (number,), biases=biases)) == expected


def test_the_exponential_is_one() -> None:
    """It is made of operations that every machine rounds alike, and loses no more than a few last bits."""
    a = np.linspace(-20, 20, 4001)

    assert np.max(np.abs(exponential(a) / np.exp(a) - 1)) < 16 * np.finfo(np.float64).eps


SAME = {
    "equal_biases": ["the two biases"],
    "zero_cell_state": ["states"],
    "zero_hidden_state": ["states"],
    "zero_states": ["h_0 and c_0", "states"],
}
"""What is interchangeable in data with a structure, which other cases make up for."""


@table((called,) for called in ALL)
def test_nothing_is_interchangeable(called: Configuration) -> None:
    """No two gates, rows, layers, directions, biases or states are equal, but for what a regime is named for."""
    found = {each.split(" of ")[0] for biases in (1, 2) for each in interchangeable(first(called, biases))}
    assert found <= set(SAME.get(called.regime, ()))


@table((called,) for called in WIDE)
def test_numbers_are_exact_in_their_dtype(called: Configuration) -> None:
    """What the reference computes with is what the framework is given."""
    assert {str(a.dtype) for biases in (1, 2) for a in arrays(first(called, biases))} == {called.dtype}


@table((called,) for called in ALL)
def test_numbers_are_finite(called: Configuration) -> None:
    """No regime overflows in the dtype of its configuration, and the reference does not either."""
    cases = first(called)

    assert all(np.isfinite(a).all() for a in arrays(cases))
    assert all(np.isfinite(a).all() for each in layers_of(called) for a in each)


@cache
def layers_of(called: Configuration) -> list[Outputs[Array]]:
    """What the reference says of the first case, layer by layer."""
    return layer_by_layer(first(called))


def as_share(numbers: Rounded) -> Array:
    """Bounds in units of what they bound, or of 1 where that is smaller; what is not finite is the worst."""
    return np.nan_to_num(numbers.bound / np.maximum(1, np.abs(numbers.value)), nan=np.inf)


@table((called,) for called in WIDE)
def test_no_bound_is_vacuous(called: Configuration) -> None:
    """Of no output and no state may the allowed error be as large as the number itself, or as 1."""
    observed = [each.y.astype(np.float32) for each in layers_of(called)]

    expected = forced(first(called), observed, arithmetic_of(called.dtype))

    assert max(as_share(part).max() for each in expected for part in each) < 1


@table((called,) for called in ALL if not called.layer.return_sequences)
def test_no_bound_of_a_hidden_trajectory_is_vacuous(called: Configuration) -> None:
    """Where only the last output is returned, the bound of the trajectory says something, too."""
    assert max(as_share(each).max() for each in trajectory(first(called), arithmetic_of(called.dtype))) < 1


def test_a_vacuous_bound_is_seen() -> None:
    """The trajectory of a chaotic layer is soon lost."""
    cases = drawn(50, 2, 4, 16, regime="saturated")

    assert as_share(trajectory(cases, uniform("float32")).y).max() > 1


def planted(name: str) -> Cases:
    """Two cases of which one has a defect."""
    cases = draw(configuration(3, 3, 4, 4, bidirectional=True, num_layers=2), (0, 1), biases=2)
    DEFECTS[name](cases.inputs, cases.weights)
    return cases


def two_gates(_inputs: Inputs, weights: Weights) -> None:
    """Gates f and o of the backward direction of the second layer."""
    cell = weights[1][1]
    for a in (cell.kernel, cell.recurrent_kernel, *cell.biases):
        a[1, 12:16] = a[1, 4:8]


def two_rows(inputs: Inputs, _weights: Weights) -> None:
    """Rows 0 and 2."""
    for a in inputs:
        assert a is not None
        a[..., 0, 2, :] = a[..., 0, 0, :]


def two_directions(_inputs: Inputs, weights: Weights) -> None:
    """The directions of the second layer."""
    for a, b in zip(flat(weights, 1, 0), flat(weights, 1, 1), strict=True):
        a[1] = b[1]


def two_states(inputs: Inputs, _weights: Weights) -> None:
    """h_0 and c_0."""
    assert inputs.h_0 is not None
    assert inputs.c_0 is not None
    inputs.h_0[:, :, 1] = inputs.c_0[:, :, 1]


def two_biases(_inputs: Inputs, weights: Weights) -> None:
    """Those of the first layer, forwards."""
    one, other = weights[0][0].biases
    one[0] = other[0]


def states_of_two_directions(inputs: Inputs, _weights: Weights) -> None:
    """h_0 and c_0 of the first layer, forwards and backwards."""
    for a in inputs[1:]:
        assert a is not None
        a[0, 1, 0] = a[0, 0, 0]


def states_of_two_layers(inputs: Inputs, _weights: Weights) -> None:
    """h_0 and c_0 of the layers, forwards."""
    for a in inputs[1:]:
        assert a is not None
        a[1, 0, 0] = a[0, 0, 0]


def flat(weights: Weights, layer: int, direction: int) -> list[Array]:
    """The arrays of a cell."""
    cell = weights[layer][direction]
    return [cell.kernel, cell.recurrent_kernel, *cell.biases]


DEFECTS: dict[str, Callable[[Inputs, Weights], None]] = {
    "two gates of layer 1 direction 1": two_gates,
    "rows 0 and 2": two_rows,
    "layer 1 direction 0 and layer 1 direction 1": two_directions,
    "h_0 and c_0": two_states,
    "the two biases of layer 0 direction 0": two_biases,
}


@pytest.mark.parametrize("name", DEFECTS)
def test_what_is_interchangeable_is_found(name: str) -> None:
    """In one case of two, a single defect is enough, and it is the only one that is named."""
    assert interchangeable(planted(name)) == [name]


@pytest.mark.parametrize("plant", [states_of_two_directions, states_of_two_layers])
def test_interchangeable_initial_states_are_found(plant: Callable[[Inputs, Weights], None]) -> None:
    """An implementation that takes the state of the wrong direction or layer must not get away with it."""
    cases = draw(configuration(3, 3, 4, 4, bidirectional=True, num_layers=2), (0, 1), biases=2)
    plant(cases.inputs, cases.weights)

    assert len(interchangeable(cases)) == 1


@pytest.mark.parametrize("regime", STRUCTURED)
def test_structure_makes_nothing_else_interchangeable(regime: str) -> None:
    """What a regime is named for, and no other parts of it."""
    cases = draw(configuration(5, 3, 6, 7, regime=regime, num_layers=2, bidirectional=True), (0, 1), biases=2)
    found = interchangeable(cases)

    assert sorted({each.split(" of ")[0] for each in found}) == sorted(SAME.get(regime, []))


def test_every_structure_is_asked_at_the_sizes_that_people_use() -> None:
    """In one of the two."""
    assert set(STRUCTURED) <= {*ORDINARY["regime"], *UNEVEN["regime"]}


def test_sparse_data_have_zeros_of_every_kind() -> None:
    """Single numbers, and a step, a row and a feature; others are there besides."""
    x = draw(configuration(5, 3, 6, 7, regime="sparse"), (0,), biases=2).inputs.x[:, 0]

    assert [int(np.all(x == 0, others).sum()) for others in ((1, 2), (0, 2), (0, 1))] == [1, 1, 1]
    assert 0.3 < np.mean(x == 0) < 0.9


def test_one_feature_of_a_step_is_one() -> None:
    """The others are zero."""
    x = draw(configuration(5, 3, 6, 7, regime="one_hot"), (0,), biases=2).inputs.x

    assert np.array_equal(np.sort(x, -1), np.broadcast_to([0, 0, 0, 0, 0, 1], x.shape))


@pytest.mark.parametrize(
    ("regime", "zero"),
    [
        ("zero_cell_state", {"c_0"}),
        ("zero_hidden_state", {"h_0"}),
        ("zero_states", {"h_0", "c_0"}),
        ("sparse", set()),
        ("negative", set()),
    ],
)
def test_one_state_is_zero(regime: str, zero: set[str]) -> None:
    """And the other is not."""
    inputs = draw(configuration(5, 3, 6, 7, regime=regime), (0,), biases=2).inputs

    assert {name for name, a in inputs._asdict().items() if not a.any()} == zero


def test_rows_that_differ_in_one_number_are_not_interchangeable() -> None:
    """Only what is equal everywhere can be exchanged unnoticed."""
    cases = planted("rows 0 and 2")
    cases.inputs.x[0, 0, 2, 0] += 1

    assert interchangeable(cases) == []


def test_a_regime_that_does_not_exist_is_refused() -> None:
    """The message says which ones there are."""
    with pytest.raises(ValueError, match=r"no regime named 'wild'; known: mild, saturated, .*huge"):
        draw(replace(PLAIN, regime="wild"), (0,), biases=2)


@pytest.mark.parametrize(("regime", "least", "most"), [("forgetting", -20, -4), ("remembering", 6, 20)])
def test_forget_gates_are_where_the_regime_says(regime: str, least: float, most: float) -> None:
    """The biases of f are in the range where a gate is almost shut, or almost open."""
    cell = draw(configuration(3, 2, 4, 16, regime=regime), range(20), biases=2).weights[0][0]
    f = sum(bias[:, 16:32] for bias in cell.biases)

    assert least <= np.min(f) <= np.max(f) <= most


def test_cancelling_sums_are_small_beside_their_terms() -> None:
    """The input's share of a pre-activation is far larger than the pre-activation."""
    cases = draw(configuration(9, 2, 16, 13, regime="cancelling"), range(10), biases=2)
    cell, x = cases.weights[0][0], cases.inputs.x[..., None, :] * cases.weights[0][0].kernel[:, None]
    bias = np.sum(cell.biases, 0)[:, None]

    assert np.median(np.abs(x.sum(-1) + bias)) < 0.2 * np.median(np.abs(x).sum(-1))


def test_denormal_numbers_are_not_normal() -> None:
    """Inputs, states and biases are below the smallest normal number, and most are not zero."""
    x, h_0, c_0 = draw(configuration(9, 2, 6, 13, regime="denormal"), range(10), biases=2).inputs
    numbers = np.abs(np.concatenate([np.ravel(a) for a in (x, h_0, c_0) if a is not None]))

    assert np.max(numbers) < np.finfo(np.float32).smallest_normal
    assert np.all(numbers > 0)
