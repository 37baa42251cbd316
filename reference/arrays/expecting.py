"""What a layer must return, and how far rounding alone may carry a right one from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_conformance.reference.arithmetic import PRECISIONS, arithmetic_of
from lstm_conformance.reference.arrays.conventions import Conventions, Options
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.layers import cell, exact, read, wide
from lstm_conformance.reference.arrays.numbers import numbers, numbers_of
from lstm_conformance.reference.arrays.reading import Reading, extent, fitted
from lstm_conformance.reference.arrays.returning import native_gradients, native_outputs
from lstm_conformance.reference.bfloat16 import is_bfloat16
from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.gradients import Gradients, Observed
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.masks import Fill
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.reference.stack import Stack, shows_every_output, way_back
from lstm_conformance.reference.weights import Weights


class Allowed(NamedTuple):
    """The value of every element, and its allowed error: how far rounding may carry a right layer from it."""

    value: Array
    error: Array

    def used(self, seen: ArrayLike) -> Array:
        """How much of the allowed error every element that was seen uses: above 1 it is wrong, NaN is infinitely so.

        Raises ValueError for an array of another shape, or of no real numbers.
        """
        a = wide(numbers("seen", seen)).astype(np.float64)
        if a.shape != self.value.shape:
            raise ValueError(f"expected an array of shape {self.value.shape}, came {a.shape}")
        with np.errstate(all="ignore"):
            error = np.abs(a - self.value)
            share = np.where(error == 0, 0.0, error / self.error)
        return np.where(np.isnan(share), np.inf, share)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a call returns, by the names of the layout and in its order: of torch `output`, `h_n`, `c_n`.

    gradients: by x, by h_0 and c_0 if they were given, and by every weight, under its name; empty without cotangents.
    """

    outputs: Mapping[str, Allowed]
    gradients: Mapping[str, Allowed] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A layer and one call of it: all arrays are canonical, with an axis of one case."""

    conventions: Conventions
    dtype: str
    reading: Reading
    weights: Weights
    call: Call[Array]
    unbatched: bool = False

    @property
    def layer(self) -> Layer:
        """The layer."""
        return self.reading.layer

    @property
    def cell(self) -> Cell:
        """What it computes."""
        return cell(self.layer, self.conventions, PRECISIONS[self.dtype].compute)

    @property
    def fill(self) -> Fill:
        """What it puts out where a step does not count."""
        return self.conventions.lays.fill(self.layer)

    @property
    def states(self) -> tuple[Array, Array]:
        """The initial states, zeros if none are given."""
        if self.call.h_0 is not None and self.call.c_0 is not None:
            return self.call.h_0, self.call.c_0
        lead = (self.layer.num_layers, self.layer.directions, 1, self.reading.batch)
        return np.zeros((*lead, self.layer.output_size)), np.zeros((*lead, self.layer.hidden_size))

    @np.errstate(all="ignore")  # a bound may overflow: it is infinite then, and excludes nothing
    def outputs(self, observed: Array | None = None) -> Outputs[Rounded]:
        """What the call returns; observed: canonical y, which every step is fed."""
        arithmetic = arithmetic_of(self.dtype)
        x, h_0, c_0 = (exactly(a, arithmetic) for a in (self.call.x, *self.states))
        stack = Stack(self.cell, self.layer, self.fill)
        return stack.returned(self.weights, Call(x, h_0, c_0, self.call.mask), observed)

    @np.errstate(all="ignore")  # a bound may overflow: it is infinite then, and excludes nothing
    def gradients(self, given: Outputs[Array], observed: Array | None = None) -> Gradients[Rounded]:
        """The gradients of the sum of all outputs times the given numbers."""
        arithmetic = arithmetic_of(self.dtype).of_gradients
        x, h_0, c_0 = (exactly(a, arithmetic) for a in (self.call.x, *self.states))
        due = Outputs(*(exactly(a, arithmetic) for a in given))
        by = way_back(self.cell, self.layer, self.fill)
        fed = Observed(observed if shows_every_output(self.layer) else None)
        return by.gradients(self.weights, Call(x, h_0, c_0, self.call.mask), due, fed)


def expected(
    weights: Mapping[str, ArrayLike],
    x: ArrayLike,
    *,
    h_0: ArrayLike | None = None,
    c_0: ArrayLike | None = None,
    lengths: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    observed: ArrayLike | None = None,
    cotangents: Mapping[str, ArrayLike] | None = None,
    **options: Unpack[Options],
) -> Expected:
    """The value of every output of a layer, and the allowed error of every element; NumPy is all it needs.

    weights: by the names and in the axes of the layout, which say how many layers and directions there are, whether
    they have biases, a projection and peepholes. x, h_0, c_0: in its axes; without states, zeros.
    lengths (B): how many steps of every row count; mask (B, T): which do, for Keras' layers.
    observed: y of all steps, as it was seen. Every step is then held to the one before as it was seen, so that allowed
    errors do not grow from step to step, as in the suite; without it, the layer follows its own numbers.
    cotangents: the gradients of a loss by the outputs, by their names; one that is left out is zero.
    options: those of `Conventions`.

    Raises BadInput, a ValueError, where something is missing or does not fit: it says what was expected, and what came.
    """
    arrays = {"x": x, "h_0": h_0, "c_0": c_0}
    case = case_of(weights, arrays, Conventions(**options), lengths=lengths, mask=mask)
    seen = None if observed is None else _observed(case, numbers("observed", observed))
    outputs = native_outputs(case.reading, case.outputs(seen), unbatched=case.unbatched)
    by = {} if cotangents is None else _gradients(case, cotangents, seen)
    allowed = ({name: _allowed(*pair) for name, pair in pairs.items()} for pairs in (outputs, by))
    return Expected(**dict(zip(("outputs", "gradients"), allowed, strict=True)))


def _allowed(value: Array, error: Array) -> Allowed:
    """Where a bound overflowed so far that it is no number, it excludes nothing, as an infinite one."""
    return Allowed(value, np.where(np.isnan(error), np.inf, error))


def case_of(
    weights: Mapping[str, ArrayLike],
    arrays: Mapping[str, ArrayLike | None],
    conventions: Conventions,
    *,
    lengths: ArrayLike | None = None,
    mask: ArrayLike | None = None,
) -> Case:
    """A layer and a call, from arrays in the axes of the layout: x and, if they are given, h_0 and c_0."""
    given = {name: numbers(name, a) for name, a in arrays.items() if a is not None}
    x = given["x"]
    dtype = conventions.dtype or _dtype(x)
    _check_dtype(dtype)
    native = {name: exact(name, a, dtype) for name, a in numbers_of(weights, conventions.prefix).items()}
    layer, canonical = read(native, conventions, x.shape[-1] if x.ndim else None)
    if layer.go_backwards and layer.num_layers > 1:
        raise BadInput("expected one layer with go_backwards, came a stack: ask for its layers one by one")
    reading = Reading(conventions.lays, layer, *extent(x, rows_first=conventions.rows_first))
    call = {name: exact(name, a, dtype) for name, a in given.items()}
    told = (None if a is None else numbers(name, a) for name, a in (("lengths", lengths), ("mask", mask)))
    return Case(
        conventions=conventions,
        dtype=dtype,
        reading=reading,
        weights=[[w.float64() for w in directions] for directions in canonical],
        call=reading.call(call, *told),
        unbatched=x.ndim == 2 and "unbatched" not in conventions.lays.lacks,
    )


def shapes_of(case: Case) -> dict[str, tuple[int, ...]]:
    """The documented shape of every output of the call."""
    reading = case.reading
    return reading.layout.output_shapes(case.layer, reading.time, reading.batch, unbatched=case.unbatched)


def canonical(case: Case, native: Sequence[Array]) -> Outputs[Array]:
    """All outputs of the call, canonical."""
    arrays = [a[None] for a in native]
    return case.reading.layout.canonical_outputs(case.layer, arrays, unbatched=case.unbatched)


def _gradients(case: Case, cotangents: Mapping[str, ArrayLike], seen: Array | None) -> dict[str, tuple[Array, Array]]:
    """By the names that they have in the layout."""
    shapes = shapes_of(case)
    if not isinstance(cotangents, Mapping):
        raise BadInput(f"expected cotangents by name, in a dict, came {type(cotangents).__name__}: name the outputs so")
    if unknown := [name for name in cotangents if name not in shapes]:
        raise BadInput(f"expected cotangents among {', '.join(shapes)}, came {', '.join(unknown)}: name the outputs so")
    given = [
        fitted(name, numbers(name, cotangents.get(name, np.zeros(shape))), shape) for name, shape in shapes.items()
    ]
    due = case.gradients(
        canonical(case, [exact(name, a, case.dtype) for name, a in zip(shapes, given, strict=True)]), seen
    )
    return native_gradients(case.reading, due, states=case.call.h_0 is not None, unbatched=case.unbatched)


def _observed(case: Case, y: NDArray[Any]) -> Array:
    """Canonical y of all steps."""
    if not shows_every_output(case.layer):
        raise BadInput(
            "observed: expected outputs of every step and direction, which this layer does not return: leave it out"
        )
    return case.reading.y(wide(y))


def _dtype(x: Array) -> str:
    return "bfloat16" if is_bfloat16(x) else x.dtype.name


def _check_dtype(dtype: str) -> None:
    if dtype not in PRECISIONS:
        raise BadInput(f"expected a dtype among {', '.join(PRECISIONS)}, came {dtype}: say in which the layer computes")
