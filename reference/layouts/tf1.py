"""BasicLSTMCell and LSTMCell of TensorFlow 1, run by dynamic_rnn: one kernel, gates in columns i, j, f, o.

Sources: https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/rnn_cell/LSTMCell
and the split in `LSTMCell.call`, where j is the candidate g;
https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/contrib/rnn/CoupledInputForgetGateLSTMCell
and the split in its `call`: j, f, o.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape, check_weights
from lstm_conformance.reference.layouts.gate_order import CANONICAL, reordered, without_weights
from lstm_conformance.reference.layouts.torch import TorchLayout
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.weights import Array, CellWeights, Weights


class Tf1Layout(TorchLayout):
    """`kernel` (I + P, 4H), its rows those of x above those of h; `bias` (4H); `projection/kernel` (H, P).

    With peepholes `w_i_diag`, `w_f_diag` and `w_o_diag` (H).

    In a MultiRNNCell the names begin with `cell_<k>/`; those of bidirectional_dynamic_rnn with `fw/` and `bw/`.
    Axes are torch's: time_major is the opposite of batch_first. The outputs of two directions are joined along their
    last axis, and the states come as pairs, c before h.
    A forget bias at run time is no weight: it stands in no checkpoint, so it is neither added here nor taken away.
    """

    order = "igfo"
    kernel, bias, projection = "kernel", "bias", "projection/kernel"
    peepholes: Mapping[str, str] = MappingProxyType({"i": "w_i_diag", "f": "w_f_diag", "o": "w_o_diag"})

    biases = 1
    lacks = frozenset({"clip", "input_forget", "no_bias", "unbatched", "merge_modes", "return_sequences", "masks"})

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight."""
        _refuse(layer)
        shapes: dict[str, Shape] = {}
        columns = len(self.order) * layer.hidden_size
        for index, prefix in _cells(layer):
            shapes[prefix + self.kernel] = (layer.input_size_of(index) + layer.output_size, columns)
            shapes[prefix + self.bias] = (columns,)
            if layer.use_peepholes:
                shapes |= {f"{prefix}{name}": (layer.hidden_size,) for name in self.peepholes.values()}
            if layer.proj_size:
                shapes[prefix + self.projection] = (layer.hidden_size, layer.proj_size)
        return shapes

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """Both matrices transposed, in one. Raises ValueError unless a cell has one bias."""
        _refuse(layer)
        native: dict[str, Array] = {}
        cells = [cell for directions in weights for cell in directions]
        for (_, prefix), cell in zip(_cells(layer), cells, strict=True):
            if len(cell.biases) != self.biases:
                raise ValueError(f"a cell of TensorFlow 1 has one bias, came {len(cell.biases)}: add two up first")
            rows = np.concatenate([cell.kernel, cell.recurrent_kernel], -1)
            native[prefix + self.kernel] = reordered(rows, CANONICAL, self.order, -2).swapaxes(-1, -2)
            native[prefix + self.bias] = reordered(cell.biases[0], CANONICAL, self.order, -1)
            if cell.peepholes is not None:
                peepholes = dict(zip(PEEPING, np.moveaxis(cell.peepholes, -2, 0), strict=True))
                native |= {f"{prefix}{name}": peepholes[gate] for gate, name in self.peepholes.items()}
            if cell.projection is not None:
                native[prefix + self.projection] = cell.projection.swapaxes(-1, -2)
        return native

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """`weights[layer][direction]`, with the bias that is stored."""
        check_weights(self.weight_shapes(layer), native)
        cells = [self._cell(native, prefix, layer.input_size_of(index)) for index, prefix in _cells(layer)]
        return [cells[k : k + layer.directions] for k in range(0, len(cells), layer.directions)]

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """x (N, T, B, I), or (N, B, T, I) with batch_first; states (N, L D, B, ·)."""
        _refuse(layer, unbatched=unbatched)
        return super().native_inputs(layer, inputs)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        _refuse(layer, unbatched=unbatched)
        return super().canonical_inputs(layer, native)

    def output_names(self, layer: Layer) -> list[str]:
        """y, then the LSTMStateTuple (c, h) of every cell."""
        cells = range(layer.num_layers * layer.directions)
        return ["y", *(name for k in cells for name in (f"c_{k}", f"h_{k}"))]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """(T, B, D P), or (B, T, D P) with batch_first; every c (B, H), every h (B, P)."""
        _refuse(layer, unbatched=unbatched)
        y = super().output_shapes(layer, time, batch)["output"]
        widths = {"y": y, "c": (batch, layer.hidden_size), "h": (batch, layer.output_size)}
        return {name: widths[name[0]] for name in self.output_names(layer)}

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """The states of all cells in one array."""
        _refuse(layer, unbatched=unbatched)
        y, *states = native
        return super().canonical_outputs(layer, [y, np.stack(states[1::2], 1), np.stack(states[::2], 1)])

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`."""
        _refuse(layer, unbatched=unbatched)
        y, h_n, c_n = super().native_outputs(layer, outputs)
        return [y, *(a[:, k] for k in range(h_n.shape[1]) for a in (c_n, h_n))]

    def _cell(self, native: Mapping[str, Array], prefix: str, inputs: int) -> CellWeights:
        """One cell, from its kernel (N, I + P, 4H) and bias (N, 4H); the first rows are those of the inputs.

        Where a gate has no weights, there are three of them.
        """
        rows = reordered(native[prefix + self.kernel], self.order, CANONICAL, -1).swapaxes(-1, -2)
        bias = reordered(native[prefix + self.bias], self.order, CANONICAL, -1)
        projection = native.get(prefix + self.projection)
        return CellWeights(
            rows[..., :inputs],
            rows[..., inputs:],
            (bias,),
            None if projection is None else projection.swapaxes(-1, -2),
            self._peepholes(native, prefix),
        )

    def _peepholes(self, native: Mapping[str, Array], prefix: str) -> Array | None:
        """Those of one cell (N, 3, H), if it has any: zeros of a gate without weights."""
        seeing = {gate: native[prefix + name] for gate, name in self.peepholes.items() if prefix + name in native}
        if not seeing:
            return None
        zeros = np.zeros_like(next(iter(seeing.values())))
        return np.stack([seeing.get(gate, zeros) for gate in PEEPING], -2)


class Tf1CoupledLayout(Tf1Layout):
    """`W_0` (I + P, 3H), its rows those of x above those of h; `B` (3H); `W_P_0` (H, P).

    With peepholes `W_F_diag` and `W_O_diag` (H). The input gate has no weights: it is 1 minus the forget gate.
    """

    order = "gfo"
    kernel, bias, projection = "W_0", "B", "W_P_0"
    peepholes = MappingProxyType({"f": "W_F_diag", "o": "W_O_diag"})
    coupled = without_weights(order)
    lacks = Tf1Layout.lacks | {"cell_clip"}


PEEPING = "ifo"
"""The gates that peepholes show the cell state, in the order of canonical ones."""


def with_forget_bias(weights: Weights, amount: float) -> Weights:
    """The weights of cells that add an amount to the pre-activation of their forget gate in every step.

    It is added to the stored bias in float64, where the sum of a narrower bias and a small number is exact.
    """
    return [[_with_forget_bias(cell, amount) for cell in directions] for directions in weights]


def _with_forget_bias(cell: CellWeights, amount: float) -> CellWeights:
    first, *others = cell.biases or (np.zeros(cell.kernel.shape[:-1]),)
    added = np.repeat([amount if gate == "f" else 0.0 for gate in CANONICAL], cell.hidden_size)
    return cell._replace(biases=(first + added, *others))


def _cells(layer: Layer) -> Iterator[tuple[int, str]]:
    """Layer index and prefix of the names: forward and backward of layer 0, of layer 1, …"""
    for k in range(layer.num_layers):
        for direction in ("fw/", "bw/") if layer.bidirectional else ("",):
            yield k, f"cell_{k}/{direction}" if layer.num_layers > 1 else direction


def _refuse(layer: Layer, *, unbatched: bool = False) -> None:
    if not layer.bias:
        raise ValueError("a cell of TensorFlow 1 has a bias: give it one of zeros")
    if unbatched:
        raise ValueError("dynamic_rnn takes batches only; use a configuration that is not unbatched")
