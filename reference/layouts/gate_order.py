"""The order in which the blocks of the gates stand, and which of them have no block."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.cell import OTHER, Coupled
from lstm_conformance.reference.weights import GATES, Array

CANONICAL = "".join(GATES)


def reordered(a: Array, given: str, wanted: str, axis: int) -> Array:
    """The blocks of an axis in another order; an order is written as the letters of the gates: "ifgo" of an axis (4H).

    A gate without weights has no letter: where it is wanted, its block is zeros; where it is given alone, it goes.
    """
    blocks = dict(zip(given, np.split(a, len(given), axis), strict=True))
    missing = {gate: np.zeros_like(blocks[given[0]]) for gate in wanted if gate not in blocks}
    return np.concatenate([{**blocks, **missing}[gate] for gate in wanted], axis)


def without_weights(order: str) -> Coupled:
    """The gate that has no block in this order; none where all four have one."""
    return next((gate for gate in OTHER if gate not in order), "")
