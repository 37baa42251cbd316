"""keras.layers.LSTM: gates in columns i, f, c, o; one bias; batch first.

Source: https://keras.io/api/layers/recurrent_layers/lstm/ and the split in `LSTMCell.call`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.lstm import Fill, Mask, Outputs
from lstm_conformance.reference.weights import Array, CellWeights, Weights


class KerasLayout:
    """`kernel` (I, 4H), `recurrent_kernel` (H, 4H), `bias` (4H); in a stack of layers `layer_<k>/kernel` and so on.

    Keras' c is the candidate g, so the gate order is the canonical one and a matrix is only transposed.
    With go_backwards the layer reads its input from the end and returns the outputs in that order; canonical arrays are
    in the order of processing, so x is reversed on its way in and y is left alone.
    """

    biases = 1

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight."""
        shapes: dict[str, Shape] = {}
        columns = 4 * layer.hidden_size
        for index, prefix in enumerate(_prefixes(layer)):
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
        for prefix, (cell,) in zip(_prefixes(layer), weights, strict=True):
            native[f"{prefix}kernel"] = cell.kernel.swapaxes(-1, -2)
            native[f"{prefix}recurrent_kernel"] = cell.recurrent_kernel.swapaxes(-1, -2)
            for bias in cell.biases:
                native[f"{prefix}bias"] = bias
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[layer][0]`."""
        check_weights(self.weight_shapes(layer), native)
        return [
            [
                CellWeights(
                    native[f"{prefix}kernel"].swapaxes(-1, -2),
                    native[f"{prefix}recurrent_kernel"].swapaxes(-1, -2),
                    (native[f"{prefix}bias"],) if layer.bias else (),
                )
            ]
            for prefix in _prefixes(layer)
        ]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """x (N, B, T, I), reversed in time with go_backwards; states (N, L, B, H)."""
        _refuse(unbatched=unbatched)
        if layer.go_backwards and layer.num_layers > 1:
            raise ValueError("go_backwards in a stack reverses time once a layer: check its layers one by one")
        x = inputs.x[::-1] if layer.go_backwards else inputs.x
        h_0, c_0 = (None if a is None else np.moveaxis(a[:, 0], 1, 0) for a in (inputs.h_0, inputs.c_0))
        return Inputs(np.moveaxis(x, 0, 2), h_0, c_0)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        _refuse(unbatched=unbatched)
        x = np.moveaxis(native.x, 2, 0)
        h_0, c_0 = (None if a is None else np.moveaxis(a, 0, 1)[:, None] for a in (native.h_0, native.c_0))
        return Inputs(x[::-1] if layer.go_backwards else x, h_0, c_0)

    def native_mask(self, layer: Layer, mask: Mask) -> tuple[str, NDArray[Any]]:
        """`mask` (N, B, T); like the input it is read from its end with go_backwards."""
        return "mask", np.moveaxis(mask[::-1] if layer.go_backwards else mask, 0, 2)

    def canonical_mask(self, layer: Layer, native: NDArray[Any], time: int) -> Mask:  # noqa: ARG002  # it has all steps
        """The inverse of `native_mask`."""
        mask = np.moveaxis(native, 2, 0)
        return mask[::-1] if layer.go_backwards else mask

    def fill(self, layer: Layer) -> Fill:
        """`zero_output_for_mask`, which is documented for `return_sequences=True` only."""
        return "zeros" if layer.zero_output_for_mask and layer.return_sequences else "previous"

    def output_names(self, layer: Layer) -> list[str]:
        """y, then h and c of every layer with return_state."""
        states = [name for k in range(layer.num_layers) for name in (f"h_{k}", f"c_{k}")]
        return ["y", *(states if layer.return_state else [])]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """(B, T, H) or, without return_sequences, (B, H); every state (B, H)."""
        _refuse(unbatched=unbatched)
        shapes: dict[str, Shape] = dict.fromkeys(self.output_names(layer), (batch, layer.hidden_size))
        if layer.return_sequences:
            shapes["y"] = (batch, time, layer.hidden_size)
        return shapes

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """A last output alone is a sequence of one step."""
        _refuse(unbatched=unbatched)
        y = native[0] if layer.return_sequences else native[0][:, :, None]
        none = np.empty((0, 1, *y[:, :, 0].shape), y.dtype)
        h_n = np.stack(native[1::2])[:, None] if layer.return_state else none
        c_n = np.stack(native[2::2])[:, None] if layer.return_state else none
        return Outputs(np.moveaxis(y, 2, 0), h_n, c_n)

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`; without return_sequences only the last output is returned."""
        _refuse(unbatched=unbatched)
        y = np.moveaxis(outputs.y, 0, 2)
        states = zip(outputs.h_n[:, 0], outputs.c_n[:, 0], strict=True) if layer.return_state else ()
        return [y if layer.return_sequences else y[:, :, -1], *(a for pair in states for a in pair)]


def _prefixes(layer: Layer) -> list[str]:
    return [""] if layer.num_layers == 1 else [f"layer_{k}/" for k in range(layer.num_layers)]


def _refuse(*, unbatched: bool) -> None:
    if unbatched:
        raise ValueError("keras.layers.LSTM takes batches only; use a configuration that is not unbatched")
