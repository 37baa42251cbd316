"""What the engine computes on its way: the input, the states, the pre-activations and the gates of every step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

import numpy as np

from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.equations import Gates, Update
from lstm_conformance.reference.lstm import Call, Engine, Outputs
from lstm_conformance.reference.masks import Mask, kept
from lstm_conformance.reference.merging import MERGING, merged
from lstm_conformance.reference.recurrence import Trajectory
from lstm_conformance.reference.rounded import Array, Numbers, stack, where, zeros_like
from lstm_conformance.reference.weights import GATES, CellWeights, Weights


class Step(NamedTuple, Generic[Numbers]):
    """A step: its input, the states before it, its pre-activations and gates, and the states after it.

    activated: the new cell state behind its activation, which o multiplies.
    counts (..., B) is None where the steps of all rows count; in a row in which it does not, the states stay.
    """

    x: Numbers
    h: Numbers
    c: Numbers
    z: Gates[Numbers]
    gates: Gates[Numbers]
    new_c: Numbers
    activated: Numbers
    new_h: Numbers
    counts: Mask | None


def record(
    cell: Cell,
    weights: Weights,
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    mask: Mask | None = None,
    observed: Array | None = None,
    merge_mode: str = "concat",
) -> list[list[list[Step[Numbers]]]]:
    """The steps of every cell in the order of processing, `tapes[layer][direction][t]`; axes as in `lstm`."""
    recorder = _Recorder(cell, merge_mode)
    recorder.layers(weights, x, (h_0, c_0), mask, observed)
    return recorder.tapes


def gates_along(cell: Cell, weights: Weights, call: Call[Array], observed: Array | None) -> dict[str, Array]:
    """i, f, g, o of every step of one forward layer, each (..., T, B, H) for x (T, ..., B, I); observed: y, as seen.

    Raises ValueError for more than one cell, and for a call without initial states.
    """
    if call.h_0 is None or call.c_0 is None:
        raise ValueError("expected a call with initial states, came one without: zeros are states, too")
    wide = [[w.float64() for w in directions] for directions in weights]
    h_0, c_0 = (np.asarray(state, np.float64) for state in (call.h_0, call.c_0))
    ((tape,),) = record(cell, wide, call.x, h_0, c_0, call.mask, observed)
    return {name: np.stack([getattr(step.gates, name) for step in tape], -3) for name in GATES}


class _Recorder(Engine):
    """The engine, step by step; `tapes` grows by a layer, by a direction and by a step at a time."""

    def __init__(self, cell: Cell, merge_mode: str) -> None:
        super().__init__(cell)
        self.merge_mode = merge_mode
        self.tapes: list[list[list[Any]]] = []
        self.x: Any = None
        self.h: Any = None
        self.activated: Any = None
        self.mask: Mask | None = None

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """The outputs of both directions, merged where they are."""
        del x, index
        return merged(y, self.merge_mode) if self.merge_mode in MERGING else y

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """A new layer."""
        self.tapes.append([])
        return super().layer(directions, x, states, mask, observed)

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """A new direction; what stands where no step counts, be it NaN, is zero on the tape."""
        self.tapes[-1].append([])
        x = x if mask is None else where(mask[..., None], x, zeros_like(x))
        self.x, self.mask = x, mask
        return super().run(w, x, states, observed, mask)

    def widened(self, w: CellWeights, x: Numbers) -> CellWeights:
        """Numbers of any kind that can be added and multiplied, as they are."""
        del x
        return w

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """As it is; the states h that it follows from are kept for the tape."""
        self.h = h
        return super().pre_activation(w, z_x, h)

    def squashed(self, c: Numbers) -> Numbers:
        """As it is, kept for the tape."""
        self.activated = super().squashed(c)
        activated: Numbers = self.activated
        return activated

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """A new step."""
        counts = None if self.mask is None else self.mask[t]
        new = self.recorded(w, self.pre_activation(w, z_x, h), h, c, counts)
        return new.h, new.c

    def _scanned(self, w: CellWeights, z: Numbers, c: Numbers, mask: Mask | None) -> Trajectory[Numbers]:
        """New steps, of which all pre-activations are there."""
        h, hs, cs = self.h, [], []
        for t in range(z.shape[0]):
            counts = None if mask is None else mask[t]
            new = self.recorded(w, z[t], h[t], c, counts)
            c = new.c if counts is None else kept(counts, new.c, c)
            hs.append(new.h)
            cs.append(c)
        return Trajectory(stack(hs), stack(cs))

    def recorded(self, w: CellWeights, z: Numbers, h: Numbers, c: Numbers, counts: Mask | None) -> Update[Numbers]:
        """A step from its pre-activations z (..., B, 4H) and the states before it, written to the tape."""
        new, tape = self.update(w, self.split(z), c), self.tapes[-1][-1]
        tape.append(Step(self.x[len(tape)], h, c, new.z, new.gates, new.c, self.activated, new.h, counts))
        return new
