"""The LSTM operator of ONNX: gates in rows i, o, f, c; both biases in one array; an axis of directions everywhere.

Source: https://onnx.ai/onnx/operators/onnx__LSTM.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.layouts.gate_order import CANONICAL, reordered
from lstm_conformance.reference.layouts.ragged import Ragged
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.weights import Array, CellWeights, Weights

ORDER = "iofg"
"""ONNX calls the candidate g the cell gate, c."""


class OnnxLayout(Ragged):
    """`W` (D, 4H, I), `R` (D, 4H, H), `B` (D, 8H): the bias of W, then that of R; `P` (D, 3H): i, o, f. One layer.

    X is (T, B, I), Y (T, D, B, H), every state (D, B, H); with `layout=1`, which is batch_first here, X is (B, T, I),
    Y (B, T, D, H) and every state (B, D, H). With `direction="reverse"`, which is go_backwards here, the outputs stand
    where their inputs stood.
    """

    order = ORDER
    biases = 2
    lacks = frozenset({"layers", "projection", "proj_clip", "unbatched", "merge_modes", "return_sequences", "masks"})

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight."""
        _refuse(layer)
        rows = 4 * layer.hidden_size
        shapes: dict[str, Shape] = {
            "W": (layer.directions, rows, layer.input_size),
            "R": (layer.directions, rows, layer.hidden_size),
        }
        shapes |= {"B": (layer.directions, self.biases * rows)} if layer.bias else {}
        return shapes | ({"P": (layer.directions, 3 * layer.hidden_size)} if layer.use_peepholes else {})

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """The directions in one array, the gates in ONNX' order. Raises ValueError unless a cell has 0 or 2 biases."""
        _refuse(layer)
        (cells,) = weights
        if {len(cell.biases) for cell in cells} != {self.biases if layer.bias else 0}:
            raise ValueError(f"a cell of the operator has biases of 4H: {self.biases}, or none: give it as many")
        native = {
            "W": np.stack([reordered(cell.kernel, CANONICAL, self.order, -2) for cell in cells], -3),
            "R": np.stack([reordered(cell.recurrent_kernel, CANONICAL, self.order, -2) for cell in cells], -3),
        }
        if layer.bias:
            both = [
                np.concatenate([reordered(b, CANONICAL, self.order, -1) for b in cell.biases], -1) for cell in cells
            ]
            native["B"] = np.stack(both, -2)
        if layer.use_peepholes:
            native["P"] = np.stack([_in_onnx(cell.peepholes) for cell in cells if cell.peepholes is not None], -2)
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[0][direction]`."""
        check_weights(self.weight_shapes(layer), native)
        return [[self._cell({name: a[:, d] for name, a in native.items()}) for d in range(layer.directions)]]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """X (N, T, B, I) and states (N, D, B, H); with batch_first (N, B, T, I) and (N, B, D, H)."""
        _refuse(layer, unbatched=unbatched)
        x = np.moveaxis(_in_time(layer, inputs.x), 1, 0)
        states = (None if a is None else np.moveaxis(a[0], 1, 0) for a in (inputs.h_0, inputs.c_0))
        h_0, c_0 = (None if a is None else _rows(layer, a) for a in states)
        return Inputs(_rows(layer, x), h_0, c_0)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        _refuse(layer, unbatched=unbatched)
        x = _in_time(layer, np.moveaxis(_rows(layer, native.x), 0, 1))
        h_0, c_0 = (None if a is None else _canonical_state(layer, a) for a in (native.h_0, native.c_0))
        return Inputs(x, h_0, c_0)

    def output_names(self, layer: Layer) -> list[str]:  # noqa: ARG002  # every layer returns the same
        """`Y, Y_h, Y_c`."""
        return ["Y", "Y_h", "Y_c"]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """(T, D, B, H) and (D, B, H), with batch_first (B, T, D, H) and (B, D, H)."""
        _refuse(layer, unbatched=unbatched)
        directions, size = layer.directions, layer.hidden_size
        state = (batch, directions, size) if layer.batch_first else (directions, batch, size)
        y = (batch, time, directions, size) if layer.batch_first else (time, directions, batch, size)
        return {"Y": y, "Y_h": state, "Y_c": state}

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """The directions side by side."""
        _refuse(layer, unbatched=unbatched)
        y, h_n, c_n = native
        y = y.transpose((2, 0, 1, 3, 4) if layer.batch_first else (1, 0, 3, 2, 4))
        y = _in_time(layer, y.reshape(*y.shape[:3], -1))
        return Outputs(y, _canonical_state(layer, h_n), _canonical_state(layer, c_n))

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`."""
        states = self.native_inputs(layer, Inputs(outputs.y, outputs.h_n, outputs.c_n), unbatched=unbatched)[1:]
        y = _in_time(layer, outputs.y)
        y = y.reshape(*y.shape[:3], layer.directions, -1)
        y = y.transpose((1, 2, 0, 3, 4) if layer.batch_first else (1, 0, 3, 2, 4))
        return [y, *(a for a in states if a is not None)]

    def _cell(self, native: Mapping[str, Array]) -> CellWeights:
        """One direction, from W (N, 4H, I), R (N, 4H, H), B (N, 8H) and P (N, 3H)."""
        biases = np.split(native["B"], self.biases, -1) if "B" in native else []
        return CellWeights(
            reordered(native["W"], self.order, CANONICAL, -2),
            reordered(native["R"], self.order, CANONICAL, -2),
            tuple(reordered(bias, self.order, CANONICAL, -1) for bias in biases),
            peepholes=_from_onnx(native["P"]) if "P" in native else None,
        )


def _in_onnx(peepholes: Array) -> Array:
    """Peepholes (N, 3, H) of i, f, o as P (N, 3H) has them: i, o, f."""
    return np.concatenate([peepholes[..., k, :] for k in (0, 2, 1)], -1)


def _from_onnx(native: Array) -> Array:
    """The inverse of `_in_onnx`."""
    i, o, f = np.split(native, 3, -1)
    return np.stack([i, f, o], -2)


def _canonical_state(layer: Layer, state: Array) -> Array:
    """(N, D, B, H), or (N, B, D, H) with batch_first, -> (1, D, N, B, H)."""
    return np.moveaxis(_rows(layer, state), 0, 1)[None]


def _rows(layer: Layer, a: Array) -> Array:
    """Exchange the two axes behind that of the cases, with batch_first."""
    return a.swapaxes(1, 2) if layer.batch_first else a


def _in_time(layer: Layer, a: Array) -> Array:
    """Canonical arrays (T, ...) are in the order of processing."""
    return a[::-1] if layer.go_backwards else a


def _refuse(layer: Layer, *, unbatched: bool = False) -> None:
    if layer.num_layers > 1 or layer.proj_size:
        raise ValueError("the ONNX operator is one layer without a projection; give the layers of a stack one by one")
    if unbatched:
        raise ValueError("the ONNX operator takes batches only; use a configuration that is not unbatched")
