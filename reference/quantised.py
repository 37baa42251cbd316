"""Layers whose weights are quantised, and whose inputs and hidden states are quantised while they are read.

A case of int8 has a scale for every matrix, one for its whole input, and one for h of every step, whatever the rows:
what a row gives depends on those beside it. What is rounded is exact where the rule is known, so the reference follows
the rule; a number so near to half a step that float32 may round it the other way is in doubt by one step.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.ao.quantization.observer.MinMaxObserver.html (the scale of
weights), https://docs.pytorch.org/docs/stable/quantization.html (7 bits of inputs with fbgemm: `reduce_range`),
`ChooseQuantizationParams` in aten/src/ATen/native/quantized/cpu/QuantUtils.h (zero, and the smallest scale).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF
from lstm_conformance.reference.lstm import Engine
from lstm_conformance.reference.rounded import Array, Numbers, Rounded
from lstm_conformance.reference.weights import CellWeights

LEVELS = 127
"""Steps between the smallest number of an input and the largest."""

SMALLEST_STEP = 6.1e-5
"""Inputs have no smaller scale."""

DOUBT = 1e-4
"""In steps: float32 places a number among 127 or 255 of them with an error of 127 or 255 times 3 roundoffs at most."""


class Steps(NamedTuple):
    """Numbers on a grid: their values, the steps between them, and where the number of steps is in doubt."""

    value: Array
    step: Array
    doubtful: Array


def weights_in_steps(rows: Array) -> Steps:
    """A matrix (..., m, n) in int8, with one scale and without a zero: max|w| is 127.5 steps, of which 127 are left."""
    largest = np.max(np.abs(rows), (-2, -1), keepdims=True)
    step = np.maximum((largest / 127.5).astype(np.float32), np.finfo(np.float32).eps).astype(np.float64)
    steps = rows / step
    return Steps(np.clip(np.rint(steps), -128, 127) * step, step, _between(steps) & (np.ceil(steps) <= 127))


def inputs_in_steps(a: Array, axes: tuple[int, ...]) -> Steps:
    """Numbers in 7 bits, with one scale and one zero over these axes; 0 is always among the numbers."""
    low, high = (np.minimum(a.min(axes, keepdims=True), 0), np.maximum(a.max(axes, keepdims=True), 0))
    step = ((high - low) / LEVELS).astype(np.float32).astype(np.float64)
    step = np.where(step == 0, 0.1, step)
    zero = -low / step
    step = np.maximum(step, SMALLEST_STEP)
    steps = a / step
    places = np.rint(steps) + np.rint(zero)
    at_an_end = _between(zero) & ((places <= 0) | (places >= LEVELS))
    return Steps((np.clip(places, 0, LEVELS) - np.rint(zero)) * step, step, _between(steps) | at_an_end)


class DynamicInt8(Engine):
    """Weights in int8, inputs and hidden states in 7 bits, all sums and everything else in float32."""

    def read(self, x: Numbers) -> Numbers:
        """The inputs (T, ..., B, I), quantised all at once."""
        return on_grid(x, inputs_in_steps(_values(x), (0, -2, -1)))

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """W x + b + U h, where h (..., B, P) is quantised step by step."""
        return super().pre_activation(w, z_x, on_grid(h, inputs_in_steps(_values(h), (-2, -1))))

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Inner products with quantised weights; with those in doubt, any of both."""
        weights = self.weights(rows)
        z = super().product(a, weights.value.astype(rows.dtype))
        if not isinstance(a, Rounded):
            return z
        reach = np.abs(a.value) + a.err
        doubt = reach @ np.swapaxes(weights.doubtful * weights.step, -2, -1)
        return z + Rounded(np.zeros_like(doubt), doubt, np.zeros_like(doubt), a.arithmetic)

    def weights(self, rows: Array) -> Steps:
        """A matrix as it is computed with."""
        return weights_in_steps(rows)


class DynamicFloat16(Engine):
    """Weights in float16, everything else in float32."""

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Inner products with rounded weights."""
        return super().product(a, self.weights(rows).astype(rows.dtype))

    def weights(self, rows: Array) -> Array:
        """A matrix as it is computed with: what is too large is the largest number."""
        return np.clip(rows, -65504, 65504).astype(np.float16)


ENGINES: Mapping[str, type[Engine]] = {"dynamic_int8": DynamicInt8, "dynamic_float16": DynamicFloat16}
"""By the dtype of a configuration."""


def on_grid(a: Numbers, steps: Steps) -> Numbers:
    """The numbers as they are read: exact, but for two roundoffs of float32 in the scales, and one step in doubt.

    Raises ValueError for numbers with an error, as those are that nobody has observed.
    """
    if not isinstance(a, Rounded):
        return steps.value.astype(a.dtype)
    if np.any(a.err) or np.any(a.var):
        raise ValueError("expected observed numbers, came some with an error: a scale follows from all numbers")
    err = steps.step * steps.doubtful + 2 * UNIT_ROUNDOFF["float32"] * np.abs(steps.value)
    return Rounded(steps.value, err, np.zeros_like(err), a.arithmetic)


def _values(a: Rounded | Array) -> Array:
    return np.asarray(a.value if isinstance(a, Rounded) else a, np.float64)


def _between(steps: Array) -> Array:
    """Whether a number is so near to the middle between two steps that float32 may take either."""
    return np.asarray(np.abs(steps - np.floor(steps) - 0.5) < DOUBT)
