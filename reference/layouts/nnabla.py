"""nnabla: a stack in three arrays, gates in an axis of their own, i, f, g, o; x and h read by one matrix; one bias.

Source: https://nnabla.readthedocs.io/en/latest/python/api/function.html#nnabla.functions.lstm, which gives the shapes;
the order of the gates stands in src/nbla/function/generic/lstm.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.layouts.torch import TorchLayout
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.weights import GATES, Array, CellWeights, Weights


class NnablaLayout(TorchLayout):
    """`weight_l0` (D, 4, H, I + H), `weight` (L - 1, D, 4, H, D H + H) of the layers above it, `bias` (L, D, 4, H).

    x is (T, B, I), and states are (L, D, B, H).
    """

    biases = 1
    lacks = TorchLayout.lacks | {"projection", "proj_clip", "batch_first", "unbatched", "input_forget"}

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight."""
        _refuse(layer)
        cells, size = (layer.directions, len(GATES)), layer.hidden_size
        shapes: dict[str, Shape] = {"weight_l0": (*cells, size, layer.input_size + size)}
        if layer.num_layers > 1:
            shapes["weight"] = (layer.num_layers - 1, *cells, size, layer.width + size)
        return shapes | ({"bias": (layer.num_layers, *cells, size)} if layer.bias else {})

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """Every layer's matrices side by side, the layers above the first in one array."""
        _refuse(layer)
        if any(len(cell.biases) > self.biases for cells in weights for cell in cells):
            raise ValueError("a cell of the layout nnabla has one bias, came more: add them up")
        first, *others = [np.stack([_matrices(cell) for cell in cells], 1) for cells in weights]
        native = {"weight_l0": first} | ({"weight": np.stack(others, 1)} if others else {})
        if layer.bias:
            by_layer = [np.stack([_by_gate(cell.biases[0][..., None]) for cell in cells], 1) for cells in weights]
            native["bias"] = np.stack(by_layer, 1)[..., 0]
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[layer][direction]`."""
        check_weights(self.weight_shapes(layer), native)
        return [[_cell(layer, native, k, d) for d in range(layer.directions)] for k in range(layer.num_layers)]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """x (N, T, B, I) and states (N, L, D, B, H)."""
        x, *states = super().native_inputs(layer, inputs, unbatched=unbatched)
        return Inputs(x, *(None if a is None else _apart(layer, a) for a in states))

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        x, *states = native
        merged = (None if a is None else _merged(a) for a in states)
        return super().canonical_inputs(layer, Inputs(x, *merged), unbatched=unbatched)

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """(T, B, D H) and (L, D, B, H)."""
        shapes = super().output_shapes(layer, time, batch, unbatched=unbatched)
        state = (layer.num_layers, layer.directions, batch, layer.hidden_size)
        return shapes | {"h_n": state, "c_n": state}

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """The states have both axes already."""
        y, *states = native
        return super().canonical_outputs(layer, [y, *(_merged(a) for a in states)], unbatched=unbatched)

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`."""
        y, *states = super().native_outputs(layer, outputs, unbatched=unbatched)
        return [y, *(_apart(layer, a) for a in states)]


def _by_gate(a: Array) -> Array:
    """(N, 4H, K) -> (N, 4, H, K)."""
    return a.reshape(a.shape[0], len(GATES), -1, a.shape[-1])


def _matrices(cell: CellWeights) -> Array:
    """(N, 4, H, I + H)."""
    return _by_gate(np.concatenate([cell.kernel, cell.recurrent_kernel], -1))


def _cell(layer: Layer, native: Mapping[str, Array], index: int, direction: int) -> CellWeights:
    """The cell of a layer in a direction."""
    both = (native["weight"][:, index - 1] if index else native["weight_l0"])[:, direction]
    both = both.reshape(both.shape[0], -1, both.shape[-1])
    width = layer.input_size_of(index)
    biases = (native["bias"][:, index, direction].reshape(both.shape[:2]),) if layer.bias else ()
    return CellWeights(both[..., :width], both[..., width:], biases)


def _apart(layer: Layer, state: Array) -> Array:
    """(N, L D, B, H) -> (N, L, D, B, H)."""
    layers = state.shape[1] // layer.directions  # of a mistake, others than the layer has
    return state.reshape(state.shape[0], layers, layer.directions, *state.shape[2:])


def _merged(state: Array) -> Array:
    """(N, L, D, B, H) -> (N, L D, B, H)."""
    return state.reshape(state.shape[0], state.shape[1] * state.shape[2], *state.shape[3:])


def _refuse(layer: Layer) -> None:
    if layer.proj_size:
        raise ValueError("the layout nnabla has no place for a projection: choose another layer or layout")
