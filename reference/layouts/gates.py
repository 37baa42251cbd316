"""Given gate by gate, as the equations are written: for an LSTM that was written out by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Shape, check_weights
from lstm_conformance.reference.layouts.torch import TorchLayout
from lstm_conformance.reference.weights import GATES, Array, CellWeights, Weights


class GatesLayout(TorchLayout):
    """`W_i` (H, I), `U_i` (H, H), `b_i` (H), and likewise for f, g and o: one layer in one direction.

    Axes of inputs, states and outputs are torch's.
    """

    biases = 1
    lacks = frozenset(
        {"peepholes", "layers", "bidirectional", "projection", "merge_modes", "return_sequences", "masks"}
    )

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and shape of every weight."""
        _refuse(layer)
        size = layer.hidden_size
        shapes: dict[str, Shape] = {f"W_{gate}": (size, layer.input_size) for gate in GATES}
        shapes |= {f"U_{gate}": (size, size) for gate in GATES}
        return shapes | ({f"b_{gate}": (size,) for gate in GATES} if layer.bias else {})

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """Every array cut into those of the gates. Raises ValueError for a cell with two biases."""
        _refuse(layer)
        ((cell,),) = weights
        if len(cell.biases) > self.biases:
            raise ValueError("an LSTM that is given gate by gate has at most one bias: add the two biases up first")
        native = _cut("W", cell.kernel, -2) | _cut("U", cell.recurrent_kernel, -2)
        for bias in cell.biases:
            native |= _cut("b", bias, -1)
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[0][0]`."""
        check_weights(self.weight_shapes(layer), native)
        kernel, recurrent_kernel = _joined(native, "W", -2), _joined(native, "U", -2)
        return [[CellWeights(kernel, recurrent_kernel, (_joined(native, "b", -1),) if layer.bias else ())]]


def _cut(name: str, a: Array, axis: int) -> dict[str, Array]:
    return {f"{name}_{gate}": block for gate, block in zip(GATES, np.split(a, 4, axis), strict=True)}


def _joined(native: Mapping[str, Array], name: str, axis: int) -> Array:
    return np.concatenate([native[f"{name}_{gate}"] for gate in GATES], axis)


def _refuse(layer: Layer) -> None:
    if layer.num_layers > 1 or layer.bidirectional or layer.proj_size:
        raise ValueError("what is given gate by gate is one layer in one direction, without a projection")
