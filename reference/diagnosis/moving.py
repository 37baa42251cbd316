"""Mistakes that are made when weights are moved from one framework to another.

No framework makes them, but what its users hand over looks as if it had. They are no part of the catalogue, which holds
what an implementation may get wrong. The gates may come in any order: those are made from the 24 orders that there are.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import permutations
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.diagnosis.partly import Order, named
from lstm_conformance.reference.mutants.base import LSTM, Gates
from lstm_conformance.reference.mutants.weights import KernelReshaped, RecurrentKernelReshaped
from lstm_conformance.reference.rounded import Array, Numbers
from lstm_conformance.reference.weights import GATES, CellWeights


def gate_orders(*, but: Collection[Order]) -> dict[str, type[LSTM]]:
    """The blocks of every weight stand for the gates in another order than i, f, g, o; but for those known anyway."""
    orders = permutations(range(len(GATES)))
    return {
        f"gates in the order {named(order)}": _reordered(order) for order in orders if order not in {*but, (0, 1, 2, 3)}
    }


def _reordered(order: Order) -> type[LSTM]:
    class Reordered(LSTM):
        order: ClassVar[Order]

        def split(self, z: Numbers) -> Gates[Numbers]:
            blocks = super().split(z)
            return Gates(*(blocks[k] for k in order))

    Reordered.order = order
    Reordered.__doc__ = f"Reads the rows in the order {named(order)}."
    return Reordered


class GatheredTwice(LSTM):
    """Gathers the rows of every gate from between those of the others, where they are gathered already."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Every fourth row."""
        w = super().of_cell(w, index, direction)
        biases = tuple(_gathered(bias[..., None])[..., 0] for bias in w.biases)
        return w._replace(kernel=_gathered(w.kernel), recurrent_kernel=_gathered(w.recurrent_kernel), biases=biases)


class BothKernelsReshaped(KernelReshaped, RecurrentKernelReshaped):
    """Reads both kernels column by column, by a reshape in place of a transposition."""


class BothKernelsReshapedBefore(LSTM):
    """Gets kernels that were reshaped in place of a transposition before."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """What they were."""
        w = super().of_cell(w, index, direction)
        return w._replace(kernel=_reshaped_back(w.kernel), recurrent_kernel=_reshaped_back(w.recurrent_kernel))


def _gathered(rows: Array) -> Array:
    """Rows (..., 4H, n): 0, H, 2H, 3H, 1, H + 1 and so on."""
    blocks = rows.reshape(*rows.shape[:-2], len(GATES), -1, rows.shape[-1])
    return blocks.swapaxes(-3, -2).reshape(rows.shape)


def _reshaped_back(kernel: Array) -> Array:
    """(..., 4H, n) -> its transpose, whose numbers are taken as those of a matrix (..., 4H, n)."""
    return np.ascontiguousarray(kernel.swapaxes(-1, -2)).reshape(kernel.shape)
