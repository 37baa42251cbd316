"""One step of the LSTM: from inputs and states to pre-activations, gates and new states.

A method for everything that somebody might misread, forget or exchange: a wrong LSTM overrides one or two. All are
generic in their numbers (arrays, or `Rounded`) and in their leading axes: what is said of a step (..., B, ·) holds for
several at once (T, ..., B, ·), where they do not wait for each other.
"""

from __future__ import annotations

from typing import Generic, NamedTuple

import numpy as np

from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.rounded import Array, Numbers, dot, limited, scaled
from lstm_conformance.reference.weights import CellWeights


class Gates(NamedTuple, Generic[Numbers]):
    """One quantity for each of the four gates, (..., B, H)."""

    i: Numbers
    f: Numbers
    g: Numbers
    o: Numbers


class Update(NamedTuple, Generic[Numbers]):
    """What a step makes of its pre-activations: z with peepholes, the gates, and the states after the step."""

    z: Gates[Numbers]
    gates: Gates[Numbers]
    h: Numbers
    c: Numbers


class Equations:
    """A right step, in pieces each of which can be got wrong."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """h and c after step t, from what comes of its input (..., B, 4H) and the states before it."""
        del t
        new = self.update(w, self.split(self.pre_activation(w, z_x, h)), c)
        return new.h, new.c

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """W x + b, (T, ..., B, 4H): what comes of the inputs of all steps."""
        z = self.product(x, w.kernel)
        for bias in (*w.biases, *self.added(w)):
            z += bias[..., None, :]
        return z

    def added(self, w: CellWeights) -> tuple[Array, ...]:
        """What is added to the pre-activations at run time: the forget bias of the cell, if it has one."""
        if not self.cell.forget_bias:
            return ()
        return (np.repeat(np.asarray([0, self.cell.forget_bias, 0, 0], w.kernel.dtype), w.hidden_size),)

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """W x + b + U h, (..., B, 4H)."""
        return z_x + self.product(h, w.recurrent_kernel)

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Inner products of a (..., B, n) with every row of a matrix (..., m, n)."""
        return dot(a, rows)

    def split(self, z: Numbers) -> Gates[Numbers]:
        """The pre-activations of the four gates."""
        size = z.shape[-1] // 4
        return Gates(*(z[..., k * size : (k + 1) * size] for k in range(4)))

    def update(self, w: CellWeights, z: Gates[Numbers], c: Numbers) -> Update[Numbers]:
        """The gates and the new states, from the pre-activations and the cell state before the step.

        The peephole of o sees the new cell state, which i, f and g must have made before.
        """
        z = z if w.peepholes is None else self.peeping(w.peepholes, z, c)
        gates = self.gates(z)
        new_c = self.new_c(gates, c)
        if w.peepholes is not None:
            z = self.peeping_behind(w.peepholes, z, new_c)
            gates = self.gates(z)
        return Update(z, gates, self.new_h(w, gates, new_c, c), new_c)

    def peeping(self, p: Array, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """i and f see the cell state before the step, each unit its own; p (..., 3, H) for i, f and o."""
        return z._replace(i=z.i + scaled(c, p[..., :1, :]), f=z.f + scaled(c, p[..., 1:2, :]))

    def peeping_behind(self, p: Array, z: Gates[Numbers], new_c: Numbers) -> Gates[Numbers]:
        """O sees the cell state after the step."""
        return z._replace(o=z.o + scaled(new_c, p[..., 2:, :]))

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """The four gates, from their pre-activations."""
        if self.cell.clip is not None:
            z = Gates(*(limited(part, self.cell.clip) for part in z))
        i, f = self.input_and_forget_gate(z)
        return Gates(i, f, self.candidate(z.g), self.sigmoid(z.o))

    def input_and_forget_gate(self, z: Gates[Numbers]) -> tuple[Numbers, Numbers]:
        """i and f; of coupled gates one is what the other leaves."""
        if self.cell.coupled == "f":
            i = self.sigmoid(z.i)
            return i, 1 - i
        f = self.sigmoid(z.f)
        return (1 - f if self.cell.coupled == "i" else self.sigmoid(z.i)), f

    def sigmoid(self, z: Numbers) -> Numbers:
        """The activation of the gates i, f and o."""
        return self.cell.gate(z)

    def candidate(self, z: Numbers) -> Numbers:
        """The activation of g."""
        return self.cell.candidate(z)

    def squashed(self, c: Numbers) -> Numbers:
        """The activation of the cell state on its way out."""
        return self.cell.output(c)

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """The cell state after the step."""
        return self.carried(gates.f, c, gates.i * gates.g)

    def carried(self, f: Numbers, c: Numbers, entering: Numbers) -> Numbers:
        """What is left of the cell state, and what enters it: f ⊙ c + i ⊙ g."""
        new_c: Numbers = f * c + entering
        return new_c if self.cell.cell_clip is None else limited(new_c, self.cell.cell_clip)

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """h after the step; c is the cell state before it."""
        del c
        h = gates.o * self.squashed(new_c)
        return h if w.projection is None else self.projected(h, w.projection)

    def projected(self, m: Numbers, rows: Array) -> Numbers:
        """W_hr m, (..., B, P)."""
        h = self.product(m, rows)
        return h if self.cell.projection_clip is None else limited(h, self.cell.projection_clip)
