"""Matrices that many products share: weights, which every step multiplies.

The bound of a product needs the sizes of the weights and their squares, too. A step of a small layer has fewer numbers
than its weights, so that those would take longer than the product, if they were made anew in every step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


class Factor(np.ndarray[Any, np.dtype[np.floating]]):
    """An array of exact numbers that keeps its sizes and its squares; what is made of it is an array without them."""

    kept: tuple[Array, Array] | None = None

    def swapaxes(self, axis1: Any, axis2: Any, /) -> Factor:
        """The same numbers, with what is kept of them."""
        swapped: Factor = super().swapaxes(axis1, axis2)
        if self.kept is not None:
            sizes, squares = self.kept
            swapped.kept = sizes.swapaxes(axis1, axis2), squares.swapaxes(axis1, axis2)
        return swapped


def factor(a: Array) -> Array:
    """The same numbers, which nobody may change, with their sizes and squares."""
    if isinstance(a, Factor) and a.kept is not None:
        return a
    wide = np.asarray(a, np.float64)
    view = wide.view(Factor)
    view.flags.writeable = False
    view.kept = np.abs(wide), np.square(wide)
    return view


def sizes_and_squares(rows: Array) -> tuple[Array, Array]:
    """|rows| and rows², those that are kept where there are any."""
    kept = rows.kept if isinstance(rows, Factor) else None
    return (np.abs(rows), np.square(rows)) if kept is None else kept
