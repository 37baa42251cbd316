"""What weights and outputs add to a loss, which way that pulls them, and what they keep to behind a step.

Sources: https://keras.io/api/layers/regularizers/, L1 is `l1 * reduce_sum(abs(x))` and L2 `l2 * reduce_sum(square(x))`;
https://keras.io/api/layers/constraints/; https://keras.io/api/utils/config_utils/, `epsilon`.
The derivation of the errors is in SPEC.md, chapter "The bound".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.reference.arithmetic import Arithmetic
from lstm_conformance.reference.rounded import Array, InnerProduct, Rounded, exactly
from lstm_conformance.reference.sums import of_products

FUZZ = 1e-7
"""What Keras adds to a norm that it divides by, so that none is 0: `keras.config.epsilon()`, unless it is changed."""

ROUNDINGS = 6
"""Roundoffs of the factor of a norm and of the product with it: r clip(n), (1 - r) n, their sum, n plus the fuzz, the
quotient, the product."""


class Factors(NamedTuple):
    """How much the sum of sizes counts, and that of squares."""

    l1: float = 0.0
    l2: float = 0.0


def penalty(numbers: Array, factors: Factors, arithmetic: Arithmetic) -> Rounded:
    """What numbers (N, ...) add to a loss, (N)."""
    sizes = np.abs(np.asarray(numbers, np.float64)).reshape(len(numbers), -1)
    terms = [
        _sum(sizes**power, arithmetic) * _stored(factor, arithmetic)
        for power, factor in zip((1, 2), factors, strict=True)
        if factor
    ]
    return sum(terms, start=exactly(np.zeros(len(numbers)), arithmetic))


def slopes(numbers: Rounded, factors: Factors) -> list[Rounded]:
    """The gradients of the two by the numbers, of those that count; the sign of what may be 0 is in doubt."""
    arithmetic, (l1, l2), bound = numbers.arithmetic, factors, numbers.bound
    doubt = 2.0 * ((np.abs(numbers.value) <= bound) & (bound > 0))
    signs = Rounded(np.sign(numbers.value), doubt, np.zeros_like(doubt), arithmetic)
    doubled = Rounded(2 * numbers.value, 2 * numbers.err, 4 * numbers.var, arithmetic)
    return [a * _stored(factor, arithmetic) for a, factor in ((signs, l1), (doubled, l2)) if factor]


def together(parts: Sequence[Rounded]) -> Rounded:
    """Their sum, in whatever order."""
    one = exactly(np.ones(()), parts[0].arithmetic)
    return of_products([(part, one) for part in parts])


def projected(moved: Rounded, constraint: Mapping[str, Any], seen: Array) -> Rounded:
    """Weights (N, ..., units of all gates, inputs) or (N, units) behind a constraint; seen: what they are there.

    A norm is divided by with the fuzz or without it: the value is the nearest one to what was seen.
    None may be 0, nor as small as the error of a sum: weights are drawn from intervals around 0, and many of them.
    """
    if constraint["name"] == "NonNeg":
        return Rounded(np.maximum(moved.value, 0), moved.err, moved.var, moved.arithmetic)
    low, high, rate = _limits(constraint)
    axis, u, error = -1 - constraint["axis"], moved.arithmetic.elementwise, moved.bound
    norm = np.sqrt(np.square(moved.value).sum(axis, keepdims=True))
    summed = moved.arithmetic.summation(moved.shape[axis]) / 2 + u
    off = np.sqrt(np.square(error).sum(axis, keepdims=True)) + summed * norm
    factor = (rate * np.clip(norm, low, high) + (1 - rate) * norm) / norm
    relative = off / (norm - off) + ROUNDINGS * u
    due = moved.value * factor
    ends = np.sort([due, due * norm / (norm + FUZZ)], 0)
    err = factor * error * (1 + relative) + np.abs(due) * relative
    return Rounded(np.clip(np.asarray(seen, np.float64), *ends), err, np.zeros_like(err), moved.arithmetic)


def _limits(constraint: Mapping[str, Any]) -> tuple[float, float, float]:
    """The least norm, the largest one, and how much of the way there is gone."""
    if constraint["name"] == "MinMaxNorm":
        return constraint["min_value"], constraint["max_value"], constraint["rate"]
    return (0.0, constraint["max_value"], 1.0) if constraint["name"] == "MaxNorm" else (1.0, 1.0, 1.0)


def _sum(terms: Array, arithmetic: Arithmetic) -> InnerProduct:
    """Of (N, n), none of them negative: (N)."""
    nothing, total = np.zeros(()), terms.sum(-1)
    return InnerProduct(total, total, (nothing, nothing), nothing, terms.shape[-1], arithmetic)


def _stored(factor: float, arithmetic: Arithmetic) -> Rounded:
    """A factor, rounded to what is computed in."""
    value = np.full((), factor)
    return Rounded(value, arithmetic.elementwise * np.abs(value), np.zeros(()), arithmetic)
