"""Canonical weights: one set of arrays, gates in the order i, f, g, o, whatever the framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""Real numbers of any width; the reference itself computes in float64."""

GATES = ("i", "f", "g", "o")
"""Input gate, forget gate, candidate, output gate: the order of the rows of every canonical array."""


class CellWeights(NamedTuple):
    """The weights of one layer in one direction; leading axes (of cases, for example) are allowed everywhere.

    kernel (..., 4H, I), recurrent_kernel (..., 4H, P), biases: none, one or two of (..., 4H), projection (..., P, H).
    P is H where there is no projection.
    """

    kernel: Array
    recurrent_kernel: Array
    biases: tuple[Array, ...] = ()
    projection: Array | None = None

    @property
    def hidden_size(self) -> int:
        """H."""
        return int(self.kernel.shape[-2]) // len(GATES)

    def at(self, cases: int | slice | NDArray[np.intp]) -> CellWeights:
        """The weights at an index of the first axis, which goes, in a slice of it, or at several."""
        projection = None if self.projection is None else self.projection[cases]
        biases = tuple(bias[cases] for bias in self.biases)
        return CellWeights(self.kernel[cases], self.recurrent_kernel[cases], biases, projection)

    def float64(self) -> CellWeights:
        """The same numbers, widened; arrays that are wide already are not copied."""
        kernel, recurrent_kernel, *biases = (
            np.asarray(a, np.float64) for a in (self.kernel, self.recurrent_kernel, *self.biases)
        )
        projection = None if self.projection is None else np.asarray(self.projection, np.float64)
        return CellWeights(kernel, recurrent_kernel, tuple(biases), projection)


Weights = Sequence[Sequence[CellWeights]]
"""`weights[layer][direction]`; direction 0 runs forwards in time, direction 1 backwards."""
