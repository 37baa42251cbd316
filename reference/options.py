"""What peepholes, limits and coupled gates add to the equations of the way back; without them, nothing.

With p for the peepholes and L for a limit, whose slope is 1 within it and 0 beyond:

    ∂c_t += p_o ⊙ ∂z_o                            o sees the cell state after the step
    ∂c_{t-1} += p_i ⊙ ∂z_i + p_f ⊙ ∂z_f
    ∂p = Σ ∂z_i ⊙ c_{t-1}, ∂z_f ⊙ c_{t-1}, ∂z_o ⊙ c_t     over all steps and rows
    ∂i -= ∂f, ∂f = 0                               where f = 1 - i; and the other way round
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.rounded import Array, Numbers, inside, limited, moved, scaled, stack, zeros_like
from lstm_conformance.reference.sums import total
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights


class Options:
    """The options of a cell on the way back."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def peeped_behind(self, p: Array, d_c: Numbers, d_z_o: Numbers) -> Numbers:
        """∂c after the step, with what comes by way of the peephole of o; p (..., 3, H)."""
        return d_c + scaled(d_z_o, p[..., 2:, :])

    def peeped(self, p: Array, d_c: Numbers, d_z: Numbers) -> Numbers:
        """∂c before the step, with what comes by way of the peepholes of i and f."""
        z_i, z_f, *_ = _gates(d_z)
        return d_c + scaled(z_i, p[..., :1, :]) + scaled(z_f, p[..., 1:2, :])

    def of_peepholes(self, tape: Sequence[Step[Numbers]], d_z: Numbers) -> Numbers:
        """Of the peepholes (..., 3, H), from ∂z of every step."""
        i, f, _, o = _gates(d_z)
        before, after = stack([step.c for step in tape]), stack([step.new_c for step in tape])
        sums = stack([total(i * before), total(f * before), total(o * after)])
        return moved(sums, lambda a: np.moveaxis(a, 0, -2))

    def of_coupled(self, d_gates: Gates[Numbers]) -> Gates[Numbers]:
        """∂ of the gates that are computed: of coupled ones, one is what the other leaves."""
        i, f, _, _ = d_gates
        if self.cell.coupled == "f":
            return d_gates._replace(i=i - f, f=zeros_like(f))
        return d_gates._replace(i=zeros_like(i), f=f - i) if self.cell.coupled == "i" else d_gates

    def clipped(self, z: Numbers) -> Numbers:
        """A pre-activation as its gate reads it."""
        return z if self.cell.clip is None else limited(z, self.cell.clip)

    def within_clip(self, step: Step[Numbers], slopes: Gates[Numbers]) -> Gates[Numbers]:
        """The slopes of the gates, with those of the limits of their pre-activations."""
        limit = self.cell.clip
        if limit is None:
            return slopes
        return Gates(*(slope * inside(z, limit) for slope, z in zip(slopes, step.z, strict=True)))

    def within_cell_clip(self, step: Step[Numbers], d_c: Numbers) -> Numbers:
        """∂c in front of the limit of the cell state."""
        return d_c if self.cell.cell_clip is None else d_c * inside(step.new_c, self.cell.cell_clip)

    def within_projection_clip(self, w: CellWeights, step: Step[Numbers], d_h: Numbers) -> Numbers:
        """∂h in front of the limit behind the projection, if there is one."""
        limit = self.cell.projection_clip
        return d_h if limit is None or w.projection is None else d_h * inside(step.new_h, limit)


def _gates(d_z: Numbers) -> Gates[Numbers]:
    """∂z of the four gates."""
    size = d_z.shape[-1] // 4
    return Gates(*(d_z[..., k * size : (k + 1) * size] for k in range(4)))
