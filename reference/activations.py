"""Activation functions: the function, its steepest slope near a point, and how accurately libraries compute it.

The logistic function and the hyperbolic tangent are computed differently by every library. Three classes of accuracy
bound what was measured on some twenty implementations (SPEC.md lists the figures and the machine). An adapter declares
its class; the class is never fitted to a result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF
from lstm_conformance.reference.moving import Moving
from lstm_conformance.reference.rounded import Numbers, Rounded

Array = NDArray[np.floating]


class Activation(NamedTuple):
    """f, its steepest slope on [z - d, z + d], and its error: (relative |f(z)| + absolute) unit roundoffs.

    slope_of_value: f' by the value of f, where libraries compute it so.
    derivative: f', of a function that may fall. No |f'| has more than one maximum.
    """

    function: Callable[[Array], Array]
    steepest: Callable[[Array, Array], Array]
    relative: float = 0
    absolute: float = 0
    slope_of_value: Callable[[Rounded], Rounded] | None = None
    derivative: Callable[[Array], Array] | None = None

    def __call__(self, z: Numbers) -> Numbers:
        """F of an array, of rounded numbers, or of numbers that move, whose tangents its slope multiplies."""
        if isinstance(z, Moving):
            value = self(z.value)
            return Moving(value, self.slope(z.value, value) * z.tangent)
        if isinstance(z, Rounded):
            return z.through(self.function, self.steepest, relative=self.relative, absolute=self.absolute)
        value = self.function(z)
        return value if value.dtype == z.dtype else value.astype(z.dtype)  # of bfloat16, NumPy makes float32

    def slope(self, z: Numbers, value: Numbers) -> Numbers:
        """The derivative at z, where f is `value`. Raises ValueError where f' moves and is no function of f."""
        if isinstance(value, Moving):
            if self.slope_of_value is None:
                raise ValueError("expected a function whose slope is one of its value, as of the logistic one and tanh")
            return self.slope_of_value(value)
        if not isinstance(z, Rounded) or not isinstance(value, Rounded):
            return np.asarray(self.at(z))
        if self.slope_of_value is not None:
            return self.slope_of_value(value)
        slope = self.at(z.value)
        return Rounded(slope, self._slope_error(z, slope), np.zeros_like(slope), z.arithmetic)

    def at(self, z: Array) -> Array:
        """The derivative at z: of a function that never falls, the steepest slope on the interval of z alone."""
        return np.asarray(self.steepest(z, np.zeros_like(z)) if self.derivative is None else self.derivative(z))

    def _slope_error(self, z: Rounded, slope: Array) -> Array:
        """How far f' is from this slope on the interval of z, and what its evaluation adds, or moves its kinks.

        Between the ends of the interval, a slope is at most the steepest one, and least at one of the ends.
        """
        u = z.arithmetic.activation + z.arithmetic.storage
        anywhere = np.maximum(self.steepest(z.value, np.full_like(slope, np.inf)), SMALLEST_SLOPE)
        d = z.bound + u * (self.relative * np.abs(self.function(z.value)) + self.absolute) / anywhere
        seen, steepest = np.stack([self.at(z.value - d), slope, self.at(z.value + d)]), self.steepest(z.value, d)
        most = np.maximum(seen.max(0), np.where((seen > 0).any(0), steepest, -np.inf))
        least = np.minimum(seen.min(0), np.where((seen < 0).any(0), -steepest, np.inf))
        reach = np.maximum(most - slope, slope - least) + SLOPE_ROUNDINGS * u * np.maximum(np.abs(slope), 1)
        return np.asarray(reach)


SLOPE_ROUNDINGS = 4
"""Of an f' that is no function of f, each of at most 1, or of its size: softsign's is a difference of such terms."""

SMALLEST_SLOPE = 2.0**-10
"""Of a function that is not constant, the steepest of all is larger."""


class Accuracy(NamedTuple):
    """A class of accuracy: |σ̂ - σ| ≤ sigmoid u, |tanĥ - tanh| ≤ (tanh |tanh| + tanh_absolute) u.

    The relative accuracy of tanh is measured to be worse in float64, where libraries use approximations that were made
    for float32's range of errors.
    """

    sigmoid: float
    tanh: float
    tanh_in_float64: float
    tanh_absolute: float


ACCURACY = {
    "N": Accuracy(sigmoid=4, tanh=8, tanh_in_float64=12, tanh_absolute=0),
    "S": Accuracy(sigmoid=2, tanh=3, tanh_in_float64=3, tanh_absolute=0),
    "X": Accuracy(sigmoid=4, tanh=8, tanh_in_float64=12, tanh_absolute=4),
}
"""N: the default. S: torch, and others whose probe holds it. X: tanh as 2σ(2x) - 1, small-signal accuracy lost."""


def activation(name: str, accuracy: str = "N", dtype: str = "float32") -> Activation:
    """The activation of this name as an implementation of this class computes it in this dtype.

    Raises ValueError, naming the known ones, where there is none.
    """
    known = ACCURACY[accuracy]
    tanh = known.tanh_in_float64 if dtype == "float64" else known.tanh
    if name == "sigmoid":
        relative = _roundings_in_half_precision(dtype) if accuracy != "S" else 0
        return Activation(
            logistic,
            _steepest_at_zero(logistic_slope),
            relative=relative,
            absolute=known.sigmoid,
            slope_of_value=_of_sigmoid,
        )
    if name == "tanh":
        return Activation(
            np.tanh, _steepest_at_zero(tanh_slope), relative=tanh, absolute=known.tanh_absolute, slope_of_value=_of_tanh
        )
    if name not in _PIECEWISE:
        raise ValueError(f"no activation named {name!r}; known: sigmoid, tanh, {', '.join(_PIECEWISE)}")
    return _PIECEWISE[name]


def _roundings_in_half_precision(dtype: str) -> float:
    """The exponential and the sum within σ, each rounded to half precision, in unit roundoffs of float32.

    An implementation of class S evaluates σ in float32 and rounds it once, when it is stored.
    """
    return 2 * UNIT_ROUNDOFF[dtype] / UNIT_ROUNDOFF["float32"] if dtype in {"bfloat16", "float16"} else 0


def logistic(z: Array) -> Array:
    """σ(z) = 1 / (1 + exp(-z)), 0 where exp overflows; accurate to 4 unit roundoffs relative to σ, however small."""
    grown = np.exp(-z)
    grown += 1
    return np.asarray(1 / grown)


def logistic_slope(z: Array) -> Array:
    """σ'(z) = σ(z) σ(-z) for z ≥ 0, without cancellation."""
    decay = np.exp(-z)
    return np.asarray(decay / (1 + decay) ** 2)


def tanh_slope(z: Array) -> Array:
    """tanh'(z) = 4 σ'(2z) for z ≥ 0, without the cancellation of 1 - tanh²."""
    return 4 * logistic_slope(2 * z)


def _of_sigmoid(value: Rounded) -> Rounded:
    """σ (1 - σ)."""
    return value * (1 - value)


def _of_tanh(value: Rounded) -> Rounded:
    """(1 - tanh) (1 + tanh), whose error is that of 1 - tanh², too."""
    return (1 - value) * (1 - -value)


def nearest_zero(z: Array, d: Array) -> Array:
    """Distance from 0 of the point of [z - d, z + d] that is nearest to it."""
    return np.asarray(np.maximum(np.abs(z) - d, 0))


def _steepest_at_zero(slope: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    """The steepest slope of a function whose slope is even and falls with |z|."""
    return lambda z, d: slope(nearest_zero(z, d))


def hard_sigmoid(slope: float, offset: float = 0.5) -> Activation:
    """clip(slope z + offset, 0, 1) of a positive slope: Keras 3 has slope 1/6, Keras 2 and ONNX 0.2."""
    middle = (0.5 - offset) / slope
    return Activation(
        lambda z: np.clip(slope * z + offset, 0, 1),
        lambda z, d: slope * (nearest_zero(z - middle, d) < 0.5 / slope),
        relative=1,
        absolute=max(2, 1 + abs(offset)),
    )


_PIECEWISE = {
    "hard_sigmoid": hard_sigmoid(1 / 6),
    "hard_sigmoid_0.2": hard_sigmoid(0.2),
    "linear": Activation(lambda z: z, lambda z, _: np.ones_like(z)),
    "relu": Activation(lambda z: np.maximum(z, 0), lambda z, d: 1.0 * (z + d > 0)),
    "softsign": Activation(lambda z: z / (1 + np.abs(z)), lambda z, d: (1 + nearest_zero(z, d)) ** -2.0, relative=3),
}
