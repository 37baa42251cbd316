"""Variants of the LSTM that nobody asked for: coupled gates, peepholes, zoneout, other projections."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.lstm import Mask
from lstm_conformance.reference.mutants.base import LSTM, Gates, Trajectory, applied
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, scaled, zeros_like
from lstm_conformance.reference.weights import CellWeights


class InputGateCoupled(LSTM):
    """Takes 1 - f for the input gate, as cells with coupled gates do."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """i = 1 - f."""
        gates = super().gates(z)
        return gates._replace(i=applied(gates.f, lambda f: 1 - f))


class ForgetGateCoupled(LSTM):
    """Takes 1 - i for the forget gate, as ONNX with `input_forget`."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """f = 1 - i."""
        gates = super().gates(z)
        return gates._replace(f=applied(gates.i, lambda i: 1 - i))


class _Peepholes(LSTM):
    """Some gates see the cell state, each unit its own, with one weight for all."""

    seeing: ClassVar[str] = ""
    """The gates that see it; i and f before the step, o after it."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Peepholes that nobody asked for."""
        w = super().of_cell(w, index, direction)
        weights = np.asarray([PEEPHOLE * (gate in self.seeing) for gate in "ifo"], w.kernel.dtype)
        return w._replace(peepholes=np.repeat(weights[:, None], w.hidden_size, -1))


class PeepholesLeftOn(_Peepholes):
    """Has peepholes, as the LSTM of Gers and Schmidhuber, with weights that were not set to zero."""

    seeing = "ifo"


class OutputPeephole(_Peepholes):
    """Leaves the peephole of the output gate on."""

    seeing = "o"


class OutputPeepholeFromPreviousCellState(_Peepholes):
    """Leaves the peephole of the output gate on, and reads the cell state before its update."""

    seeing = "o"

    def peeping(self, p: Array, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """All gates see the same state."""
        return super().peeping_behind(p, super().peeping(p, z, c), c)

    def peeping_behind(self, p: Array, z: Gates[Numbers], new_c: Numbers) -> Gates[Numbers]:
        """O has seen the old one."""
        del p, new_c
        return z


class PeepholeIntoCandidate(_Peepholes):
    """Shows the cell state to the candidate, which no peephole reaches."""

    seeing = "o"

    def peeping(self, p: Array, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """g sees it."""
        z = super().peeping(p, z, c)
        return z._replace(g=z.g + scaled(c, p[..., 2:, :]))

    def peeping_behind(self, p: Array, z: Gates[Numbers], new_c: Numbers) -> Gates[Numbers]:
        """O does not."""
        del p, new_c
        return z


class ZoneoutAtInference(LSTM):
    """Mixes a tenth of the old cell state into the new one, by zoneout that is not switched off."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """0.9 c_t + 0.1 c_{t-1}."""
        new = applied(super().new_c(gates, c), lambda a: 0.9 * a)
        return new + applied(c, lambda a: 0.1 * a)


# Projections


class ProjectedBeforeOutputGate(LSTM):
    """Projects tanh(c) and gates the result with the first units of the output gate."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """o (W_hr tanh(c))."""
        if w.projection is None:
            return super().new_h(w, gates, new_c, c)
        projected = self.product(self.squashed(new_c), w.projection)
        return gates.o[..., : w.projection.shape[-2]] * projected


class CellStateProjected(LSTM):
    """Projects the cell state and gates its tanh with the first units of the output gate."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """o tanh(W_hr c)."""
        if w.projection is None:
            return super().new_h(w, gates, new_c, c)
        projected = self.squashed(self.product(new_c, w.projection))
        return gates.o[..., : w.projection.shape[-2]] * projected


class TanhAfterProjection(LSTM):
    """Projects o c and applies tanh to the result."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """tanh(W_hr (o c))."""
        if w.projection is None:
            return super().new_h(w, gates, new_c, c)
        return self.squashed(self.product(gates.o * new_c, w.projection))


class FirstUnitsForProjection(LSTM):
    """Puts out the first units, as many as the projection has, and projects nothing."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """Cut h off."""
        h = super().new_h(w._replace(projection=None), gates, new_c, c)
        return h if w.projection is None else h[..., : w.projection.shape[-2]]


class ProjectionNotFedBack(LSTM):
    """Projects what it puts out, and feeds back the first units of what it did not project."""

    feeds_back_its_outputs = False

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """Widen the first h to H units, run without projection, project the outputs."""
        if w.projection is None:
            return super().run(w, x, states, observed, mask)
        (h, c), size = states, w.recurrent_kernel.shape[-1]
        widened = concatenate([h, zeros_like(c[..., size:])], -1)
        run = super().run(w._replace(projection=None), x, (widened, c), observed, mask)
        return run._replace(h=self.product(run.h, w.projection))

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """The first units of h."""
        return super().pre_activation(w, z_x, h[..., : w.recurrent_kernel.shape[-1]])


PEEPHOLE = 0.1
"""The weight of every peephole."""
