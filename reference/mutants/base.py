"""What wrong LSTMs are made of: the engine, and what is around it in a framework.

A mutant overrides a method or two and calls `super()` where it can, so that two combine into one by inheritance.
The steps, directions and layers are those of `lstm.py`. Arrays are computed with in their own dtype, as a framework
does; `Rounded` numbers give value and allowed error, so that a mutant serves as a hypothesis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.activations import Activation
from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.gradients import NOTHING, BackwardPass, Gradients, Observed
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Call, Engine, Outputs
from lstm_conformance.reference.recurrence import Trajectory
from lstm_conformance.reference.rounded import Array, Lifted, Numbers, Rounded, dot, exactly, moved
from lstm_conformance.reference.weights import CellWeights, Weights

__all__ = [
    "LSTM",
    "SINGLE",
    "Call",
    "Gates",
    "LSTMWithDerivatives",
    "LSTMWithGradients",
    "LSTMWithOptimizer",
    "LSTMWithRecords",
    "Trajectory",
    "WeightsRefused",
    "activated",
    "applied",
    "clipped",
    "constant",
    "rising",
    "term_by_term",
    "wide",
]

SINGLE = ("float64", "float32")
"""The dtypes in which an error shows that the rounding of half precision hides."""


class WeightsRefused(ValueError, RuntimeError):
    """Weights that are not those of the layer: the one is what Keras raises, the other what torch does."""


class LSTM(Engine):
    """A layer, and what it keeps from call to call.

    The docstring of a mutant says how a person gets there; its family is the module that it is written in.
    """

    layout: ClassVar[str] = "torch"
    """The conventions in which it is put under test: those whose options show the mistake."""

    dtypes: ClassVar[tuple[str, ...]] = ("float64", "float32", "bfloat16", "float16")
    """The dtypes in which it is wrong by more than rounding."""

    claims: ClassVar[tuple[str, ...]] = ()
    """What it claims besides what all those of its layout do, because its mistake is about that."""

    only: ClassVar[tuple[str, ...]] = ()
    """If there are any: it is asked for nothing but what needs one of these requirements, because all else is right."""

    waits_for: ClassVar[str] = ""
    """The topic of the rules that are going to cover it, if there are none yet."""

    near_the_bound: ClassVar[str] = ""
    """Why its effect is less than ten times the bound in float32, if it is."""

    equivalents: ClassVar[frozenset[str]] = frozenset()
    """The names of other mutants that compute the same, in some configurations or in all."""

    feeds_back_its_outputs: ClassVar[bool] = True
    """The outputs that it returns are those that its next step reads; else its trajectory is hidden."""

    at_once: ClassVar[bool] = False
    """A mistake may be that of a single step."""

    training: bool = False
    """Whether it is called in training mode."""

    structure: str = ""
    """What it is put into."""

    first_layer_frozen: bool = False
    """Whether the weights of its first layer are kept out of steps of gradient descent."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(cell)
        self.constructed = layer
        self.calls = 0
        self.ended: Any = None

    def __call__(self, weights: Weights, call: Call[Numbers], observed: Array | None = None) -> Outputs[Numbers]:
        """Outputs and final states; observed (T, ..., B, D P): the outputs seen, which every next step is fed."""
        call = self.taken(call)
        states = self.initial_states(call)
        seen = self.computed(call, observed) if observed is not None and self.feeds_back_its_outputs else None
        outputs = self.layers(self.loaded(weights), call.x, states, call.mask, seen)
        self.calls += 1
        self.ended = outputs[1:]
        return self.returned(call, outputs)

    def reset(self) -> None:
        """Forget what a stateful layer keeps from call to call."""
        self.ended = None

    def told(self, training: bool | None) -> bool:
        """Whether it is in training mode, of what it is told; None where it is told nothing."""
        return bool(training)

    # What goes in and what comes out

    def cast(self, x: Array, dtype: np.dtype[Any]) -> Array:
        """An input, as the framework's own array, in the dtype of the layer."""
        return x.astype(dtype, copy=False)

    def counting(self, mask: NDArray[Any]) -> NDArray[Any]:
        """Which steps count, of a mask of truth values, or of 0 and 1."""
        return mask.astype(np.bool_, copy=False)

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

    def by_default(self, dtype: str) -> str:
        """The dtype of a layer that is constructed without one, where this is the default."""
        return dtype

    def saved(self, native: dict[str, Array]) -> dict[str, Array]:
        """What a copy is made of: the weights under the framework's names."""
        return {name: a.copy() for name, a in native.items()}

    def restored(self, blank: dict[str, Array], saved: dict[str, Array]) -> dict[str, Array]:
        """The weights of a copy, which has blank ones and reads those that were saved. Raises WeightsRefused."""
        expected, came = ({name: a.shape for name, a in arrays.items()} for arrays in (blank, saved))
        if expected != came:
            raise WeightsRefused(f"expected weights of the shapes {expected}, came {came}")
        return saved

    def copied_from(self, other: LSTM) -> None:
        """What a copy takes over from the layer that it was made of, besides arguments and weights."""
        del other

    # Weights

    def loaded(self, weights: Weights) -> Weights:
        """The weights of the whole stack as the layer uses them."""
        return [[self.of_cell(w, index, d) for d, w in enumerate(cells)] for index, cells in enumerate(weights)]

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The weights of one cell as it uses them."""
        del index, direction
        return w

    def widened(self, w: CellWeights, x: Numbers) -> CellWeights:
        """Arrays are computed with in their own dtype."""
        return w.float64() if isinstance(x, Rounded) else w

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Inner products of a (..., B, n) with every row of a matrix (..., m, n)."""
        if isinstance(a, (Rounded, Lifted)):
            return dot(a, rows)
        return np.asarray(dot(wide(a), wide(rows)), a.dtype)


class LSTMWithGradients(LSTM, BackwardPass):
    """A right LSTM that carries its backward pass, the method `gradients`, in pieces each of which can be got wrong."""

    dtypes: ClassVar[tuple[str, ...]] = SINGLE
    claims: ClassVar[tuple[str, ...]] = ("gradients",)
    only: ClassVar[tuple[str, ...]] = ("gradients",)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.merge_mode = layer.merge_mode
        self.return_sequences = layer.return_sequences

    def gradients(
        self, weights: Weights, call: Call[Numbers], given: Outputs[Numbers], observed: Observed = NOTHING
    ) -> Gradients[Numbers]:
        """What the caller gets."""
        return self.handed_over(super().gradients(weights, call, self.received(given), observed))

    def recorded(self, call: Call[Numbers]) -> Call[Numbers]:
        """What it keeps of a call, from which it will have to go back."""
        return call

    def recalled(self, record: Call[Numbers]) -> Call[Numbers]:
        """The call from which it goes back, where it is asked to go back from the one of this record."""
        return record

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """What it makes of the gradients of its outputs."""
        return given

    def handed_over(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """What it makes of the gradients that it found."""
        return found

    def left_by_the_way_back(self, weights: Weights, call: Call[Array]) -> None:
        """What it does to the layer's own weights, and to the caller's own arrays."""


class LSTMWithOptimizer(LSTMWithGradients):
    """A right LSTM that takes right steps of plain gradient descent."""

    claims: ClassVar[tuple[str, ...]] = ("gradients", "optimizer", "frozen")
    only: ClassVar[tuple[str, ...]] = ("optimizer",)

    def is_stepped(self, name: str) -> bool:
        """Whether a step moves a weight, of a name in torch."""
        return not (self.first_layer_frozen and "_l0" in name)

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """A weight behind the step."""
        del name
        return np.asarray(weight - rate * gradient)


class LSTMWithRecords(LSTMWithGradients):
    """A right LSTM that may be called again before it is asked to go back."""

    claims: ClassVar[tuple[str, ...]] = ("gradients", "records")
    only: ClassVar[tuple[str, ...]] = ("records",)


class LSTMWithDerivatives(LSTMWithGradients):
    """A right LSTM that is asked for other derivatives, too: its equations are given numbers that move."""

    claims: ClassVar[tuple[str, ...]] = ("gradients", "jvp", "hvp", "per_sample")
    only: ClassVar[tuple[str, ...]] = ("jvp", "hvp", "per_sample")

    def pushed(self, tangent: Array) -> Array:
        """How an output moves, as the caller gets it."""
        return tangent

    def of_rows(self, gradients: Array) -> Array:
        """The gradients (B, ...) by a weight of every row, as the caller gets them."""
        return gradients


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
