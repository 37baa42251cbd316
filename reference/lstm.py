"""The LSTM, written once.

    i = σ(W_i x_t + U_i h_{t-1} + b_i)      input gate
    f = σ(W_f x_t + U_f h_{t-1} + b_f)      forget gate
    g = tanh(W_g x_t + U_g h_{t-1} + b_g)   candidate
    o = σ(W_o x_t + U_o h_{t-1} + b_o)      output gate
    c_t = f ⊙ c_{t-1} + i ⊙ g
    h_t = o ⊙ tanh(c_t)

Gers, Schmidhuber & Cummins, "Learning to Forget: Continual Prediction with LSTM" (2000), in the form of the manuals of
torch.nn.LSTM and keras.layers.LSTM. With a projection, h_t = W_hr (o ⊙ tanh(c_t)): Sak, Senior & Beaufays (2014).
With peepholes, i and f see p ⊙ c_{t-1} as well, and o sees p ⊙ c_t: Gers & Schmidhuber (2000). `Cell` has the rest.

A step stands in `equations.py`, the steps of a cell in `recurrence.py`; here are directions and layers. The engine is
generic in its numbers: arrays give the reference, `Rounded` numbers the reference and the allowed error.

Axes: x (T, ..., B, I), outputs (T, ..., B, D P), states (L, D, ..., B, P) and (L, D, ..., B, H), where `...` are axes
of independent cases. A mask (T, ..., B) says which steps of which rows count: at the others h and c stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple

from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.masks import Fill, Mask, filled, within_lengths
from lstm_conformance.reference.recurrence import Recurrence, Trajectory
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, stack
from lstm_conformance.reference.weights import CellWeights, Weights

__all__ = [
    "Call",
    "Cell",
    "Engine",
    "Fill",
    "Gates",
    "Mask",
    "Outputs",
    "Trajectory",
    "filled",
    "gates",
    "layer",
    "lstm",
    "run",
    "within_lengths",
]


class Outputs(NamedTuple, Generic[Numbers]):
    """y (T, ..., B, D P), and the states after the last valid step: h_n (L, D, ..., B, P), c_n (L, D, ..., B, H)."""

    y: Numbers
    h_n: Numbers
    c_n: Numbers


class Call(NamedTuple, Generic[Numbers]):
    """What a layer is called with: x, and, if they are given, the initial states and which steps count (T, ..., B)."""

    x: Numbers
    h_0: Numbers | None = None
    c_0: Numbers | None = None
    mask: Mask | None = None


class Engine(Recurrence):
    """A right LSTM: the directions of a layer, and the layers of a stack."""

    fill: Fill = "zeros"
    """What it puts out where a step does not count."""

    # Layers and directions

    def layers(
        self,
        weights: Weights,
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None = None,
        observed: Array | None = None,
    ) -> Outputs[Numbers]:
        """A stack: each layer reads the outputs of the one below, under the same mask.

        observed (T, ..., B, D P): the outputs seen of the last layer, which is then fed them step by step.
        """
        y, h_n, c_n, top = x, [], [], len(weights) - 1
        for index, directions in enumerate(weights):
            read = self.passed_on(y, x, index) if index else x
            seen = observed if index == top else None
            y, h, c = self.layer(directions, read, (states[0][index], states[1][index]), mask, seen)
            h_n.append(h)
            c_n.append(c)
        return Outputs(y, stack(h_n), stack(c_n))

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """What the layer at this index reads: y, the outputs of the one below; x is the input of the stack."""
        del x, index
        return y

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """One layer in all its directions, from its states (D, ..., B, P) and (D, ..., B, H).

        The second direction reads the sequence from its end; its outputs stand where their inputs stood. As steps that
        do not count change nothing, it begins in effect at the last step of a row that counts.
        """
        parts, h_n, c_n = [], [], []
        for direction, w in enumerate(directions):
            read, valid, seen = x, mask, None if observed is None else _half(observed, direction, w)
            if direction == 1:
                read, valid = self.turned(x), self.turned_mask(mask)
                seen = None if seen is None else self.turned_back(seen)
            h, c = self.run(w, read, (states[0][direction], states[1][direction]), seen, valid)
            parts.append(self.put_out(h, valid))
            last_h, last_c = self.final(h, c)
            h_n.append(last_h)
            c_n.append(last_c)
        if len(parts) == 2:
            parts[1] = self.turned_back(parts[1])
        return Outputs(self.joined(parts), stack(h_n), stack(c_n))

    def turned(self, x: Numbers) -> Numbers:
        """What the backward direction reads, first step first."""
        read: Numbers = x[::-1]
        return read

    def turned_mask(self, mask: Mask | None) -> Mask | None:
        """Which steps count for the backward direction."""
        return None if mask is None else mask[::-1]

    def turned_back(self, y: Numbers) -> Numbers:
        """The outputs of the backward direction, at the places of their inputs; its own inverse."""
        back: Numbers = y[::-1]
        return back

    def joined(self, parts: Sequence[Numbers]) -> Numbers:
        """The outputs of the directions side by side."""
        return concatenate(parts, -1)

    def final(self, h: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        """The final states (..., B, K), from the states after every step (T, ..., B, K)."""
        return h[-1], c[-1]

    # Masks

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """The outputs, from h after every step."""
        return h if mask is None else filled(h, mask, self.fill)


def lstm(
    cell: Cell,
    weights: Weights,
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    *,
    observed: Array | None = None,
    mask: Mask | None = None,
    fill: Fill = "zeros",
) -> Outputs[Numbers]:
    """A stack of layers; x (T, ..., B, I), h_0 (L, D, ..., B, P), c_0 (L, D, ..., B, H), mask (T, ..., B).

    observed (T, ..., B, D P): the outputs seen of the last layer, which is then fed them step by step.
    """
    return _engine(cell, fill).layers(weights, x, (h_0, c_0), mask, observed)


def layer(
    cell: Cell,
    directions: Sequence[CellWeights],
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    *,
    observed: Array | None = None,
    mask: Mask | None = None,
    fill: Fill = "zeros",
) -> Outputs[Numbers]:
    """One layer in all its directions; h_0 (D, ..., B, P) and c_0 (D, ..., B, H), and the final states likewise.

    observed (T, ..., B, D P): the outputs seen; then every step is fed the observed output of the step before it.
    """
    return _engine(cell, fill).layer(directions, x, (h_0, c_0), mask, observed)


def run(
    cell: Cell,
    weights: CellWeights,
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    *,
    observed: Array | None = None,
    mask: Mask | None = None,
) -> Trajectory[Numbers]:
    """h and c after every step, (T, ..., B, P) and (T, ..., B, H); where the mask (T, ..., B) is unset they stay."""
    return Engine(cell).run(weights, x, (h_0, c_0), observed, mask)


def gates(cell: Cell, weights: CellWeights, x: Numbers, h: Numbers) -> Gates[Numbers]:
    """i, f, g, o (..., B, H) of a step of a cell without peepholes, from its input and h before it (..., B, ·)."""
    engine = Engine(cell)
    return engine.gates(engine.split(engine.pre_activation(weights, engine.from_input(weights, x), h)))


def _engine(cell: Cell, fill: Fill) -> Engine:
    engine = Engine(cell)
    engine.fill = fill
    return engine


def _half(y: Array, direction: int, w: CellWeights) -> Array:
    """The part of the outputs (T, ..., B, D P) that is a direction's."""
    size = w.recurrent_kernel.shape[-1]
    return y[..., direction * size : (direction + 1) * size]
