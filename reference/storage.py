"""Numbers as a layer of some dtype is given them."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.arithmetic import STORED
from lstm_conformance.reference.bfloat16 import rounded
from lstm_conformance.reference.weights import Array


def representable(a: Array, dtype: str) -> Array:
    """The nearest numbers that are exact in the dtype that is computed in, in the one that weights are stored in.

    bfloat16 is stored as float32, where each of its numbers is exact.
    """
    weights, compute = STORED[dtype]
    if compute == "bfloat16":
        return rounded(a.astype(np.float32))
    return a.astype(compute).astype(weights)
