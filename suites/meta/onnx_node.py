"""The operator LSTM of ONNX, run by the reference evaluator of ONNX in NumPy: somebody else's equations.

The evaluator knows directions, initial states, biases and peepholes; it ignores lengths, activations, `clip` and
`input_forget`. Source: https://onnx.ai/onnx/operators/onnx__LSTM.html.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights

INPUTS = ("X", "W", "R", "B", "", "initial_h", "initial_c")
"""The fifth is `sequence_lens`."""

OUTPUTS = ("Y", "Y_h", "Y_c")


Feeds = dict[str, Array]


def evaluator(feeds: Feeds, hidden_size: int, direction: str = "forward") -> Callable[[Feeds], Sequence[Array]]:
    """A model of one node in float64, from its feeds to Y, Y_h and Y_c; forward, reverse or bidirectional."""
    node = helper.make_node("LSTM", INPUTS, OUTPUTS, hidden_size=hidden_size, direction=direction)
    double = onnx.TensorProto.DOUBLE
    inputs = [helper.make_tensor_value_info(name, double, a.shape) for name, a in feeds.items()]
    outputs = [helper.make_tensor_value_info(name, double, None) for name in OUTPUTS]
    session: Any = ReferenceEvaluator(helper.make_model(helper.make_graph([node], "lstm", inputs, outputs)))

    def evaluate(feeds: Feeds) -> Sequence[Array]:
        found: Sequence[Array] = session.run(None, feeds)
        return found

    return evaluate


def feeds_of(cells: Sequence[CellWeights], x: Array, h_0: Array, c_0: Array) -> Feeds:
    """The inputs of the node, from two biases a cell, x (T, B, I), h_0 and c_0 (D, B, H)."""
    biases = [np.concatenate([reordered(bias) for bias in cell.biases]) for cell in cells]
    return {
        "X": x,
        "W": np.stack([reordered(cell.kernel) for cell in cells]),
        "R": np.stack([reordered(cell.recurrent_kernel) for cell in cells]),
        "B": np.stack(biases),
        "initial_h": h_0,
        "initial_c": c_0,
    }


def reordered(rows: Array) -> Array:
    """Rows of the gates i, f, g, o in the order of ONNX: i, o, f, c."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, o, f, g])
