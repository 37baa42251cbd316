"""Mistakes that are made in some of a layer's arrays: their gates are in another order than those of the others.

Whoever moves weights writes the reordering once for each array, and may forget it in one.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import GATES, CellWeights

Order = tuple[int, ...]
"""The blocks of rows that are taken for i, f, g and o."""

AXES = (-2, -2, -1, -1)
"""The axis of rows in a kernel, a recurrent kernel and two biases."""

PLACES = {
    "biases": (False, False, True, True),
    "input bias": (False, False, True, False),
    "recurrent bias": (False, False, False, True),
    "kernel": (True, False, False, False),
    "recurrent kernel": (False, True, False, False),
}
"""Which of kernel, recurrent kernel, input bias and recurrent bias."""


def orders() -> dict[str, type[LSTM]]:
    """Every order but the right one, in every place."""
    wrong = list(permutations(range(len(GATES))))[1:]
    return {
        f"gates of the {place} in the order {named(order)}": _reordered(which, order)
        for place, which in PLACES.items()
        for order in wrong
    }


def named(order: Order) -> str:
    """The gates that the blocks stand for, one block after the other."""
    return ", ".join(GATES[order.index(block)] for block in range(len(GATES)))


def _reordered(which: tuple[bool, ...], order: Order) -> type[LSTM]:
    class Partly(LSTM):
        order_in_part = order

        def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
            w = super().of_cell(w, index, direction)
            if any(which[2:]) and len(w.biases) < (2 if which[3] and not which[2] else 1):
                raise LookupError("there is no such bias")
            if which == PLACES["input bias"] and len(w.biases) < 2:
                raise LookupError("a single bias is all of them")
            kernel, recurrent_kernel, *biases = (
                _in_order(a, order, axis) if moved else a
                for a, moved, axis in zip((w.kernel, w.recurrent_kernel, *w.biases), which, AXES, strict=False)
            )
            return w._replace(kernel=kernel, recurrent_kernel=recurrent_kernel, biases=tuple(biases))

    Partly.__doc__ = f"Reads some arrays in the order {named(order)}, and the others in the right one."
    return Partly


def _in_order(a: Array, order: Order, axis: int) -> Array:
    blocks = np.split(a, len(GATES), axis)
    return np.concatenate([blocks[k] for k in order], axis)
