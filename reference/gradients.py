"""Backward through time: the gradients of a layer's input, initial states and weights, from those of its outputs.

With ∂a for the gradient of a, a step of one cell goes backwards by these equations:

    ∂m = W_hrᵀ ∂h_t                                       m = o ⊙ tanh(c_t); without a projection, ∂m = ∂h_t
    ∂c_t += ∂m ⊙ o ⊙ tanh'(c_t)
    ∂i, ∂f, ∂g, ∂o = ∂c_t ⊙ g, ∂c_t ⊙ c_{t-1}, ∂c_t ⊙ i, ∂m ⊙ tanh(c_t)
    ∂z = ∂i ⊙ σ'(z_i), ∂f ⊙ σ'(z_f), ∂g ⊙ tanh'(z_g), ∂o ⊙ σ'(z_o)
    ∂x_t, ∂h_{t-1}, ∂c_{t-1} = Wᵀ ∂z, Uᵀ ∂z, ∂c_t ⊙ f

and over all steps and rows ∂W = Σ ∂z x_tᵀ, ∂U = Σ ∂z h_{t-1}ᵀ, ∂b = Σ ∂z, ∂W_hr = Σ ∂h_t mᵀ.

Werbos, "Backpropagation through time: what it does and how to do it" (1990). Axes are those of `lstm.py`; weights have
the same leading axes as the inputs. Numbers of any kind will do that can be added and multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstm_conformance.reference.activations import Activation
from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.masks import Mask
from lstm_conformance.reference.rounded import Array, where
from lstm_conformance.reference.tape import Step, record
from lstm_conformance.reference.weights import CellWeights, Weights

__all__ = ["BackwardPass", "CellGradients", "Four", "Gradients", "Step", "record", "slope", "summed"]

Four = tuple[Array, Array, Array, Array]
"""One quantity for each of the gates i, f, g, o, (..., B, H)."""


class Gradients(NamedTuple):
    """Of x (T, ..., B, I), h_0 (L, D, ..., B, P), c_0 (L, D, ..., B, H), and of all weights in their own shapes."""

    x: Array
    h_0: Array
    c_0: Array
    weights: Weights


class CellGradients(NamedTuple):
    """Of one cell: x (T, ..., B, I) in the order of processing, h_0 (..., B, P), c_0 (..., B, H) and its weights."""

    x: Array
    h_0: Array
    c_0: Array
    weights: CellWeights


class BackwardPass:
    """The gradients of an LSTM, in pieces each of which can be got wrong."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell

    def gradients(
        self, weights: Weights, x: Array, h_0: Array, c_0: Array, given: Outputs[Array], mask: Mask | None = None
    ) -> Gradients:
        """Of a stack of layers; given: the gradients of its outputs and final states. Raises ValueError.

        The equations above are those of cells without peepholes, clips and coupled gates: others are refused.
        """
        _refuse(self.cell, weights)
        tapes = record(self.cell, weights, x, h_0, c_0, mask)
        d_x, d_h_0, d_c_0, d_weights = given.y, [], [], []
        for index in reversed(range(len(weights))):
            halves = np.split(d_x, len(weights[index]), -1)
            cells = [
                self.cell_gradients(w, tape, half[::-1] if direction else half, d_h, d_c)
                for direction, (w, tape, half, d_h, d_c) in enumerate(
                    zip(weights[index], tapes[index], halves, given.h_n[index], given.c_n[index], strict=True)
                )
            ]
            d_x = self.input_gradient([cell.x for cell in cells])
            d_h_0.append(np.stack([cell.h_0 for cell in cells]))
            d_c_0.append(np.stack([cell.c_0 for cell in cells]))
            d_weights.append([cell.weights for cell in cells])
        return Gradients(d_x, np.stack(d_h_0[::-1]), np.stack(d_c_0[::-1]), d_weights[::-1])

    def input_gradient(self, parts: Sequence[Array]) -> Array:
        """Of the input of a layer, from what each direction says of it in its order of processing."""
        return parts[0] if len(parts) == 1 else parts[0] + parts[1][::-1]

    def cell_gradients(
        self, w: CellWeights, tape: Sequence[Step[Array]], d_y: Array, d_h_n: Array, d_c_n: Array
    ) -> CellGradients:
        """Of one cell, from the gradients of its outputs (T, ..., B, P) and of its final states."""
        d_h, d_c, d_zs, d_hs = d_h_n, d_c_n, [], []
        for t in reversed(range(len(tape))):
            step = tape[t]
            d_h_t = d_h + d_y[t]
            d_z, before_h, before_c = self.step_gradients(w, step, d_h_t, d_c, t)
            if step.counts is None:
                d_h, d_c = before_h, before_c
            else:
                counts = step.counts[..., None]
                d_h_t, d_z = (where(counts, a, np.zeros_like(a)) for a in (d_h_t, d_z))
                d_h, d_c = where(counts, before_h, d_h), where(counts, before_c, d_c)
            d_hs.append(d_h_t)
            d_zs.append(d_z)
        d_z = np.stack(d_zs[::-1])
        d_x = np.stack([each @ w.kernel for each in d_z])
        return CellGradients(d_x, d_h, d_c, self.weight_gradients(w, tape, d_z, np.stack(d_hs[::-1])))

    def step_gradients(
        self, w: CellWeights, step: Step[Array], d_h: Array, d_c: Array, t: int
    ) -> tuple[Array, Array, Array]:
        """∂z (..., B, 4H), ∂h and ∂c before step t, from ∂h and ∂c after it."""
        del t
        d_m = d_h if w.projection is None else d_h @ w.projection
        d_c = d_c + d_m * step.gates[3] * self.output_slope(step)
        d_gates = self.gate_gradients(step, d_m, d_c)
        d_z = np.concatenate([a * slope for a, slope in zip(d_gates, self.gate_slopes(step), strict=True)], -1)
        return d_z, self.hidden_state_gradient(w, d_z), self.cell_state_gradient(step, d_c)

    def gate_gradients(self, step: Step[Array], d_m: Array, d_c: Array) -> Four:
        """∂i, ∂f, ∂g and ∂o, from ∂m and ∂c after the step."""
        i, _, g, _ = step.gates
        return d_c * g, d_c * step.c, d_c * i, d_m * self.cell.output(step.new_c)

    def gate_slopes(self, step: Step[Array]) -> Four:
        """σ' and tanh' at the pre-activations."""
        i, f, g, o = step.z
        gate, candidate = self.cell.gate, self.cell.candidate
        return slope(gate, i), slope(gate, f), slope(candidate, g), slope(gate, o)

    def output_slope(self, step: Step[Array]) -> Array:
        """tanh' at the new cell state."""
        return slope(self.cell.output, step.new_c)

    def hidden_state_gradient(self, w: CellWeights, d_z: Array) -> Array:
        """∂h before the step."""
        return d_z @ w.recurrent_kernel

    def cell_state_gradient(self, step: Step[Array], d_c: Array) -> Array:
        """∂c before the step."""
        return d_c * step.gates[1]

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """Of the weights of a cell, from ∂z and ∂h of every step, which are zero where a step does not count."""
        projection = None
        if w.projection is not None:
            projection = summed(d_h, [step.gates[3] * self.cell.output(step.new_c) for step in tape])
        bias = d_z.sum((0, -2))
        return CellWeights(
            summed(d_z, [step.x for step in tape]),
            summed(d_z, [step.h for step in tape]),
            tuple(bias for _ in w.biases),
            projection,
        )


def slope(activation: Activation, z: Array) -> Array:
    """The derivative: the steepest slope of the function, which never falls, on the interval of z alone."""
    return activation.steepest(z, np.zeros_like(z))


def summed(d_rows: Sequence[Array] | Array, columns: Sequence[Array]) -> Array:
    """Gradient (..., m, n) of a matrix: products of (..., B, m) and (..., B, n), summed over rows and steps."""
    total: Array = sum(a.swapaxes(-1, -2) @ b for a, b in zip(d_rows, columns, strict=True))
    return total


def _refuse(cell: Cell, weights: Weights) -> None:
    """Options that the equations of the way back do not know."""
    plain = Cell(cell.gate, cell.candidate, cell.output, forget_bias=cell.forget_bias)
    if cell != plain or any(w.peepholes is not None for directions in weights for w in directions):
        raise ValueError("expected a cell without peepholes, clips and coupled gates: others have no backward pass yet")
