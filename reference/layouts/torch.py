"""torch.nn.LSTM: gates in rows i, f, g, o; two biases; states layer-major.

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.layouts.ragged import Ragged
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.weights import Array, CellWeights, Weights


class TorchLayout(Ragged):
    """`weight_ih_l<k>` (4H, I), `weight_hh_l<k>` (4H, P), `bias_ih_l<k>`, `bias_hh_l<k>` (4H), `weight_hr_l<k>` (P, H).

    Names of the backward direction end in `_reverse`.
    """

    biases = 2
    lacks = frozenset({"peepholes", "merge_modes", "return_sequences", "masks"})

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight, in the order of `named_parameters()`."""
        shapes: dict[str, Shape] = {}
        rows = 4 * layer.hidden_size
        for index, suffix in _cells(layer):
            shapes[f"weight_ih{suffix}"] = (rows, layer.input_size_of(index))
            shapes[f"weight_hh{suffix}"] = (rows, layer.output_size)
            if layer.bias:
                shapes[f"bias_ih{suffix}"] = shapes[f"bias_hh{suffix}"] = (rows,)
            if layer.proj_size:
                shapes[f"weight_hr{suffix}"] = (layer.proj_size, layer.hidden_size)
        return shapes

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """The canonical gate order is torch's: arrays are named, not changed."""
        native: dict[str, Array] = {}
        cells = [cell for directions in weights for cell in directions]
        for (_, suffix), cell in zip(_cells(layer), cells, strict=True):
            native[f"weight_ih{suffix}"], native[f"weight_hh{suffix}"] = cell.kernel, cell.recurrent_kernel
            for name, bias in zip(("bias_ih", "bias_hh"), cell.biases, strict=False):
                native[name + suffix] = bias
            if cell.projection is not None:
                native[f"weight_hr{suffix}"] = cell.projection
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[layer][direction]`."""
        check_weights(self.weight_shapes(layer), native)
        cells = [
            CellWeights(
                native[f"weight_ih{suffix}"],
                native[f"weight_hh{suffix}"],
                (native[f"bias_ih{suffix}"], native[f"bias_hh{suffix}"]) if layer.bias else (),
                native.get(f"weight_hr{suffix}"),
            )
            for _, suffix in _cells(layer)
        ]
        return [cells[k : k + layer.directions] for k in range(0, len(cells), layer.directions)]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """x (N, T, B, I), (N, B, T, I) with batch_first, (N, T, I) unbatched; states (N, L D, B, ·) or (N, L D, ·)."""
        x = np.moveaxis(inputs.x, 1, 0)
        if unbatched:
            x = x[:, :, 0]
        elif layer.batch_first:
            x = x.swapaxes(1, 2)
        h_0, c_0 = (None if a is None else _native_state(a, unbatched=unbatched) for a in (inputs.h_0, inputs.c_0))
        return Inputs(x, h_0, c_0)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        x = native.x
        if unbatched:
            x = x[:, :, None]
        elif layer.batch_first:
            x = x.swapaxes(1, 2)
        rows = (a if a is None or not unbatched else a[:, :, None] for a in (native.h_0, native.c_0))
        h_0, c_0 = (None if a is None else _canonical_state(layer, a) for a in rows)
        return Inputs(np.moveaxis(x, 0, 1), h_0, c_0)

    def output_names(self, layer: Layer) -> list[str]:  # noqa: ARG002  # every layer returns the same
        """`output, (h_n, c_n)`."""
        return ["output", "h_n", "c_n"]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """(T, B, D P), or (B, T, D P) with batch_first, or (T, D P); states (D L, B, ·), whatever batch_first says."""
        width, states = layer.directions * layer.output_size, layer.directions * layer.num_layers
        rows = () if unbatched else (batch,)
        first_two = (*rows, time) if layer.batch_first else (time, *rows)
        return {
            "output": (*first_two, width),
            "h_n": (states, *rows, layer.output_size),
            "c_n": (states, *rows, layer.hidden_size),
        }

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """Undo batch_first and unbatched, and split the states by layer and direction."""
        y, h_n, c_n = native
        if unbatched:
            y, h_n, c_n = y[:, :, None], h_n[:, :, None], c_n[:, :, None]
        elif layer.batch_first:
            y = y.swapaxes(1, 2)
        return Outputs(np.moveaxis(y, 0, 1), _canonical_state(layer, h_n), _canonical_state(layer, c_n))

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`."""
        y = np.moveaxis(outputs.y, 1, 0)
        if unbatched:
            y = y[:, :, 0]
        elif layer.batch_first:
            y = y.swapaxes(1, 2)
        return [y, *(_native_state(a, unbatched=unbatched) for a in (outputs.h_n, outputs.c_n))]


def _cells(layer: Layer) -> list[tuple[int, str]]:
    """Layer index and suffix of the names, in torch's order: forward and backward of layer 0, of layer 1, …"""
    return [(k, f"_l{k}{end}") for k in range(layer.num_layers) for end in ("", "_reverse")[: layer.directions]]


def _native_state(state: Array, *, unbatched: bool) -> Array:
    """(L, D, N, B, K) -> (N, L D, B, K), without B where unbatched."""
    merged = np.moveaxis(state.reshape(state.shape[0] * state.shape[1], *state.shape[2:]), 1, 0)
    return merged[:, :, 0] if unbatched else merged


def _canonical_state(layer: Layer, state: Array) -> Array:
    """(N, L D, B, K) -> (L, D, N, B, K)."""
    by_layer = np.moveaxis(state, 0, 1)
    return by_layer.reshape(layer.num_layers, layer.directions, *by_layer.shape[1:])
