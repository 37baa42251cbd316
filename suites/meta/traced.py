"""Reverse-mode differentiation of whatever is computed with these numbers: of `lstm.py`, which takes objects, too.

It knows sums, products and functions of one number, and no LSTM.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from lstm_conformance.reference.activations import Activation
from lstm_conformance.reference.rounded import Array

Function = Callable[[float], float]

_COUNT = itertools.count()


class Traced:
    """A number, and what it was made of: other numbers, and the derivative by each of them."""

    def __init__(self, value: float, made_of: Iterable[tuple[Traced, float]] = ()) -> None:
        self.value = value
        self.made_of = tuple(made_of)
        self.born = next(_COUNT)

    def __add__(self, other: Traced | float) -> Traced:
        other = other if isinstance(other, Traced) else Traced(float(other))
        return Traced(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other: Traced | float) -> Traced:
        other = other if isinstance(other, Traced) else Traced(float(other))
        return Traced(self.value * other.value, [(self, other.value), (other, self.value)])

    def __rsub__(self, other: float) -> Traced:
        return Traced(other - self.value, [(self, -1.0)])

    def __lt__(self, other: Traced | float) -> bool:
        return self.value < value_of(other)

    def __gt__(self, other: Traced | float) -> bool:
        return self.value > value_of(other)

    def __le__(self, other: Traced | float) -> bool:
        return self.value <= value_of(other)

    def __ge__(self, other: Traced | float) -> bool:
        return self.value >= value_of(other)

    __radd__, __rmul__ = __add__, __mul__


def value_of(number: Traced | float) -> float:
    """The number without its history."""
    return number.value if isinstance(number, Traced) else float(number)


def traced(a: Array) -> Array:
    """An array of numbers that remember."""
    return np.asarray(np.vectorize(lambda number: Traced(float(number)), [object])(a))


def gradients(total: Traced, by: Iterable[Array]) -> list[Array]:
    """The derivatives of a number by those of arrays: every number hands on what it has been given, the last first."""
    found, waiting, queue = {total.born: 1.0}, {total.born: total}, [-total.born]
    while queue:
        number = waiting.pop(-heapq.heappop(queue))
        for part, slope in number.made_of:
            if part.born not in waiting:
                waiting[part.born] = part
                heapq.heappush(queue, -part.born)
            found[part.born] = found.get(part.born, 0.0) + found[number.born] * slope
    return [np.vectorize(lambda number: found.get(number.born, 0.0), [float])(a) for a in by]


def function(f: Function, slope: Function) -> Activation:
    """A function of traced numbers."""

    def each(number: Traced | float) -> Traced:
        z = value_of(number)
        made_of = [(number, slope(z))] if isinstance(number, Traced) else []
        return Traced(f(z), made_of)

    return Activation(lambda z: np.asarray(np.vectorize(each, [object])(z)), lambda z, _: z)


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


def _affine_between(slope: float, offset: float) -> Activation:
    """The clip of a line to [0, 1]."""
    return function(
        lambda z: min(max(slope * z + offset, 0.0), 1.0), lambda z: slope if 0 < slope * z + offset < 1 else 0.0
    )


PLAIN: Mapping[str, Activation] = {
    "sigmoid": function(_sigmoid, lambda z: 1 / (2 + 2 * math.cosh(z))),
    "tanh": function(math.tanh, lambda z: math.cosh(z) ** -2),
    "hard_sigmoid": _affine_between(1 / 6, 0.5),
    "relu": function(lambda z: max(z, 0.0), lambda z: float(z > 0)),
    "softsign": function(lambda z: z / (1 + abs(z)), lambda z: (1 + abs(z)) ** -2),
    "linear": function(lambda z: z, lambda _: 1.0),
}
"""The activations of layers, and their derivatives, once more."""

PARAMETRIC: Mapping[str, Callable[..., Activation]] = {
    "affine": lambda a, b: function(lambda z: a * z + b, lambda _: a),
    "elu": lambda a: function(lambda z: z if z >= 0 else a * math.expm1(z), lambda z: 1 if z >= 0 else a * math.exp(z)),
    "hard_sigmoid": _affine_between,
    "leaky_relu": lambda a: function(lambda z: z if z >= 0 else a * z, lambda z: 1 if z >= 0 else a),
    "scaled_tanh": lambda a, b: function(lambda z: a * math.tanh(b * z), lambda z: a * b * math.cosh(b * z) ** -2),
    "softplus": lambda: function(lambda z: math.log1p(math.exp(z)), _sigmoid),
    "thresholded_relu": lambda a: function(lambda z: z if z > a else 0.0, lambda z: float(z > a)),
}
"""Those with α and β."""
