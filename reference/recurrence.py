"""The steps of one cell: one after the other, or all at once where every step is fed what was observed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Generic, NamedTuple

import numpy as np

from lstm_conformance.reference.equations import Equations
from lstm_conformance.reference.factors import factor
from lstm_conformance.reference.masks import Mask, held, kept
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, concatenate, same_kind, stack
from lstm_conformance.reference.weights import CellWeights

AT_ONCE = 2**20
"""Pre-activations that are computed at once: more would leave the caches of the processor."""


class Trajectory(NamedTuple, Generic[Numbers]):
    """h and c after every step of one cell, (T, ..., B, P) and (T, ..., B, H)."""

    h: Numbers
    c: Numbers


class Recurrence(Equations):
    """A right cell, whose steps follow each other."""

    at_once: ClassVar[bool] = True
    """Where outputs are fed, all steps are computed at once; False where a subclass changes a step by itself."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """All steps of one cell, in the order of processing; a step is fed the observed output of the one before."""
        w, x = self.widened(w, x), self.read(x)
        with np.errstate(over="ignore"):  # σ(z) is 0 where exp(-z) overflows
            if observed is None or not self.at_once:
                return self._step_by_step(w.map(factor) if isinstance(x, Rounded) else w, x, states, observed, mask)
            return self._all_steps(w, x, states, same_kind(observed, states[0]), mask)

    def _step_by_step(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        z_x, (h, c), hs, cs = self.from_input(w, x), states, [], []
        for t in range(x.shape[0]):
            new_h, new_c = self.step(w, z_x[t], h, c, t)
            h, c = (new_h, new_c) if mask is None else self.frozen(mask[t], (new_h, new_c), (h, c))
            hs.append(h)
            cs.append(c)
            if observed is not None:
                seen = same_kind(observed[t], h)
                h = seen if mask is None else kept(mask[t], seen, h)
        return Trajectory(stack(hs), stack(cs))

    def _all_steps(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Numbers, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """All steps at once but for the scan of c, stretch by stretch of what fits into the caches."""
        (h_0, c), hs, cs = states, [], []
        after = observed if mask is None else held(h_0, observed, mask)
        before = concatenate([h_0[None], after[:-1]], 0)
        for steps in _stretches(w, x):
            z = self.pre_activation(w, self.from_input(w, x[steps]), before[steps])
            h, all_c = self._scanned(w, z, c, None if mask is None else mask[steps])
            c = all_c[-1]
            hs.append(h)
            cs.append(all_c)
        h, all_c = (parts[0] if len(parts) == 1 else concatenate(parts, 0) for parts in (hs, cs))
        return Trajectory(h if mask is None else held(h_0, h, mask), all_c)

    def _scanned(self, w: CellWeights, z: Numbers, c: Numbers, mask: Mask | None) -> Trajectory[Numbers]:
        """h and c of all steps, from their pre-activations (T, ..., B, 4H).

        The recurrence of c is diagonal with 0 < f < 1, so errors are never amplified, however long the sequence; with
        peepholes the gates wait for c, too.
        """
        if w.peepholes is not None:
            return self._scanned_through_gates(w, z, c, mask)
        gates = self.gates(self.split(z))
        entering, cs = gates.i * gates.g, [c]
        for t in range(z.shape[0]):
            new_c = self.carried(gates.f[t], c, entering[t])
            c = new_c if mask is None else kept(mask[t], new_c, c)
            cs.append(c)
        all_c = stack(cs)
        return Trajectory(self.new_h(w, gates, all_c[1:], all_c[:-1]), all_c[1:])

    def _scanned_through_gates(self, w: CellWeights, z: Numbers, c: Numbers, mask: Mask | None) -> Trajectory[Numbers]:
        hs, cs = [], []
        for t in range(z.shape[0]):
            new = self.update(w, self.split(z[t]), c)
            c = new.c if mask is None else kept(mask[t], new.c, c)
            hs.append(new.h)
            cs.append(c)
        return Trajectory(stack(hs), stack(cs))

    def widened(self, w: CellWeights, x: Numbers) -> CellWeights:
        """The weights as they are computed with."""
        del x
        return w.float64()

    def read(self, x: Numbers) -> Numbers:
        """The inputs of all steps, in the order in which they are read."""
        return x

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """h and c after a step (..., B, K): the old ones in the rows in which the step does not count."""
        return kept(counts, new[0], old[0]), kept(counts, new[1], old[1])


def _stretches(w: CellWeights, x: Numbers) -> Iterator[slice]:
    """The steps in stretches of about AT_ONCE pre-activations; one of all steps where there are no more."""
    steps, of_a_step = x.shape[0], int(np.prod(x.shape[1:-1])) * w.kernel.shape[-2]
    size = max(1, AT_ONCE // max(1, of_a_step))
    yield from (slice(start, start + size) for start in range(0, steps, size))
