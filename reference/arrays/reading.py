"""Arrays in the axes of a layout, read as canonical ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import Layout
from lstm_conformance.reference.layouts.base import Inputs, Shape
from lstm_conformance.reference.lstm import Call, Mask, Outputs, within_lengths
from lstm_conformance.reference.weights import Array, Weights

Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class Reading:
    """A layer of a layout that is called with T steps of B rows; what it gives is canonical and has one case, N = 1.

    An axis of length 1 may be missing in an array, or be one too many: a state (B, H) is one (1, B, H).
    """

    layout: Layout
    layer: Layer
    time: int
    batch: int

    def weights(self, native: Arrays) -> Weights:
        """`weights[layer][direction]`. Raises BadInput for weights that no layer of the layout has."""
        expected = self.layout.weight_shapes(self.layer)
        if not native:
            raise BadInput(f"there are no weights, expected arrays named {', '.join(expected)}: add them")
        if prefixes := _prefixes(native, expected):
            raise BadInput(f"names of weights begin with {' and '.join(prefixes)}: say with prefix which are meant")
        try:
            return self.layout.canonical_weights(self.layer, {name: a[None] for name, a in native.items()})
        except ValueError as error:
            raise BadInput(f"{error}: mend them, or name another layout") from error

    def call(
        self, native: Arrays, lengths: NDArray[Any] | None = None, mask: NDArray[Any] | None = None
    ) -> Call[Array]:
        """Input, initial states, and lengths (B) or a mask as the layout has it.

        Raises BadInput where they do not fit the weights or each other.
        """
        width, expected = native["x"].shape[-1], self.layer.input_size
        if width != expected:
            raise BadInput(f"x has {width} features in its last axis, expected {expected}, which the weights read")
        inputs = self._inputs(native, "h_0", "c_0")
        if mask is not None:
            return Call(*inputs, self._masked(mask, lengths))
        return Call(*inputs, None if lengths is None else self._within(lengths))

    def outputs(self, native: Arrays) -> Outputs[Array]:
        """y of all steps or of the last alone; final states are empty where they are not given. Raises BadInput."""
        seen = self._shown(native["y"], (self.time, 1))
        _, h_n, c_n = self._inputs(native, "h_n", "c_n")
        return Outputs(seen.y, seen.h_n[:0] if h_n is None else h_n, seen.c_n[:0] if c_n is None else c_n)

    def y(self, native: Array) -> Array:
        """Canonical y of all steps. Raises BadInput."""
        return self._shown(native, (self.time,)).y

    def _shown(self, y: Array, times: Sequence[int]) -> Outputs[Array]:
        """y of as many steps as any of these, with final states of zeros."""
        name, *others = self.layout.output_names(self.layer)
        shapes = [self.layout.output_shapes(self.layer, time, self.batch) for time in times]
        fitting = fitted("y", y, *(named[name] for named in shapes))
        returned = [fitting[None], *(np.zeros((1, *shapes[0][other])) for other in others)]
        return self.layout.canonical_outputs(self.layer, returned)

    def _inputs(self, native: Arrays, h: str, c: str) -> Inputs:
        """x with two states, initial or final ones, whose axes are the same."""
        names = ["x", *(name for name in (h, c) if name in native)]
        if len(names) == 2:
            raise BadInput(f"{names[1]} is given alone, expected {h} and {c} or none of them")
        arrays = [fitted(name, native[name], shape)[None] for name, shape in zip(names, self._shapes, strict=False)]
        return self.layout.canonical_inputs(self.layer, Inputs(*arrays))

    @cached_property
    def _shapes(self) -> list[Shape]:
        """Of x and of two states, as the layer takes them."""
        layer, depth, rows = self.layer, (self.layer.num_layers, self.layer.directions), (1, self.batch)
        canonical = Inputs(
            np.empty((self.time, *rows, layer.input_size)),
            np.empty((*depth, *rows, layer.output_size)),
            np.empty((*depth, *rows, layer.hidden_size)),
        )
        native = self.layout.native_inputs(layer, canonical)
        return [a.shape[1:] for a in native if a is not None]

    def _masked(self, mask: NDArray[Any], lengths: NDArray[Any] | None) -> Mask:
        """Of a layer that is told by a mask (B, T) which steps count."""
        if self.layout.told_by != "mask" or lengths is not None:
            raise BadInput("expected lengths or, of a layout that takes it, a mask, came a mask: give lengths")
        if mask.shape != (self.batch, self.time) or mask.dtype != np.bool_:
            raise BadInput(f"mask is {mask.dtype} {mask.shape}, expected bool {(self.batch, self.time)}: (B, T)")
        return self.layout.canonical_mask(self.layer, mask[None], self.time)

    def _within(self, lengths: NDArray[Any]) -> Mask:
        if lengths.shape != (self.batch,) or lengths.dtype.kind not in "iu":
            raise BadInput(
                f"lengths is {lengths.dtype} {lengths.shape}, expected whole numbers {(self.batch,)}: one for each row"
            )
        if self.layer.go_backwards:
            raise BadInput("lengths do not go with go_backwards: give a mask, if the layout has one, or cut the rows")
        try:
            return within_lengths(self.time, lengths[None])
        except ValueError as error:
            raise BadInput(f"{error}: say how many steps of every row count") from error


def extent(x: Array, *, rows_first: bool) -> tuple[int, int]:
    """T and B of x, (B, T, I) if rows are first, else (T, B, I), or (T, I). Raises BadInput for any other array."""
    if x.ndim not in {2, 3} or not x.size:
        raise BadInput(
            f"x has shape {x.shape}, expected three axes that are not empty: steps, rows (batch) and features"
        )
    if x.ndim == 2:
        return len(x), 1
    first, second, _ = x.shape
    return (second, first) if rows_first else (first, second)


def fitted(name: str, a: Array, *shapes: Shape) -> Array:
    """The array in the first of these shapes that differs in nothing but axes of length 1. Raises BadInput."""
    for shape in shapes:
        if _longer(a.shape) == _longer(shape):
            return a.reshape(shape)
    expected = " or ".join(map(str, dict.fromkeys(shapes)))
    raise BadInput(f"{name} has shape {a.shape}, expected {expected}: see batch_first and layout")


def _longer(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _prefixes(names: Iterable[str], expected: Iterable[str]) -> list[str]:
    """What stands before an expected name, as the name of a layer in that of a model."""
    known = {*expected}
    ends = [f"{separator}{name}" for name in known for separator in "./"]
    return sorted({name.removesuffix(end[1:]) for name in {*names} - known for end in ends if name.endswith(end)})
