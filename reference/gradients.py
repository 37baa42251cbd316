"""Backward through time: the gradients of a layer's input, initial states and weights, from those of its outputs.

A cell stands in `backwards.py`; here are directions and layers, from the last one to the first. As the way there, the
way back is generic in its numbers: `Rounded` ones give the gradients and their allowed error.

Werbos, "Backpropagation through time: what it does and how to do it" (1990). Axes are those of `lstm.py`; weights have
the same leading axes as the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

from lstm_conformance.reference.backwards import Backwards, CellGradients, WeightGradients
from lstm_conformance.reference.factors import factor
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.masks import Fill, Mask, filled, unfilled
from lstm_conformance.reference.merging import MERGING, halves, unmerged, with_last
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, concatenate, stack, zeros_like
from lstm_conformance.reference.tape import Step, record
from lstm_conformance.reference.weights import CellWeights, Weights, mapped


class Gradients(NamedTuple, Generic[Numbers]):
    """Of x (T, ..., B, I), h_0 (L, D, ..., B, P), c_0 (L, D, ..., B, H), and of `weights[layer][direction]`.

    z (T, ..., B, D 4H): of the pre-activations of the first layer, those of each direction where its inputs stood.
    """

    x: Numbers
    h_0: Numbers
    c_0: Numbers
    weights: list[list[WeightGradients[Numbers]]]
    z: Numbers


class Observed(NamedTuple):
    """What was seen of the outputs of the last layer (T, ..., B, D P), and of ∂z of a single layer (T, ..., B, D 4H).

    Every step is fed what was seen of the one that it follows, on the way there and on the way back.
    """

    y: Array | None = None
    z: Array | None = None


NOTHING = Observed()


class BackwardPass(Backwards):
    """The gradients of an LSTM: of the directions of a layer, and the layers of a stack.

    fill: what it puts out where a step does not count. merge_mode: what becomes of the outputs of two directions.
    return_sequences: False where the last output alone is put out.
    """

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
        if isinstance(x, Rounded):
            weights = mapped(weights, factor)
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


def turned(a: Numbers, direction: int) -> Numbers:
    """In the order in which a direction reads; its own inverse."""
    return a[::-1] if direction else a


def mask_of(tape: Sequence[Step[Numbers]]) -> Mask | None:
    """Which steps count (T, ..., B), None where all do."""
    counts = [step.counts for step in tape if step.counts is not None]
    return stack(counts) if counts else None  # type: ignore[type-var]
