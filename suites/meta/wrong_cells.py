"""Wrong LSTMs that misread an option that neither torch nor Keras has: right wherever it is not set.

They stand here until an implementation has these options: the catalogue holds what a layout can be asked for.
"""

from __future__ import annotations

from lstm_conformance.reference.cell import Cell, Coupled
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.mutants.base import LSTM, Gates
from lstm_conformance.reference.rounded import Array, Numbers, limited
from lstm_conformance.reference.weights import CellWeights


class PeepholesExchanged(LSTM):
    """Reads the peepholes in the order i, o, f of ONNX where they come as i, f, o."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The last two."""
        w = super().of_cell(w, index, direction)
        return w if w.peepholes is None else w._replace(peepholes=w.peepholes[..., [0, 2, 1], :])


class OutputPeepholeOfTheOldCellState(LSTM):
    """Shows the output gate the cell state before its update, as it shows i and f."""

    def peeping(self, p: Array, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """All gates see the same state."""
        return super().peeping_behind(p, super().peeping(p, z, c), c)

    def peeping_behind(self, p: Array, z: Gates[Numbers], new_c: Numbers) -> Gates[Numbers]:
        """O has seen the old one."""
        del p, new_c
        return z


class PeepholesIgnored(LSTM):
    """Reads a file with peepholes, and has no place for them."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Leave them out."""
        return super().of_cell(w, index, direction)._replace(peepholes=None)


class ClipOfTheGatesAlone(LSTM):
    """Limits the pre-activations of i, f and o, and not that of the candidate."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """g by itself."""
        return super().gates(z)._replace(g=self.candidate(z.g))


class CellClipBehindTheOutput(LSTM):
    """Limits the cell state that the next step reads, after the output was computed from the whole one."""

    def carried(self, f: Numbers, c: Numbers, entering: Numbers) -> Numbers:
        """Limit what is read."""
        return f * (c if self.cell.cell_clip is None else limited(c, self.cell.cell_clip)) + entering


class CoupledGatesExchanged(LSTM):
    """Computes the one of two coupled gates that follows from the other."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell._replace(coupled=_OTHER[cell.coupled]))


_OTHER: dict[Coupled, Coupled] = {"": "", "i": "f", "f": "i"}


class ForgetBiasForTheInputGate(LSTM):
    """Adds the forget bias to the second block of rows, in an order in which that is another gate's."""

    def added(self, w: CellWeights) -> tuple[Array, ...]:
        """Exchange the first two blocks."""
        size = w.hidden_size
        return tuple(
            bias[[*range(size, 2 * size), *range(size), *range(2 * size, 4 * size)]] for bias in super().added(w)
        )


def _without(option: str) -> type[LSTM]:
    """A layer that takes an option and forgets it."""

    class Without(LSTM):
        def __init__(self, layer: Layer, cell: Cell) -> None:
            super().__init__(layer, cell._replace(**{option: Cell._field_defaults[option]}))

    return Without


WRONG_CELLS: dict[str, type[LSTM]] = {
    "peepholes_exchanged": PeepholesExchanged,
    "output_peephole_of_the_old_cell_state": OutputPeepholeOfTheOldCellState,
    "peepholes_ignored": PeepholesIgnored,
    "clip_ignored": _without("clip"),
    "clip_of_the_gates_alone": ClipOfTheGatesAlone,
    "cell_clip_ignored": _without("cell_clip"),
    "cell_clip_behind_the_output": CellClipBehindTheOutput,
    "projection_clip_ignored": _without("projection_clip"),
    "coupled_gates_exchanged": CoupledGatesExchanged,
    "coupling_ignored": _without("coupled"),
    "forget_bias_ignored": _without("forget_bias"),
    "forget_bias_for_the_input_gate": ForgetBiasForTheInputGate,
}
"""By name."""

MISREAD = {
    "peepholes": ("peepholes_exchanged", "output_peephole_of_the_old_cell_state", "peepholes_ignored"),
    "clip": ("clip_ignored", "clip_of_the_gates_alone"),
    "cell_clip": ("cell_clip_ignored", "cell_clip_behind_the_output"),
    "projection_clip": ("projection_clip_ignored",),
    "coupled": ("coupled_gates_exchanged", "coupling_ignored"),
    "forget_bias": ("forget_bias_ignored", "forget_bias_for_the_input_gate"),
}
"""By the option that they misread."""
