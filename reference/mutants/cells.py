"""Cells with more in their equations, got wrong: peepholes, limits, coupled gates, a forget bias at run time.

All are right wherever the option that they misread is not set; TensorFlow 1 and ONNX have these options.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.cell import OTHER, Cell
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.mutants.base import LSTM, Gates, rising
from lstm_conformance.reference.rounded import Array, Numbers, limited, scaled
from lstm_conformance.reference.weights import CellWeights

# Peepholes


class _OfPeepholes(LSTM):
    """Base of those that misread peepholes."""

    layout = "tf1"
    only = ("peepholes",)


class PeepholesInOtherOrder(_OfPeepholes):
    """Takes the peepholes i, o, f, as ONNX has them, for those of i, f and o, the order of its own gates."""

    layout = "onnx"

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The last two."""
        return _with_peepholes(super().of_cell(w, index, direction), (0, 2, 1))


class InputAndForgetPeepholesExchanged(_OfPeepholes):
    """Takes the diagonals in the order of their names, w_f_diag first, for those of i, f and o."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The first two."""
        return _with_peepholes(super().of_cell(w, index, direction), (1, 0, 2))


class OutputPeepholeOfTheOldCellState(_OfPeepholes):
    """Shows the output gate the cell state before its update, as it shows i and f."""

    def peeping(self, p: Array, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """All gates see the same state."""
        return super().peeping_behind(p, super().peeping(p, z, c), c)

    def peeping_behind(self, p: Array, z: Gates[Numbers], new_c: Numbers) -> Gates[Numbers]:
        """O has seen the old one."""
        del p, new_c
        return z


class ForgetPeepholeOfTheNewCellState(_OfPeepholes):
    """Shows the forget gate a cell state that was updated in place, and computes the gate once more from it."""

    def peeping(self, p: Array, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """f sees c_t."""
        seen = super().peeping(p, z, c)
        return seen._replace(f=z.f + scaled(self.new_c(self.gates(seen), c), p[..., 1:2, :]))


class PeepholesIgnored(_OfPeepholes):
    """Takes `use_peepholes`, keeps the weights, and has no place for them."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Leave them out."""
        return super().of_cell(w, index, direction)._replace(peepholes=None)


# Limits


class _Without(LSTM):
    """A layer that takes an option and forgets it."""

    option: ClassVar[str]

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell._replace(**{self.option: Cell._field_defaults[self.option]}))


class ClipIgnored(_Without):
    """Takes `clip` and limits nothing."""

    layout = "onnx"
    only = ("clip",)
    option = "clip"


class ClipOfTheGatesAlone(LSTM):
    """Limits the pre-activations of i, f and o, and not that of the candidate."""

    layout = "onnx"
    only = ("clip",)

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """g by itself."""
        return super().gates(z)._replace(g=self.candidate(z.g))


class ClipFromAbove(LSTM):
    """Limits the pre-activations from above alone."""

    layout = "onnx"
    only = ("clip",)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell._replace(clip=None))
        self.limit = cell.clip

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """Limit them here."""
        return super().gates(z if self.limit is None else Gates(*(_from_above(a, self.limit) for a in z)))


class CellClipIgnored(_Without):
    """Takes `cell_clip` and limits nothing."""

    layout = "tf1"
    only = ("cell_clip",)
    option = "cell_clip"


class _CellClipElsewhere(LSTM):
    """Base of those that limit the cell state by themselves."""

    layout = "tf1"
    only = ("cell_clip",)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell._replace(cell_clip=None))
        self.limit = cell.cell_clip


class CellClipBehindTheOutput(_CellClipElsewhere):
    """Limits the cell state after the output was computed from the whole one."""

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """Limit what is kept."""
        new_h, new_c = super().step(w, z_x, h, c, t)
        return new_h, new_c if self.limit is None else limited(new_c, self.limit)


class CellClipFromAbove(_CellClipElsewhere):
    """Limits the cell state from above alone."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """Limit it here."""
        new_c = super().new_c(gates, c)
        return new_c if self.limit is None else _from_above(new_c, self.limit)


class ProjClipIgnored(_Without):
    """Takes `proj_clip` and limits nothing."""

    layout = "tf1"
    only = ("proj_clip",)
    option = "projection_clip"


class ProjClipBeforeTheProjection(LSTM):
    """Limits what is projected, and not what comes of it."""

    layout = "tf1"
    only = ("proj_clip",)

    def projected(self, m: Numbers, rows: Array) -> Numbers:
        """Limit what goes in."""
        limit = self.cell.projection_clip
        return self.product(m if limit is None else limited(m, limit), rows)


# Coupled gates


class InputForgetIgnored(_Without):
    """Takes `input_forget` and computes the forget gate."""

    layout = "onnx"
    equivalents = frozenset({"gate_without_weights_computed"})
    only = ("input_forget",)
    option = "coupled"


class InputForgetTheWrongWayRound(LSTM):
    """Computes the one of two coupled gates that follows from the other."""

    layout = "onnx"
    only = ("input_forget",)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell._replace(coupled=OTHER.get(cell.coupled, "")))


class CoupledGatesExchanged(LSTM):
    """Takes the one of two coupled gates that is computed for the other one, and 1 minus it for that one."""

    layout = "tf1.coupled"

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """i for f."""
        gates = super().gates(z)
        return gates._replace(i=gates.f, f=gates.i) if self.cell.coupled else gates


class GateWithoutWeightsComputed(_Without):
    """Computes the gate that has no weights, from weights that are zeros, as if they had been forgotten in a file."""

    layout = "tf1.coupled"
    equivalents = frozenset({"input_forget_ignored"})  # where it has weights
    option = "coupled"


# A forget bias


class ForgetBiasIgnored(_Without):
    """Takes `forget_bias` and adds nothing."""

    layout = "tf1"
    equivalents = frozenset({"forget_bias_missing"})  # where it is 1
    only = ("forget_bias",)
    option = "forget_bias"


class ForgetBiasTwice(LSTM):
    """Adds the forget bias to the stored biases as they are loaded, and at run time, too."""

    layout = "tf1"
    only = ("forget_bias",)
    equivalents = frozenset({"forget_bias_added_at_run_time"})  # where it is 1

    def added(self, w: CellWeights) -> tuple[Array, ...]:
        """Once more."""
        return (*super().added(w), *super().added(w))


class ForgetBiasOfTheInputGate(LSTM):
    """Adds the forget bias to the first block of rows, which it takes for that of f."""

    layout = "tf1"
    only = ("forget_bias",)

    def added(self, w: CellWeights) -> tuple[Array, ...]:
        """Exchange the first two blocks."""
        return tuple(np.roll(bias, -w.hidden_size, -1) for bias in super().added(w))


class ForgetBiasWhole(LSTM):
    """Takes `forget_bias` for a whole number, because its default is one."""

    layout = "tf1"
    only = ("forget_bias",)

    def added(self, w: CellWeights) -> tuple[Array, ...]:
        """Cut off what is behind the point."""
        return tuple(np.trunc(bias) for bias in super().added(w))


def _with_peepholes(w: CellWeights, order: tuple[int, int, int]) -> CellWeights:
    return w if w.peepholes is None else w._replace(peepholes=w.peepholes[..., list(order), :])


def _from_above(a: Numbers, limit: float) -> Numbers:
    return rising(a, lambda z: np.minimum(z, limit))
