"""Backward through time: the gradients of a layer's input, initial states and weights, from those of its outputs.

With ∂a for the gradient of a, a step of one cell goes backwards by these equations:

    ∂m = W_hrᵀ ∂h_t                                       m = o ⊙ tanh(c_t); without a projection, ∂m = ∂h_t
    ∂c_t += ∂m ⊙ o ⊙ tanh'(c_t)
    ∂i, ∂f, ∂g, ∂o = ∂c_t ⊙ g, ∂c_t ⊙ c_{t-1}, ∂c_t ⊙ i, ∂m ⊙ tanh(c_t)
    ∂z = ∂i ⊙ σ'(z_i), ∂f ⊙ σ'(z_f), ∂g ⊙ tanh'(z_g), ∂o ⊙ σ'(z_o)
    ∂x_t, ∂h_{t-1}, ∂c_{t-1} = Wᵀ ∂z, Uᵀ ∂z, ∂c_t ⊙ f

and over all steps and rows ∂W = Σ ∂z x_tᵀ, ∂U = Σ ∂z h_{t-1}ᵀ, ∂b = Σ ∂z, ∂W_hr = Σ ∂h_t mᵀ.
What the other options of a cell add to them stands in `Options`.

Werbos, "Backpropagation through time: what it does and how to do it" (1990). Axes are those of `lstm.py`; weights have
the same leading axes as the inputs. As the way there, the way back is generic in its numbers: `Rounded` ones give the
gradients and their allowed error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.masks import Fill, Mask, filled, unfilled
from lstm_conformance.reference.merging import MERGING, halves, unmerged, with_last
from lstm_conformance.reference.options import Options
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, dot, same_kind, stack, where, zeros_like
from lstm_conformance.reference.sums import outer, total
from lstm_conformance.reference.tape import Step, record
from lstm_conformance.reference.weights import CellWeights, Weights

__all__ = [
    "NOTHING",
    "BackwardPass",
    "CellGradients",
    "Gates",
    "Gradients",
    "Observed",
    "Step",
    "WeightGradients",
    "record",
]


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


class Gradients(NamedTuple, Generic[Numbers]):
    """Of x (T, ..., B, I), h_0 (L, D, ..., B, P), c_0 (L, D, ..., B, H), and of `weights[layer][direction]`.

    z (T, ..., B, D 4H): of the pre-activations of the first layer, those of each direction where its inputs stood.
    """

    x: Numbers
    h_0: Numbers
    c_0: Numbers
    weights: list[list[WeightGradients[Numbers]]]
    z: Numbers


class CellGradients(NamedTuple, Generic[Numbers]):
    """Of one cell: x (T, ..., B, I) and z (T, ..., B, 4H) in the order of processing, h_0, c_0 and its weights."""

    x: Numbers
    h_0: Numbers
    c_0: Numbers
    weights: WeightGradients[Numbers]
    z: Numbers


class Observed(NamedTuple):
    """What was seen of the outputs of the last layer (T, ..., B, D P), and of ∂z of a single layer (T, ..., B, D 4H).

    Every step is fed what was seen of the one that it follows, on the way there and on the way back.
    """

    y: Array | None = None
    z: Array | None = None


NOTHING = Observed()


class BackwardPass(Options):
    """The gradients of an LSTM, in pieces each of which can be got wrong."""

    fill: Fill = "zeros"
    merge_mode: str = "concat"
    return_sequences: bool = True

    def gradients(
        self,
        weights: Weights,
        call: Call[Numbers],
        given: Outputs[Numbers],
        observed: Observed = NOTHING,
    ) -> Gradients[Numbers]:
        """Of a stack of layers; given: the gradients of its outputs and, if it returns any, of its final states.

        Raises ValueError for a call without initial states.
        """
        x, h_0, c_0, mask = call
        if h_0 is None or c_0 is None:
            raise ValueError("expected a call with initial states, came one without: zeros are states, too")
        tapes = record(self.cell, weights, x, h_0, c_0, mask, observed.y, self.merge_mode)
        d_y, top = given.y, len(weights) - 1
        ends = (given.h_n, given.c_n) if given.h_n.shape[0] else (zeros_like(h_0), zeros_like(c_0))
        layers: list[list[CellGradients[Numbers]]] = []
        for index in reversed(range(len(weights))):
            parts = self.of_directions(d_y, tapes[index], whole=self.return_sequences or index < top)
            own_ends = ends[0][index], ends[1][index]
            cells = self.layer_gradients(weights[index], tapes[index], parts, own_ends, observed.z)
            d_y = self.input_gradient([cell.x for cell in cells])
            layers.insert(0, cells)
        d_h_0 = stack([stack([cell.h_0 for cell in cells]) for cells in layers])
        d_c_0 = stack([stack([cell.c_0 for cell in cells]) for cells in layers])
        z = concatenate([turned(cell.z, k) for k, cell in enumerate(layers[0])], -1)
        return Gradients(d_y, d_h_0, d_c_0, [[cell.weights for cell in cells] for cells in layers], z)

    def layer_gradients(
        self,
        directions: Sequence[CellWeights],
        tapes: Sequence[Sequence[Step[Numbers]]],
        parts: Sequence[Numbers],
        ends: tuple[Numbers, Numbers],
        observed: Array | None,
    ) -> list[CellGradients[Numbers]]:
        """Of every direction of a layer, from the gradients of its outputs, of h_n and of c_n; observed: ∂z."""
        seen = (
            [None] * len(parts)
            if observed is None
            else [turned(a, k) for k, a in enumerate(halves(observed, len(parts)))]
        )
        return [
            self.cell_gradients(w, tape, self.put_in(part, tape), ends[0][k], ends[1][k], a)
            for k, (w, tape, part, a) in enumerate(zip(directions, tapes, parts, seen, strict=True))
        ]

    # Between cells

    def of_directions(self, d_y: Numbers, tapes: Sequence[Sequence[Step[Numbers]]], *, whole: bool) -> list[Numbers]:
        """Of the outputs of every direction (T, ..., B, P), in its order of processing, from those of the layer.

        whole: of every step; else only the last output of each direction was put out.
        """
        order = range(len(tapes))
        if self.merge_mode in MERGING:
            outputs = [self.outputs(tape) for tape in tapes]
            seen = [turned(y, k) if whole else y[-1:] for k, y in zip(order, outputs, strict=True)]
            parts = unmerged(d_y, seen, self.merge_mode)
        else:
            parts = halves(d_y, len(tapes))
        return [turned(parts[k], k) if whole else with_last(parts[k], len(tapes[k])) for k in order]

    def outputs(self, tape: Sequence[Step[Numbers]]) -> Numbers:
        """What a direction put out (T, ..., B, P), in its order of processing."""
        h, mask = stack([step.new_h for step in tape]), mask_of(tape)
        return h if mask is None else filled(h, mask, self.fill)

    def put_in(self, d_y: Numbers, tape: Sequence[Step[Numbers]]) -> Numbers:
        """Of h after every step, from those of what was put out."""
        mask = mask_of(tape)
        return d_y if mask is None else unfilled(d_y, mask, self.fill)

    def input_gradient(self, parts: Sequence[Numbers]) -> Numbers:
        """Of the input of a layer, from what each direction says of it in its order of processing."""
        return parts[0] if len(parts) == 1 else parts[0] + parts[1][::-1]

    # Within a cell

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
            step, seen = tape[t], None if observed is None else same_kind(observed[t], d_c)
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
        fed = d_z if observed is None else same_kind(observed, d_z)
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


def turned(a: Numbers, direction: int) -> Numbers:
    """In the order in which a direction reads; its own inverse."""
    return a[::-1] if direction else a


def mask_of(tape: Sequence[Step[Numbers]]) -> Mask | None:
    """Which steps count (T, ..., B), None where all do."""
    counts = [step.counts for step in tape if step.counts is not None]
    return stack(counts) if counts else None  # type: ignore[type-var]
