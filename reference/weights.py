"""Canonical weights: one set of arrays, gates in the order i, f, g, o, whatever the framework."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""Real numbers of any width; the reference itself computes in float64."""

GATES = ("i", "f", "g", "o")
"""Input gate, forget gate, candidate, output gate: the order of the rows of every canonical array."""


class CellWeights(NamedTuple):
    """The weights of one layer in one direction; leading axes (of cases, for example) are allowed everywhere.

    kernel (..., 4H, I), recurrent_kernel (..., 4H, P), biases: none, one or two of (..., 4H), projection (..., P, H),
    peepholes (..., 3, H): those of i, f and o. P is H where there is no projection.
    """

    kernel: Array
    recurrent_kernel: Array
    biases: tuple[Array, ...] = ()
    projection: Array | None = None
    peepholes: Array | None = None

    @property
    def hidden_size(self) -> int:
        """H."""
        return int(self.kernel.shape[-2]) // len(GATES)

    @property
    def named(self) -> dict[str, Array]:
        """All arrays that there are, by name: kernel, recurrent_kernel, bias_0, bias_1, projection, peepholes."""
        biases = {f"bias_{k}": bias for k, bias in enumerate(self.biases)}
        others = {"projection": self.projection, "peepholes": self.peepholes}
        given = {name: a for name, a in others.items() if a is not None}
        return {"kernel": self.kernel, "recurrent_kernel": self.recurrent_kernel, **biases, **given}

    def map(self, function: Callable[..., Array], *others: CellWeights) -> CellWeights:
        """A function of every array, and of those of others in its place, in the order of `named`."""
        cells = (self, *others)
        return CellWeights(
            function(*(w.kernel for w in cells)),
            function(*(w.recurrent_kernel for w in cells)),
            tuple(function(*biases) for biases in zip(*(w.biases for w in cells), strict=True)),
            None if self.projection is None else function(*(w.projection for w in cells)),
            None if self.peepholes is None else function(*(w.peepholes for w in cells)),
        )

    def at(self, cases: int | slice | NDArray[np.intp]) -> CellWeights:
        """The weights at an index of the first axis, which goes, in a slice of it, or at several."""
        return self.map(lambda a: a[cases])

    def float64(self) -> CellWeights:
        """The same numbers, widened: wide arrays are not copied, and numbers that are no arrays stay as they are."""
        return self.map(lambda a: np.asarray(a, np.float64) if isinstance(a, np.ndarray) else a)


Weights = Sequence[Sequence[CellWeights]]
"""`weights[layer][direction]`; direction 0 runs forwards in time, direction 1 backwards."""


def mapped(weights: Weights, function: Callable[[Array], Array]) -> Weights:
    """A function of every array of all cells."""
    return [[cell.map(function) for cell in directions] for directions in weights]
