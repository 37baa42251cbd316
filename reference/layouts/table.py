"""What a row of the table of layouts says, done: names, axes and the order of gates; all else is torch's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.layouts.gate_order import CANONICAL, reordered, without_weights
from lstm_conformance.reference.layouts.rows import Row
from lstm_conformance.reference.layouts.torch import TorchLayout
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.weights import Array, CellWeights, Weights


class TableLayout(TorchLayout):
    """One layer. Inputs are (T, B, I) or, with batch_first, (B, T, I); the states (D, B, H), in the row's order."""

    biases = 1

    def __init__(self, name: str, row: Row) -> None:
        self.name, self.row, self.coupled = name, row, without_weights(row.gates)
        lacking = {"layers", "projection", "proj_clip", "peepholes", "merge_modes", "return_sequences", "masks"}
        lacking |= {"batch_first"} if row.rows_first else set()
        lacking |= set() if len(row.prefixes) > 1 else {"bidirectional"}
        self.lacks = frozenset(lacking if row.optional_bias else lacking | {"no_bias"})

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and shape of every weight."""
        self._refuse(layer)
        blocks = CellWeights(
            np.empty((1, 4 * layer.hidden_size, layer.input_size)),
            np.empty((1, 4 * layer.hidden_size, layer.output_size)),
            (np.empty((1, 4 * layer.hidden_size)),) if layer.bias else (),
        )
        return {name: a.shape[1:] for name, a in self.native_weights(layer, [[blocks] * layer.directions]).items()}

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """Arrays as the row has them. Raises ValueError for a cell of more than one bias."""
        self._refuse(layer)
        (cells,) = weights
        native: dict[str, Array] = {}
        for prefix, cell in zip(self._prefixes(layer), cells, strict=True):
            native |= {prefix + name: a for name, a in self._of(cell, self._row(layer)).items()}
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[0][direction]`."""
        check_weights(self.weight_shapes(layer), native)
        return [[self._cell(layer, native, prefix) for prefix in self._prefixes(layer)]]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """x and the states h_0 and c_0, in this order whatever the row says."""
        return super().native_inputs(self._with_axes(layer), inputs, unbatched=unbatched)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        return super().canonical_inputs(self._with_axes(layer), native, unbatched=unbatched)

    def output_names(self, layer: Layer) -> list[str]:  # noqa: ARG002  # every layer returns the same
        """The outputs and the last states, in the order of the row."""
        return ["output", *(f"{state}_n" for state in self.row.states)]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """Those of torch, in the order of the row."""
        shapes = super().output_shapes(self._with_axes(layer), time, batch, unbatched=unbatched)
        return {name: shapes[name] for name in self.output_names(layer)}

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """The states from the order of the row."""
        y, *states = native
        return super().canonical_outputs(self._with_axes(layer), [y, *self._turned(states)], unbatched=unbatched)

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`."""
        y, *states = super().native_outputs(self._with_axes(layer), outputs, unbatched=unbatched)
        return [y, *self._turned(states)]

    def _row(self, layer: Layer) -> Row:
        """What the weights of a layer are like."""
        return self.row.without("f") if layer.input_forget and self.row.coupling else self.row

    def _of(self, cell: CellWeights, row: Row) -> dict[str, Array]:
        """The arrays of one cell, by their names behind the prefix."""
        if len(cell.biases) > self.biases:
            raise ValueError(f"a cell of the layout {self.name} has one bias, came {len(cell.biases)}: add them up")
        if row.inputs == row.recurrent:
            native = _split(row, row.inputs, np.concatenate([cell.kernel, cell.recurrent_kernel], -1))
        else:
            native = _split(row, row.inputs, cell.kernel) | _split(row, row.recurrent, cell.recurrent_kernel)
        for bias in cell.biases:
            native |= _split(row, row.bias, bias[..., None])
        return native

    def _cell(self, layer: Layer, native: Mapping[str, Array], prefix: str) -> CellWeights:
        row = self._row(layer)
        kernel = _joined(row, native, prefix, row.inputs)
        recurrent = kernel[..., layer.input_size :]
        if row.inputs == row.recurrent:
            kernel = kernel[..., : layer.input_size]
        else:
            recurrent = _joined(row, native, prefix, row.recurrent)
        biases = (_joined(row, native, prefix, row.bias)[..., 0],) if layer.bias else ()
        return CellWeights(kernel, recurrent, biases)

    def _prefixes(self, layer: Layer) -> tuple[str, ...]:
        """What the names of each direction begin with."""
        return self.row.prefixes[1:] if layer.bidirectional else self.row.prefixes[:1]

    def _turned(self, states: Sequence[Array]) -> Sequence[Array]:
        """States from h, c to the order of the row, or back."""
        return states if self.row.states == "hc" else states[::-1]

    def _with_axes(self, layer: Layer) -> Layer:
        """The layer with the axes that the row has whatever is asked."""
        return replace(layer, batch_first=True) if self.row.rows_first else layer

    def _refuse(self, layer: Layer) -> None:
        asked = {
            "more than one layer": layer.num_layers > 1,
            "a second direction": layer.bidirectional and "bidirectional" in self.lacks,
            "a projection": bool(layer.proj_size),
            "no bias": not layer.bias and "no_bias" in self.lacks,
        }
        if lacking := [what for what, is_asked in asked.items() if is_asked]:
            raise ValueError(f"the layout {self.name} has no place for {lacking[0]}: choose another layer or layout")


def _split(row: Row, name: str, a: Array) -> dict[str, Array]:
    """An array (N, 4H, K) in the axes and under the names of the row; of a bias, K is 1 and falls away."""
    ordered = reordered(a, CANONICAL, row.gates, -2)
    blocks = np.split(ordered, len(row.gates), -2) if row.by_gate else [ordered]
    names = [name.format(gate) for gate in row.by_gate] or [name]
    turned = [b[..., 0] if name == row.bias else b.swapaxes(-1, -2) if row.columns else b for b in blocks]
    return {row.renamed.get(each, each): block for each, block in zip(names, turned, strict=True)}


def _joined(row: Row, native: Mapping[str, Array], prefix: str, name: str) -> Array:
    """The inverse of `_split`."""
    names = [name.format(gate) for gate in row.by_gate] or [name]
    blocks = [native[prefix + row.renamed.get(each, each)] for each in names]
    turned = [b[..., None] if name == row.bias else b.swapaxes(-1, -2) if row.columns else b for b in blocks]
    return reordered(np.concatenate(turned, -2), row.gates, CANONICAL, -2)
