"""Variants of the LSTM that nobody asked for: coupled gates, peepholes, zoneout, other projections."""

from __future__ import annotations

from typing import ClassVar

from lstm_conformance.reference.lstm import Mask
from lstm_conformance.reference.mutants.base import LSTM, Gates, Trajectory, applied
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, zeros_like
from lstm_conformance.reference.weights import CellWeights


class InputGateCoupled(LSTM):
    """Takes 1 - f for the input gate, as cells with coupled gates do."""

    def gates(self, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """i = 1 - f."""
        gates = super().gates(z, c)
        return gates._replace(i=applied(gates.f, lambda f: 1 - f))


class ForgetGateCoupled(LSTM):
    """Takes 1 - i for the forget gate, as ONNX with `input_forget`."""

    def gates(self, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """f = 1 - i."""
        gates = super().gates(z, c)
        return gates._replace(f=applied(gates.i, lambda i: 1 - i))


class _Peepholes(LSTM):
    """Some gates see the cell state, each unit its own, with one weight for all."""

    before: ClassVar[str] = ""
    """The gates that see it as it was before the step."""

    after: ClassVar[str] = ""
    """The gates that see it as it is after the step."""

    def step(self, w: CellWeights, x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """Compute the new cell state, then the gates that see it."""
        del t
        z = self.split(self.pre_activation(w, x, h))
        z = _peeping(z, c, self.before)
        new_c = self.new_c(self.gates(z, c), c)
        return self.new_h(w, self.gates(_peeping(z, new_c, self.after), c), new_c, c), new_c


class PeepholesLeftOn(_Peepholes):
    """Has peepholes, as the LSTM of Gers and Schmidhuber, with weights that were not set to zero."""

    before, after = "if", "o"


class OutputPeephole(_Peepholes):
    """Leaves the peephole of the output gate on."""

    after = "o"


class OutputPeepholeFromPreviousCellState(_Peepholes):
    """Leaves the peephole of the output gate on, and reads the cell state before its update."""

    before = "o"


class PeepholeIntoCandidate(_Peepholes):
    """Shows the cell state to the candidate, which no peephole reaches."""

    before = "g"


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

    def pre_activation(self, w: CellWeights, x: Numbers, h: Numbers) -> Numbers:
        """The first units of h."""
        return super().pre_activation(w, x, h[..., : w.recurrent_kernel.shape[-1]])


PEEPHOLE = 0.1
"""The weight of every peephole."""


def _peeping(z: Gates[Numbers], c: Numbers, names: str) -> Gates[Numbers]:
    """The pre-activations, of which those of some gates see the cell state."""
    return z._replace(**{name: getattr(z, name) + applied(c, lambda a: PEEPHOLE * a, PEEPHOLE) for name in names})
