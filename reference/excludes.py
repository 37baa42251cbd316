"""Whether a bound excludes anything: one that lets unrelated layers pass proves nothing.

The odds that an unrelated layer passes are estimated from what several of them return. Of one element, the odds that
a difference d is within a bound b are the mean of the indicator of |d| ≤ b, and min(1, b / |d|) is never less than
that indicator: so its mean over the layers is an upper bound, and a smooth one. Units of an unrelated layer are
independent of each other, so their odds multiply; steps and rows are not, so of every unit the most decisive counts.
"""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.arithmetic import REFERENCE_ROUNDOFF
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.reference.weights import CellWeights, Weights

DECISIVE = 10.0
"""Bits, of which each halves the odds: one unrelated layer in a thousand passes."""

LAYERS = 16
"""Unrelated layers from which the odds are estimated."""


def excludes(due: Rounded, others: Array, *, tried: int = 1) -> bool:
    """Whether the bound keeps unrelated layers out: the odds that one passes are less than one in a thousand.

    due (..., U): what is expected, with its bound; the last axis is that of units.
    others (K, ..., U): what K unrelated layers return there, `unrelated` ones or the other cases of a batch.
    tried: hypotheses of which any may pass, which makes it likelier that one does.
    """
    return bits(due, others) >= DECISIVE + float(np.log2(tried))


def bits(due: Rounded, others: Array) -> float:
    """Minus the binary logarithm of the odds that an unrelated layer lies within the bound, at least; see `excludes`.

    0 where the bound is infinite or no number, and where all layers return the same.
    """
    with np.errstate(all="ignore"):
        passing = due.bound / np.abs(others - due.value)
    passing = np.where(passing < 1, passing, 1.0)  # also where it is no number
    units = others.shape[-1]
    of_unit = passing.reshape(len(others), -1, units).min(1, initial=1).mean(0)
    return float(-np.log2(np.maximum(of_unit, REFERENCE_ROUNDOFF)).sum())


def unrelated(weights: Weights, layers: int = LAYERS) -> list[Weights]:
    """Weights of as many layers of the same sizes, whose numbers are these in another order and with other signs.

    They are the same on every machine and in every call.
    """
    stream = np.random.RandomState(layers)
    return [[[_shuffled(w, stream) for w in directions] for directions in weights] for _ in range(layers)]


def _shuffled(w: CellWeights, stream: np.random.RandomState) -> CellWeights:
    """Every array of a cell, shuffled and signed."""

    def other(a: Array) -> Array:
        mixed = a.reshape(-1)[stream.permutation(a.size)].reshape(a.shape)
        return np.asarray(mixed * stream.choice((-1.0, 1.0), a.shape), a.dtype)

    projection = None if w.projection is None else other(w.projection)
    peepholes = None if w.peepholes is None else other(w.peepholes)
    return CellWeights(other(w.kernel), other(w.recurrent_kernel), tuple(map(other, w.biases)), projection, peepholes)
