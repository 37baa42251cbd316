"""The tests of `keras.layers.LSTM` that look at numbers: correctness, statefulness, initial states, masking.

A matrix is filled with one number, the bias, too, but for the forget gate's, which `unit_forget_bias` makes 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Mask, within_lengths
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.compared.kinds import (
    GoBackwards,
    GoBackwardsRepeating,
    RepeatsOutputs,
    Stateful,
)
from lstm_conformance.suites.meta.compared.published import Published, Suite, within

MASK = within_lengths(4, np.array([3, 2]))
"""What counts of two rows of four steps."""

STATE = np.arange(4.0).reshape(1, 1, 2, 2)
"""h_0 and c_0 are the same."""


def _sequence(rows: int, steps: int, features: int) -> Array:
    """0, 1, 2 and so on through rows, steps and features; as (T, B, I)."""
    return np.arange(float(rows * steps * features)).reshape(rows, steps, features).swapaxes(0, 1)


def _cell(input_size: int, hidden_size: int, bias: Sequence[float] = (0.03, 1.0, 0.03, 0.03)) -> CellWeights:
    """Kernels of 0.01 and 0.02; one number for the bias of each gate i, f, g, o, or no bias."""
    rows = 4 * hidden_size
    biases = (np.repeat(bias, hidden_size),) if bias else ()
    return CellWeights(np.full((rows, input_size), 0.01), np.full((rows, hidden_size), 0.02), biases)


def _test(
    name: str,
    x: Array,
    cell: CellWeights,
    values: dict[str, ArrayLike],
    kind: type[LSTM] = LSTM,
    *,
    state: Array | None = None,
    mask: Mask | None = None,
    unroll: bool = False,
) -> Published:
    layer = Layer(
        input_size=x.shape[-1],
        hidden_size=cell.hidden_size,
        bias=bool(cell.biases),
        unroll=unroll,
        go_backwards=issubclass(kind, GoBackwards),
        return_sequences="y" in values,
    )
    return Published(
        name=name,
        layer=layer,
        cells=[cell],
        call=Call(x, state, state, mask),
        looks_at=tuple(values),
        kind=kind,
        values={key: np.array(value) for key, value in values.items()},
    )


def _rows(*numbers: float, units: int = 3) -> list[list[float]]:
    """Every unit of a row puts out the same number."""
    return [[number] * units for number in numbers]


def _adopted(vector: Vector) -> Vector | None:
    """One layer, one direction, no projection; one bias, the sum of both."""
    if vector.layer.num_layers > 1 or vector.layer.bidirectional or vector.layer.proj_size:
        return None
    ((cell,),) = vector.weights
    biases = (sum(cell.biases, np.zeros(())),) if cell.biases else ()
    return replace(vector, weights=[[cell._replace(biases=biases)]])


_X, _CELL = _sequence(3, 6, 4), _cell(4, 3)
_SMALL, _SMALL_CELL = _sequence(2, 4, 3), _cell(3, 2)

_CORRECTNESS = (
    _test("correctness", _X, _CELL, {"last y": _rows(0.6288687, 0.86899155, 0.9460773)}),
    _test("go_backwards", _X, _CELL, {"last y": _rows(0.35622165, 0.74789524, 0.8872726)}, GoBackwards),
    _test("unroll", _X, _CELL, {"last y": _rows(0.6288687, 0.86899155, 0.9460773)}, unroll=True),
    _test(
        "unit_forget_bias=False",
        _X,
        _cell(4, 3, [0.03] * 4),
        {"last y": _rows(0.57019705, 0.8661914, 0.9459622)},
    ),
    _test("use_bias=False", _X, _cell(4, 3, ()), {"last y": _rows(0.54986924, 0.86226785, 0.9443936)}),
)

_STATES = (
    _test(
        "statefulness",
        _sequence(2, 3, 4),
        _cell(4, 4),
        {"last y": _rows(0.3124785, 0.6863672, units=4)},
        Stateful,
    ),
    _test(
        "initial_state",
        _SMALL,
        _SMALL_CELL,
        {"last y": [[0.20574439, 0.3558822], [0.64930826, 0.66276]]},
        state=STATE,
    ),
    _test(
        "initial_state, go_backwards",
        _SMALL,
        _SMALL_CELL,
        {"last y": [[0.13281618, 0.2790356], [0.5839337, 0.5992567]]},
        GoBackwards,
        state=STATE,
    ),
)

_FIRST, _SECOND = [0.01588910, 0.05552048, 0.11755939], [0.14185596, 0.28556206]
"""The outputs of both rows, as long as they are."""


def _masked(behind: Sequence[float]) -> Array:
    """(T, B, H): the outputs of both rows, and what stands behind them."""
    rows = [[*_FIRST, behind[0]], [*_SECOND, behind[1], behind[1]]]
    return np.repeat(np.transpose(rows)[..., None], 2, -1)


_MASKING = (
    _test(
        "masking, unroll",
        _SMALL,
        _SMALL_CELL,
        {"last y": _rows(_FIRST[-1], _SECOND[-1], units=2)},
        RepeatsOutputs,
        mask=MASK,
        unroll=True,
    ),
    _test(
        "masking, return_sequences",
        _SMALL,
        _SMALL_CELL,
        {"y": _masked((_FIRST[-1], _SECOND[-1]))},
        RepeatsOutputs,
        mask=MASK,
    ),
    _test("masking, zero_output_for_mask", _SMALL, _SMALL_CELL, {"y": _masked((0, 0))}, mask=MASK),
    _test(
        "masking, go_backwards",
        _SMALL,
        _SMALL_CELL,
        {"last y": _rows(0.15341201, 0.3844719, units=2)},
        GoBackwardsRepeating,
        mask=MASK[::-1],
    ),
)

SUITE = Suite(
    name="Keras lstm_test.py",
    link="https://github.com/keras-team/keras/blob/master/keras/src/layers/rnn/lstm_test.py",
    tolerance="rtol 1e-5, atol 1e-5",
    accepts=within(1e-5, 1e-5),
    vectors=(*_CORRECTNESS, *_STATES, *_MASKING),
    adopted=_adopted,
    kinds=(LSTM, GoBackwards, Stateful),
)
