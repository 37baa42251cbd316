"""Whether a comparison says anything: a bound within which an unrelated layer lies, too, excludes nothing.

What unrelated layers of that size return is not computed: numbers of the same comparison, in other places, with other
signs and sizes, are like theirs. So it costs no run of a layer, and next to nothing where a bound is narrow.
"""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.excludes import LAYERS, bits
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.suites.harness.judge.comparison import Comparison

HALF = 1.0
"""Bits: a bound excludes something where at least every second unrelated layer is outside."""

NARROW = 2.0**-6
"""A bound of this share of the spread, somewhere, excludes more than that."""

ORDINARY = 0.01
"""Outputs of a layer with ordinary numbers differ by more: numbers that are all but zero exclude such layers."""


def excludes_anything(comparison: Comparison, k: int) -> bool:
    """Whether an unrelated layer would be seen in the k-th case; always where numbers must be the same."""
    value, bound = (np.atleast_1d(a[k]).astype(np.float64) for a in (comparison.expected, comparison.bound))
    known = np.isfinite(value) & np.isfinite(bound)
    if comparison.exact:
        return True
    value, bound = np.where(known, value, 0.0), np.where(known, bound, np.inf)
    if bound.min(initial=np.inf) <= NARROW * max(ORDINARY, float(value.std())):
        return True
    due = Rounded(value, bound, np.zeros_like(value), uniform("float64"))
    return bits(due, _others(value)) >= HALF


def _others(value: Array) -> Array:
    """(K, ...): the numbers in other places, times -2 to 2, each at least `ORDINARY` away from what is due.

    A single number has no other place: it is as large as others on the average, and not the same.
    """
    stream = np.random.RandomState(value.size % 2**32)
    shuffled = np.stack([stream.permutation(value.ravel()) for _ in range(LAYERS)]).reshape(LAYERS, *value.shape)
    difference = shuffled * stream.uniform(-2, 2, shuffled.shape) - value
    away = np.where(difference < 0, np.minimum(difference, -ORDINARY), np.maximum(difference, ORDINARY))
    return np.asarray(value + away)
