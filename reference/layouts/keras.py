"""keras.layers.LSTM and keras.layers.Bidirectional: gates in columns i, f, c, o; one bias; batch first.

Sources: https://keras.io/api/layers/recurrent_layers/lstm/ and the split in `LSTMCell.call`;
https://keras.io/api/layers/recurrent_layers/bidirectional/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.cell import Coupled
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.lstm import Fill, Mask, Outputs
from lstm_conformance.reference.merging import last, merged
from lstm_conformance.reference.weights import Array, CellWeights, Weights


class KerasLayout:
    """`kernel` (I, 4H), `recurrent_kernel` (H, 4H), `bias` (4H); in a stack of layers `layer_<k>/kernel` and so on.

    In a bidirectional layer they are `forward/kernel` …, then `backward/kernel` …
    Keras' c is the candidate g, so the gate order is the canonical one and a matrix is only transposed.
    With go_backwards the layer reads its input from the end and returns the outputs in that order; canonical arrays are
    in the order of processing, so x is reversed on its way in and y is left alone.
    """

    biases = 1
    told_by = "mask"
    coupled: Coupled = ""
    lacks = frozenset({"peepholes", "projection", "proj_clip", "unbatched"})

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight."""
        shapes: dict[str, Shape] = {}
        columns = 4 * layer.hidden_size
        for index, prefix in _cells(layer):
            shapes[f"{prefix}kernel"] = (layer.input_size_of(index), columns)
            shapes[f"{prefix}recurrent_kernel"] = (layer.hidden_size, columns)
            if layer.bias:
                shapes[f"{prefix}bias"] = (columns,)
        return shapes

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """Every matrix transposed."""
        if any(len(cell.biases) > self.biases for directions in weights for cell in directions):
            raise ValueError(f"a Keras cell has at most {self.biases} bias: add the two biases up first")
        native: dict[str, Array] = {}
        cells = [cell for directions in weights for cell in directions]
        for (_, prefix), cell in zip(_cells(layer), cells, strict=True):
            native[f"{prefix}kernel"] = cell.kernel.swapaxes(-1, -2)
            native[f"{prefix}recurrent_kernel"] = cell.recurrent_kernel.swapaxes(-1, -2)
            for bias in cell.biases:
                native[f"{prefix}bias"] = bias
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[layer][direction]`."""
        check_weights(self.weight_shapes(layer), native)
        cells = [
            CellWeights(
                native[f"{prefix}kernel"].swapaxes(-1, -2),
                native[f"{prefix}recurrent_kernel"].swapaxes(-1, -2),
                (native[f"{prefix}bias"],) if layer.bias else (),
            )
            for _, prefix in _cells(layer)
        ]
        return [cells[k : k + layer.directions] for k in range(0, len(cells), layer.directions)]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """x (N, B, T, I), reversed in time with go_backwards; states (N, L D, B, H)."""
        _refuse(unbatched=unbatched)
        x = inputs.x[::-1] if layer.go_backwards else inputs.x
        h_0, c_0 = (None if a is None else np.moveaxis(_in_a_row(a), 1, 0) for a in (inputs.h_0, inputs.c_0))
        return Inputs(np.moveaxis(x, 0, 2), h_0, c_0)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        _refuse(unbatched=unbatched)
        x = np.moveaxis(native.x, 2, 0)
        h_0, c_0 = (None if a is None else _by_direction(layer, np.moveaxis(a, 0, 1)) for a in (native.h_0, native.c_0))
        return Inputs(x[::-1] if layer.go_backwards else x, h_0, c_0)

    def native_mask(self, layer: Layer, mask: Mask) -> tuple[str, NDArray[Any]]:
        """`mask` (N, B, T); like the input it is read from its end with go_backwards."""
        return self.told_by, np.moveaxis(mask[::-1] if layer.go_backwards else mask, 0, 2)

    def canonical_mask(self, layer: Layer, native: NDArray[Any], time: int) -> Mask:  # noqa: ARG002  # it has all steps
        """The inverse of `native_mask`."""
        mask = np.moveaxis(native, 2, 0)
        return mask[::-1] if layer.go_backwards else mask

    def fill(self, layer: Layer) -> Fill:
        """`zero_output_for_mask`, which is documented for `return_sequences=True` only.

        Of a bidirectional layer "the output of the masked timestep will be zero" then, whatever its layers were told.
        """
        zeros = layer.zero_output_for_mask or layer.bidirectional
        return "zeros" if zeros and layer.return_sequences else "previous"

    def output_names(self, layer: Layer) -> list[str]:
        """y, or one of each direction with the merge mode none, then with return_state h and c of every cell."""
        ends = _ends(layer, "_forward", "_backward")
        y = [f"y{end}" for end in ends] if layer.merge_mode == "none" else ["y"]
        states = [f"{name}_{k}{end}" for k in range(layer.num_layers) for end in ends for name in "hc"]
        return [*y, *(states if layer.return_state else [])]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """y (B, T, ·) or, without return_sequences, (B, ·); every state (B, H)."""
        _refuse(unbatched=unbatched)
        width = layer.width // _outputs(layer)
        y = (batch, time, width) if layer.return_sequences else (batch, width)
        return {name: y if name.startswith("y") else (batch, layer.hidden_size) for name in self.output_names(layer)}

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """A last output alone is a sequence of one step; outputs that are kept apart are put side by side.

        Outputs that are merged stay so: y is (T, N, B, H).
        """
        _refuse(unbatched=unbatched)
        y = np.concatenate(native[: _outputs(layer)], -1)
        y = y if layer.return_sequences else y[:, :, None]
        states = native[_outputs(layer) :]
        none = np.empty((0, *native[0].shape[:2], layer.hidden_size), y.dtype)
        h_n, c_n = (np.stack(states[k::2]) if layer.return_state else none for k in (0, 1))
        return Outputs(np.moveaxis(y, 2, 0), _by_direction(layer, h_n), _by_direction(layer, c_n))

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`; without return_sequences only the last output is returned."""
        _refuse(unbatched=unbatched)
        y = outputs.y if layer.return_sequences else last(outputs.y, layer.directions)
        y = np.moveaxis(merged(y, layer.merge_mode) if layer.merges else y, 0, 2)
        y = y if layer.return_sequences else y[:, :, 0]
        states = zip(*map(_in_a_row, outputs[1:]), strict=True) if layer.return_state else ()
        return [*np.split(y, _outputs(layer), -1), *(a for pair in states for a in pair)]


def _ends(layer: Layer, *words: str) -> Sequence[str]:
    """A word for each direction, nothing where there is one."""
    return words if layer.bidirectional else ("",)


def _outputs(layer: Layer) -> int:
    """How many tensors the output is."""
    return 2 if layer.bidirectional and layer.merge_mode == "none" else 1


def _cells(layer: Layer) -> list[tuple[int, str]]:
    """Layer index and prefix of the names of every cell: forward and backward of layer 0, of layer 1, …"""
    prefixes = [""] if layer.num_layers == 1 else [f"layer_{k}/" for k in range(layer.num_layers)]
    return [(k, prefix + end) for k, prefix in enumerate(prefixes) for end in _ends(layer, "forward/", "backward/")]


def _in_a_row(state: Array) -> Array:
    """(L, D, N, B, K) -> (L D, N, B, K)."""
    return state.reshape(state.shape[0] * state.shape[1], *state.shape[2:])


def _by_direction(layer: Layer, state: Array) -> Array:
    """(L D, N, B, K) -> (L, D, N, B, K)."""
    return state.reshape(len(state) // layer.directions, layer.directions, *state.shape[1:])


def _refuse(*, unbatched: bool) -> None:
    if unbatched:
        raise ValueError("keras.layers.LSTM takes batches only; use a configuration that is not unbatched")
