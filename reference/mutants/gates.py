"""Gates in the wrong order, or in the wrong place of an equation."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM, Gates, applied, constant
from lstm_conformance.reference.rounded import Array, Numbers
from lstm_conformance.reference.weights import CellWeights


class _Reordered(LSTM):
    """Reads the blocks of rows in another order: which block is taken for i, for f, for g and for o."""

    order: ClassVar[tuple[int, int, int, int]]

    def split(self, z: Numbers) -> Gates[Numbers]:
        """Take other blocks."""
        blocks = super().split(z)
        return Gates(*(blocks[k] for k in self.order))


class InputAndForgetGateExchanged(_Reordered):
    """Reads the rows in the order f, i, g, o, that of most drawings of an LSTM and of OpenVINO."""

    order = (1, 0, 2, 3)


class InputGateAndCandidateExchanged(_Reordered):
    """Reads the rows in the order g, f, i, o, by taking the candidate for the first of the gates."""

    order = (2, 1, 0, 3)


class InputAndOutputGateExchanged(_Reordered):
    """Reads the rows in the order o, f, g, i, by taking "input" and "output" for one another."""

    order = (3, 1, 2, 0)


class ForgetGateAndCandidateExchanged(_Reordered):
    """Reads the rows in the order i, g, f, o, that of TensorFlow 1 and of Haiku."""

    order = (0, 2, 1, 3)


class ForgetAndOutputGateExchanged(_Reordered):
    """Reads the rows in the order i, o, g, f, by taking the last two of ONNX's gates for the candidate and f."""

    order = (0, 3, 2, 1)


class CandidateAndOutputGateExchanged(_Reordered):
    """Reads the rows in the order i, f, o, g: the three gates with σ first, because one call then serves all."""

    order = (0, 1, 3, 2)


class ReadInOnnxOrder(_Reordered):
    """Reads the rows in ONNX's order i, o, f, c, though nobody reordered them."""

    order = (0, 2, 3, 1)


class OnnxWeightsNotReordered(_Reordered):
    """Gets weights in ONNX's order i, o, f, c and reads them in its own."""

    order = (0, 3, 1, 2)


class OutputGateFirst(_Reordered):
    """Reads the rows in the order o, i, f, g, by numbering the gates from the one nearest to the output."""

    order = (1, 2, 3, 0)


class OrderOfTheEquations(_Reordered):
    """Reads the rows in the order f, i, o, g in which encyclopedias print the equations."""

    order = (1, 0, 3, 2)


class InterleavedByUnit(LSTM):
    """Reads the four gates of a unit one after the other, as Chainer's `lstm` does, instead of gate by gate."""

    def split(self, z: Numbers) -> Gates[Numbers]:
        """Every fourth row belongs to the same gate."""
        return Gates(*(z[..., k::4] for k in range(4)))


class RecurrentKernelInOtherOrder(LSTM):
    """Reorders the gates of the kernel and of the biases, and forgets the recurrent kernel."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Exchange candidate and output gate."""
        w = super().of_cell(w, index, direction)
        return w._replace(recurrent_kernel=_exchanged(w.recurrent_kernel, -2, 2, 3))


class KernelInOtherOrder(LSTM):
    """Reorders the gates of the recurrent kernel and of the biases, and forgets the kernel."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Exchange candidate and output gate."""
        w = super().of_cell(w, index, direction)
        return w._replace(kernel=_exchanged(w.kernel, -2, 2, 3))


class BiasesInOtherOrder(LSTM):
    """Reorders the gates of both kernels, and forgets the biases."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Exchange input and forget gate."""
        w = super().of_cell(w, index, direction)
        return w._replace(biases=tuple(_exchanged(bias, -1, 0, 1) for bias in w.biases))


class ForgetGateInverted(LSTM):
    """Takes the forget gate for how much is forgotten: c = (1 - f) c + i g."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """1 - f."""
        gates = super().gates(z)
        return gates._replace(f=applied(gates.f, lambda f: 1 - f))


class InputGateIsForgetGate(LSTM):
    """Copies the line of the forget gate for the input gate, and does not change it."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """f twice."""
        gates = super().gates(z)
        return gates._replace(i=gates.f)


class OutputGateIsForgetGate(LSTM):
    """Copies the line of the forget gate for the output gate, and does not change it."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """f twice."""
        gates = super().gates(z)
        return gates._replace(o=gates.f)


class CandidateNotGated(LSTM):
    """Adds the candidate to the cell state without its gate: c = f c + g."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """No i."""
        return gates.f * c + gates.g


class ForgetGateNotApplied(LSTM):
    """Adds to the cell state and never forgets: c = c + i g, the LSTM of 1997."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """No f."""
        return c + gates.i * gates.g


class CellStateReplaced(LSTM):
    """Replaces the cell state instead of adding to it: c = i g."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """No f c."""
        del c
        return gates.i * gates.g


class CellStateThroughTanh(LSTM):
    """Keeps tanh(c) as the cell state, by assigning it to the same variable on the way out."""

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """The h of c and the tanh of c."""
        h, c = super().step(w, z_x, h, c, t)
        return h, self.squashed(c)


class OutputGateNotApplied(LSTM):
    """Puts out tanh(c) without a gate."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """An open gate."""
        ones = constant(np.ones(gates.o.shape), gates.o)
        return super().new_h(w, gates._replace(o=ones), new_c, c)


class TanhAfterOutputGate(LSTM):
    """Closes the parenthesis too late: h = tanh(o c)."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """An open gate for o c."""
        ones = constant(np.ones(gates.o.shape), gates.o)
        return super().new_h(w, gates._replace(o=ones), gates.o * new_c, c)


class OutputFromPreviousCellState(LSTM):
    """Puts out the cell state before its update: h = o tanh(c), with the c of the step before."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """The old c."""
        del new_c
        return super().new_h(w, gates, c, c)


class OutputFromCandidate(LSTM):
    """Puts out tanh(g) in place of tanh(c), where the candidate bears the name of a cell state."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """The candidate."""
        del new_c
        return super().new_h(w, gates, gates.g, c)


def _exchanged(a: Array, axis: int, one: int, other: int) -> Array:
    """Two of the four blocks along an axis exchanged."""
    blocks = np.split(a, 4, axis)
    blocks[one], blocks[other] = blocks[other], blocks[one]
    return np.concatenate(blocks, axis)
