"""The order in which the blocks of the four gates stand."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.weights import GATES, Array

CANONICAL = "".join(GATES)


def reordered(a: Array, given: str, wanted: str, axis: int) -> Array:
    """The four blocks of an axis (4H) in another order; an order is written as the letters of the gates: "ifgo"."""
    blocks = dict(zip(given, np.split(a, 4, axis), strict=True))
    return np.concatenate([blocks[gate] for gate in wanted], axis)
