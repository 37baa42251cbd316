"""A right LSTM in pieces, each of which can be got wrong.

Its equations are those of `lstm.py`, with a method for everything that somebody might misread, forget or exchange.
A mutant overrides a method or two and calls `super()` where it can, so that two combine into one by inheritance.
Like the reference it is generic in its numbers: arrays are computed with in their own dtype, as a framework does;
`Rounded` numbers give value and allowed error, so that a mutant serves as a hypothesis.

Axes are those of `lstm.py`: x (T, ..., B, I), outputs (T, ..., B, D P), states (L, D, ..., B, P) and (L, D, ..., B, H).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Generic, NamedTuple

import numpy as np

from lstm_conformance.reference.activations import Activation
from lstm_conformance.reference.gradients import BackwardPass
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Fill, Mask, Outputs, filled
from lstm_conformance.reference.rounded import (
    Array,
    Numbers,
    Rounded,
    concatenate,
    dot,
    exactly,
    moved,
    same_kind,
    stack,
    where,
)
from lstm_conformance.reference.weights import CellWeights, Weights

SINGLE = ("float64", "float32")
"""The dtypes in which an error shows that the rounding of half precision hides."""


class WeightsRefused(ValueError, RuntimeError):
    """Weights that are not those of the layer: the one is what Keras raises, the other what torch does."""


class Call(NamedTuple, Generic[Numbers]):
    """What a layer is called with: x, and, if they are given, the initial states and which steps count (T, ..., B)."""

    x: Numbers
    h_0: Numbers | None = None
    c_0: Numbers | None = None
    mask: Mask | None = None


class Trajectory(NamedTuple, Generic[Numbers]):
    """h and c after every step of one cell, (T, ..., B, P) and (T, ..., B, H)."""

    h: Numbers
    c: Numbers


class Gates(NamedTuple, Generic[Numbers]):
    """One quantity for each of the four gates, (..., B, H)."""

    i: Numbers
    f: Numbers
    g: Numbers
    o: Numbers


class LSTM:
    """A layer, and what it keeps from call to call.

    The docstring of a mutant says how a person gets there; its family is the module that it is written in.
    """

    layout: ClassVar[str] = "torch"
    """The conventions in which it is put under test: those whose options show the mistake."""

    dtypes: ClassVar[tuple[str, ...]] = ("float64", "float32", "bfloat16", "float16")
    """The dtypes in which it is wrong by more than rounding."""

    claims: ClassVar[tuple[str, ...]] = ()
    """What it claims besides what all those of its layout do, because its mistake is about that."""

    waits_for: ClassVar[str] = ""
    """The topic of the rules that are going to cover it, if there are none yet."""

    near_the_bound: ClassVar[str] = ""
    """Why its effect is less than ten times the bound in float32, if it is."""

    equivalents: ClassVar[frozenset[str]] = frozenset()
    """The names of other mutants that compute the same, in some configurations or in all."""

    feeds_back_its_outputs: ClassVar[bool] = True
    """The outputs that it returns are those that its next step reads; else its trajectory is hidden."""

    fill: Fill = "zeros"
    """What it puts out where a step does not count."""

    training: bool = False
    """Whether it is called in training mode."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        self.constructed = layer
        self.cell = cell
        self.calls = 0
        self.ended: Any = None

    def __call__(self, weights: Weights, call: Call[Numbers], observed: Array | None = None) -> Outputs[Numbers]:
        """Outputs and final states; observed (T, ..., B, D P): the outputs seen, which every next step is fed."""
        call = self.taken(call)
        h_0, c_0 = self.initial_states(call)
        seen = self.computed(call, observed) if observed is not None and self.feeds_back_its_outputs else None
        cells, x, h_n, c_n = self.loaded(weights), call.x, [], []
        for index, directions in enumerate(cells):
            x = self.passed_on(x, call.x, index) if index else x
            top = index + 1 == len(cells)
            x, h, c = self.layer(directions, x, (h_0[index], c_0[index]), call.mask, seen if top else None)
            h_n.append(h)
            c_n.append(c)
        self.calls += 1
        outputs = Outputs(x, stack(h_n), stack(c_n))
        self.ended = outputs[1:]
        return self.returned(call, outputs)

    def reset(self) -> None:
        """Forget what a stateful layer keeps from call to call."""
        self.ended = None

    # What goes in and what comes out

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """What the layer makes of its arguments."""
        return call

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """The states that it starts from: (L, D, ..., B, P) and (L, D, ..., B, H)."""
        if call.h_0 is not None and call.c_0 is not None:
            return call.h_0, call.c_0
        layer = self.constructed
        if layer.stateful and self.ended is not None:
            return self.going_on(self.ended)
        return _zeros(call.x, layer, layer.output_size), _zeros(call.x, layer, layer.hidden_size)

    def going_on(self, kept: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
        """What a stateful layer that is given no states starts from, of the states in which its last call ended."""
        return kept

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """What the caller gets."""
        del call
        return outputs

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """The outputs in the places in which the next steps read them: undoes what `returned` and `joined` move."""
        del call
        return observed

    def left_behind(self, call: Call[Array], outputs: Outputs[Array]) -> Call[Array]:
        """What the caller's own arrays hold after the call."""
        del outputs
        return call

    def shown(self, native: list[Array]) -> list[Array]:
        """The outputs in the axes, order and dtype in which the framework returns them."""
        return native

    def left_in_weights(self, native: dict[str, Array]) -> dict[str, Array]:
        """What the layer's own weights hold after the call, under the framework's names."""
        return native

    def copied_out(self, native: dict[str, Array]) -> dict[str, Array]:
        """The weights under the names and in the shapes in which the framework shows them."""
        return native

    # Life cycle

    def reconstructed(self, layer: Layer) -> Layer:
        """The arguments with which a copy is constructed."""
        return layer

    def saved(self, native: dict[str, Array]) -> dict[str, Array]:
        """What a copy is made of: the weights under the framework's names."""
        return {name: a.copy() for name, a in native.items()}

    def restored(self, blank: dict[str, Array], saved: dict[str, Array]) -> dict[str, Array]:
        """The weights of a copy, which has blank ones and reads those that were saved. Raises WeightsRefused."""
        expected, found = ({name: a.shape for name, a in each.items()} for each in (blank, saved))
        if expected != found:
            raise WeightsRefused(f"expected weights of the shapes {expected}, came {found}")
        return saved

    # Weights

    def loaded(self, weights: Weights) -> Weights:
        """The weights of the whole stack as the layer uses them."""
        return [[self.of_cell(w, index, d) for d, w in enumerate(cells)] for index, cells in enumerate(weights)]

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The weights of one cell as it uses them."""
        del index, direction
        return w

    # Layers and directions

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
        """One layer in all its directions, from its states (D, ..., B, P) and (D, ..., B, H)."""
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

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """h and c after a step (..., B, K): the old ones in the rows in which the step does not count."""
        return where(counts[..., None], new[0], old[0]), where(counts[..., None], new[1], old[1])

    # One cell

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """All steps of one cell, in the order of processing."""
        w = w.float64() if isinstance(x, Rounded) else w
        (h, c), hs, cs = states, [], []
        for t in range(x.shape[0]):
            new_h, new_c = self.step(w, self.read(x, t), h, c, t)
            if mask is not None:
                new_h, new_c = self.frozen(mask[t], (new_h, new_c), (h, c))
            hs.append(new_h)
            cs.append(new_c)
            if observed is not None:
                new_h = _seen(observed[t], new_h, None if mask is None else mask[t])
            h, c = new_h, new_c
        return Trajectory(stack(hs), stack(cs))

    def read(self, x: Numbers, t: int) -> Numbers:
        """The input of a step."""
        x_t: Numbers = x[t]
        return x_t

    def step(self, w: CellWeights, x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """h and c after step t, from the input of the step and the states before it."""
        del t
        gates = self.gates(self.split(self.pre_activation(w, x, h)), c)
        new_c = self.new_c(gates, c)
        return self.new_h(w, gates, new_c, c), new_c

    def pre_activation(self, w: CellWeights, x: Numbers, h: Numbers) -> Numbers:
        """W x + U h + b, (..., B, 4H)."""
        z = self.product(x, w.kernel) + self.product(h, w.recurrent_kernel)
        for bias in w.biases:
            z = z + bias[..., None, :]
        return z

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Inner products of a (..., B, n) with every row of a matrix (..., m, n)."""
        if isinstance(a, Rounded):
            return dot(a, rows)
        return np.asarray(dot(wide(a), wide(rows)), a.dtype)

    def split(self, z: Numbers) -> Gates[Numbers]:
        """The pre-activations of the four gates."""
        size = self.constructed.hidden_size
        return Gates(*(z[..., k * size : (k + 1) * size] for k in range(4)))

    def gates(self, z: Gates[Numbers], c: Numbers) -> Gates[Numbers]:
        """The four gates, from their pre-activations and the cell state before the step."""
        del c
        return Gates(self.sigmoid(z.i), self.sigmoid(z.f), self.candidate(z.g), self.sigmoid(z.o))

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
        return gates.f * c + gates.i * gates.g

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """h after the step; c is the cell state before it."""
        del c
        h = gates.o * self.squashed(new_c)
        return h if w.projection is None else self.product(h, w.projection)


class LSTMWithGradients(LSTM, BackwardPass):
    """A right LSTM that carries its backward pass, the method `gradients`, in pieces each of which can be got wrong."""

    waits_for = "gradients"


def applied(a: Numbers, function: Callable[[Array], Array], slope: float = 1.0) -> Numbers:
    """A function of every element, correctly rounded; slope: its steepest."""
    if isinstance(a, Rounded):
        return a.through(function, lambda z, _: np.full_like(z, slope), relative=1)
    return np.asarray(function(wide(a)), a.dtype)


def clipped(a: Numbers, limit: float) -> Numbers:
    """Every element limited to [-limit, limit]."""
    return applied(a, lambda z: np.clip(z, -limit, limit))


def activated(a: Numbers, by: Activation) -> Numbers:
    """An activation other than the layer's, of every element, rounded once where it is stored."""
    return by(a) if isinstance(a, Rounded) else np.asarray(by.function(wide(a)), a.dtype)


def rising(a: Numbers, function: Callable[[Array], Array]) -> Numbers:
    """A function of every element that never falls, correctly rounded; it may have jumps, as rounding has.

    Its error is what it makes of the ends of the interval of its argument: none where the whole interval is one step.
    """
    if isinstance(a, Rounded):
        value, d, by = function(a.value), a.bound, a.arithmetic
        reach = np.maximum(function(a.value + d) - value, value - function(a.value - d))
        return Rounded(value, reach + (by.elementwise + by.storage) * np.abs(value), np.zeros_like(value), by)
    return np.asarray(function(wide(a)), a.dtype)


def constant(values: Array, like: Numbers) -> Numbers:
    """Numbers without error, of the kind of others."""
    return exactly(values, like.arithmetic) if isinstance(like, Rounded) else values.astype(like.dtype)


def wide(a: Array) -> Array:
    """Half precision is computed with in float32."""
    return a.astype(np.float32) if a.dtype.itemsize == 2 else a


def term_by_term(a: Array, rows: Array) -> Array:
    """Inner products of a (..., B, n) with every row of a matrix (..., m, n), rounded after every term."""
    total = np.zeros((), a.dtype)
    for k in range(rows.shape[-1]):
        total = total + a[..., k : k + 1] * rows[..., None, :, k]
    return total


def _zeros(x: Numbers, layer: Layer, size: int) -> Numbers:
    """Zeros (L, D, ..., B, size), of the kind of x (T, ..., B, I)."""
    return moved(x, lambda a: np.zeros((layer.num_layers, layer.directions, *a.shape[1:-1], size), a.dtype))


def _half(y: Array, direction: int, w: CellWeights) -> Array:
    """The part of the outputs (T, ..., B, D P) that is a direction's."""
    size = w.recurrent_kernel.shape[-1]
    return y[..., direction * size : (direction + 1) * size]


def _seen(observed: Array, h: Numbers, counts: Mask | None) -> Numbers:
    """The output that was observed, as the state that the next step reads; where the step does not count, h."""
    seen = same_kind(observed, h)
    return seen if counts is None else where(counts[..., None], seen, h)
