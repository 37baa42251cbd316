"""One cell backwards through time.

With ∂a for the gradient of a, a step goes backwards by these equations:

    ∂m = W_hrᵀ ∂h_t                                       m = o ⊙ tanh(c_t); without a projection, ∂m = ∂h_t
    ∂c_t += ∂m ⊙ o ⊙ tanh'(c_t)
    ∂i, ∂f, ∂g, ∂o = ∂c_t ⊙ g, ∂c_t ⊙ c_{t-1}, ∂c_t ⊙ i, ∂m ⊙ tanh(c_t)
    ∂z = ∂i ⊙ σ'(z_i), ∂f ⊙ σ'(z_f), ∂g ⊙ tanh'(z_g), ∂o ⊙ σ'(z_o)
    ∂x_t, ∂h_{t-1}, ∂c_{t-1} = Wᵀ ∂z, Uᵀ ∂z, ∂c_t ⊙ f

and over all steps and rows ∂W = Σ ∂z x_tᵀ, ∂U = Σ ∂z h_{t-1}ᵀ, ∂b = Σ ∂z, ∂W_hr = Σ ∂h_t mᵀ.
What the other options of a cell add to them stands in `Options`.

A method for everything that somebody might misread, forget or exchange, as in `equations.py`. Axes are those of
`lstm.py`; weights have the same leading axes as the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.options import Options
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, dot, stack, stored, where, zeros_like
from lstm_conformance.reference.sums import outer, total
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights


class WeightGradients(NamedTuple, Generic[Numbers]):
    """Of the weights of one cell, in their own shapes and under the names of `CellWeights`."""

    kernel: Numbers
    recurrent_kernel: Numbers
    biases: tuple[Numbers, ...]
    projection: Numbers | None
    peepholes: Numbers | None

    @property
    def named(self) -> dict[str, Numbers]:
        """All that there are, by the names of `CellWeights.named`."""
        biases = {f"bias_{k}": bias for k, bias in enumerate(self.biases)}
        others = {"projection": self.projection, "peepholes": self.peepholes}
        given = {name: a for name, a in others.items() if a is not None}
        return {"kernel": self.kernel, "recurrent_kernel": self.recurrent_kernel, **biases, **given}


class CellGradients(NamedTuple, Generic[Numbers]):
    """Of one cell: x (T, ..., B, I) and z (T, ..., B, 4H) in the order of processing, h_0, c_0 and its weights."""

    x: Numbers
    h_0: Numbers
    c_0: Numbers
    weights: WeightGradients[Numbers]
    z: Numbers


class Backwards(Options):
    """A right cell on its way back, in pieces each of which can be got wrong."""

    def cell_gradients(
        self,
        w: CellWeights,
        tape: Sequence[Step[Numbers]],
        d_y: Numbers,
        d_h_n: Numbers,
        d_c_n: Numbers,
        observed: Array | None = None,
    ) -> CellGradients[Numbers]:
        """Of one cell, from the gradients of its outputs (T, ..., B, P) and of its final states.

        observed (T, ..., B, 4H): what was seen of ∂z, which every step before is fed, and all but ∂z follows from.
        """
        d_h, d_c, d_zs, d_hs = d_h_n, d_c_n, [], []
        for t in reversed(range(len(tape))):
            step, seen = tape[t], None if observed is None else stored(observed[t], d_c)
            d_h_t = self.within_projection_clip(w, step, d_h + d_y[t])
            d_z, before_h, before_c = self.step_gradients(w, step, d_h_t, d_c, t, seen)
            if step.counts is not None:
                counts = step.counts[..., None]
                d_h_t, d_z = (where(counts, a, zeros_like(a)) for a in (d_h_t, d_z))
                before_h, before_c = where(counts, before_h, d_h), where(counts, before_c, d_c)
            d_h, d_c = before_h, before_c
            d_hs.append(d_h_t)
            d_zs.append(d_z)
        d_z = stack(d_zs[::-1])
        fed = d_z if observed is None else stored(observed, d_z)
        of_weights = self.weight_gradients(w, tape, fed, stack(d_hs[::-1]))
        return CellGradients(dot(fed, w.kernel.swapaxes(-1, -2)), d_h, d_c, of_weights, d_z)

    def step_gradients(
        self, w: CellWeights, step: Step[Numbers], d_h: Numbers, d_c: Numbers, t: int, seen: Numbers | None = None
    ) -> tuple[Numbers, Numbers, Numbers]:
        """∂z (..., B, 4H), ∂h and ∂c before step t, from ∂h and ∂c after it, and from what was seen of ∂z."""
        del t
        d_m = d_h if w.projection is None else dot(d_h, w.projection.swapaxes(-1, -2))
        slopes = self.gate_slopes(step)
        d_c = self.new_cell_state_gradient(w, step, d_m, d_c, slopes)
        d_gates = self.of_coupled(self.gate_gradients(step, d_m, d_c))
        d_z = concatenate([a * slope for a, slope in zip(d_gates, slopes, strict=True)], -1)
        fed = d_z if seen is None else seen
        return d_z, self.hidden_state_gradient(w, fed), self.cell_state_gradient(w, step, d_c, fed)

    def new_cell_state_gradient(
        self, w: CellWeights, step: Step[Numbers], d_m: Numbers, d_c: Numbers, slopes: Gates[Numbers]
    ) -> Numbers:
        """∂c after the step, with what comes by way of h."""
        d_c = d_c + d_m * step.gates.o * self.output_slope(step)
        if w.peepholes is not None:
            d_c = self.peeped_behind(w.peepholes, d_c, d_m * step.activated * slopes.o)
        return self.within_cell_clip(step, d_c)

    def gate_gradients(self, step: Step[Numbers], d_m: Numbers, d_c: Numbers) -> Gates[Numbers]:
        """∂i, ∂f, ∂g and ∂o, from ∂m and ∂c after the step."""
        i, _, g, _ = step.gates
        return Gates(d_c * g, d_c * step.c, d_c * i, d_m * step.activated)

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """σ' and tanh' at the pre-activations."""
        by = (self.cell.gate, self.cell.gate, self.cell.candidate, self.cell.gate)
        slopes = [f.slope(self.clipped(z), a) for f, z, a in zip(by, step.z, step.gates, strict=True)]
        return self.within_clip(step, Gates(*slopes))

    def output_slope(self, step: Step[Numbers]) -> Numbers:
        """tanh' at the new cell state."""
        return self.cell.output.slope(step.new_c, step.activated)

    def hidden_state_gradient(self, w: CellWeights, d_z: Numbers) -> Numbers:
        """∂h before the step."""
        return dot(d_z, w.recurrent_kernel.swapaxes(-1, -2))

    def cell_state_gradient(self, w: CellWeights, step: Step[Numbers], d_c: Numbers, d_z: Numbers) -> Numbers:
        """∂c before the step."""
        d_c = d_c * step.gates.f
        return d_c if w.peepholes is None else self.peeped(w.peepholes, d_c, d_z)

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """Of the weights of a cell, from ∂z and ∂h of every step, which are zero where a step does not count."""
        projection = None
        if w.projection is not None:
            projection = outer(d_h, stack([step.gates.o * step.activated for step in tape]))
        bias = total(d_z)
        return WeightGradients(
            outer(d_z, stack([step.x for step in tape])),
            outer(d_z, stack([step.h for step in tape])),
            tuple(bias for _ in w.biases),
            projection,
            None if w.peepholes is None else self.of_peepholes(tape, d_z),
        )


def added(a: WeightGradients[Numbers], b: WeightGradients[Numbers]) -> WeightGradients[Numbers]:
    """The sum of both."""
    biases = tuple(one + other for one, other in zip(a.biases, b.biases, strict=True))
    both = ((a.projection, b.projection), (a.peepholes, b.peepholes))
    rest = [None if one is None or other is None else one + other for one, other in both]
    return WeightGradients(a.kernel + b.kernel, a.recurrent_kernel + b.recurrent_kernel, biases, rest[0], rest[1])
