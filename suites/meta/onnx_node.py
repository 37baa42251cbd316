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

INPUTS = ("X", "W", "R", "B", "", "initial_h", "initial_c", "P")
"""The fifth is `sequence_lens`; the last ones may be left out."""

OUTPUTS = ("Y", "Y_h", "Y_c")


Feeds = dict[str, Array]


def evaluator(feeds: Feeds, hidden_size: int, direction: str = "forward") -> Callable[[Feeds], Sequence[Array]]:
    """A model of one node in float64, from its feeds to Y, Y_h and Y_c; forward, reverse or bidirectional."""
    session: Any = ReferenceEvaluator(model(feeds, hidden_size=hidden_size, direction=direction))

    def evaluate(feeds: Feeds) -> Sequence[Array]:
        found: Sequence[Array] = session.run(None, feeds)
        return found

    return evaluate


def model(feeds: Feeds, **attributes: Any) -> onnx.ModelProto:
    """A model of one node with these attributes, in the dtype of its feeds."""
    kind = helper.np_dtype_to_tensor_dtype(feeds["X"].dtype)
    given = [name if name in feeds else "" for name in INPUTS]
    node = helper.make_node("LSTM", given, OUTPUTS, **attributes)
    inputs = [helper.make_tensor_value_info(name, kind, a.shape) for name, a in feeds.items()]
    outputs = [helper.make_tensor_value_info(name, kind, None) for name in OUTPUTS]
    opsets = [helper.make_opsetid("", 14)]
    return helper.make_model(helper.make_graph([node], "lstm", inputs, outputs), opset_imports=opsets, ir_version=8)


def feeds_of(cells: Sequence[CellWeights], x: Array, h_0: Array, c_0: Array) -> Feeds:
    """The inputs of the node, from two biases a cell, x (T, B, I), h_0 and c_0 (D, B, H), and peepholes, if there are.

    Peepholes are those of i, f and o here, and of i, o and f in ONNX.
    """
    biases = [np.concatenate([reordered(bias) for bias in cell.biases]) for cell in cells]
    peepholes = [cell.peepholes[[0, 2, 1]].reshape(-1) for cell in cells if cell.peepholes is not None]
    return {
        "X": x,
        "W": np.stack([reordered(cell.kernel) for cell in cells]),
        "R": np.stack([reordered(cell.recurrent_kernel) for cell in cells]),
        "B": np.stack(biases),
        "initial_h": h_0,
        "initial_c": c_0,
        **({"P": np.stack(peepholes)} if peepholes else {}),
    }


def reordered(rows: Array) -> Array:
    """Rows of the gates i, f, g, o in the order of ONNX: i, o, f, c."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, o, f, g])
