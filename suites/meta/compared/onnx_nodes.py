"""The node tests of ONNX for the operator LSTM: six, of which one looks at y, and two at c_n.

All weights of a node are the same number, so the order of the gates does not matter.
"""

from __future__ import annotations

import numpy as np

from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.compared.kinds import Peepholes, Reverse
from lstm_conformance.suites.meta.compared.published import Published, Suite, within


def _cell(input_size: int, hidden_size: int, weight: float, *biases: float) -> CellWeights:
    """A cell whose weights are all alike, and so is each of its biases."""
    rows = 4 * hidden_size
    return CellWeights(
        np.full((rows, input_size), weight),
        np.full((rows, hidden_size), weight),
        tuple(np.full(rows, bias) for bias in biases),
    )


def _counting(*shape: int) -> Array:
    """1, 2, 3 and so on, (T, B, I)."""
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape)


def _node(
    name: str,
    x: Array,
    cells: list[CellWeights],
    looks_at: tuple[str, ...],
    kind: type[LSTM] = LSTM,
    *,
    batch_first: bool = False,
) -> Published:
    layer = Layer(
        input_size=x.shape[-1],
        hidden_size=cells[0].hidden_size,
        bidirectional=len(cells) == 2,
        bias=bool(cells[0].biases),
        batch_first=batch_first,
    )
    return Published(name=name, layer=layer, cells=cells, call=Call(x), looks_at=looks_at, kind=kind)


def _adopted(vector: Vector) -> Vector | None:
    """A node has one layer and no projection."""
    return vector if vector.layer.num_layers == 1 and not vector.layer.proj_size else None


SUITE = Suite(
    name="ONNX node tests",
    link="https://github.com/onnx/onnx/blob/main/onnx/backend/test/case/node/lstm.py",
    tolerance="rtol 1e-3, atol 1e-7",
    accepts=within(1e-3, 1e-7),
    vectors=(
        _node("test_lstm_defaults", _counting(1, 3, 2), [_cell(2, 3, 0.1)], ("h_n",)),
        _node("test_lstm_with_initial_bias", _counting(1, 3, 3), [_cell(3, 4, 0.1, 0.1, 0.0)], ("h_n",)),
        _node("test_lstm_with_peepholes", _counting(1, 2, 4), [_cell(4, 3, 0.1, 0.0, 0.0)], ("h_n",), Peepholes),
        _node("test_lstm_batchwise", _counting(1, 3, 2), [_cell(2, 7, 0.3)], ("y", "h_n"), batch_first=True),
        _node("test_lstm_reverse", _counting(3, 1, 2), [_cell(2, 3, 0.1)], ("h_n", "c_n"), Reverse),
        _node("test_lstm_bidirectional", _counting(3, 1, 2), [_cell(2, 3, 0.5), _cell(2, 3, 2.0)], ("h_n", "c_n")),
    ),
    adopted=_adopted,
    kinds=(LSTM, Reverse),
)
