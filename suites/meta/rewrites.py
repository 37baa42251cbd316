"""Right LSTMs of another make: of what they compute nothing is wrong, and hardly a sum has the order of the reference.

Those of `reference/mutants/benign.py` change one operation; these change how the work is divided. Each is an adapter:
`--implementation suites/meta/rewrites.py:RowsInChunks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.implementations.mutants import adapter_of
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import LSTM, applied, wide
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights, Weights, mapped

WIDTH = 8
"""Rows and terms that a tile has."""

States = tuple[Array, Array]
Mask = NDArray[np.bool_] | None


class _Stacked(LSTM):
    """Base of those that divide a call of the stack; nobody feeds them what was observed."""

    def layers(self, weights: Weights, x: Any, states: Any, mask: Any = None, observed: Any = None) -> Outputs[Any]:
        """All layers."""
        del observed
        return self.stacked(weights, x, states, mask)

    def stacked(self, weights: Weights, x: Array, states: States, mask: Mask) -> Outputs[Any]:
        """A call, made of calls of the whole stack."""
        return self.whole(weights, x, states, mask)

    def whole(self, weights: Weights, x: Array, states: States, mask: Mask = None) -> Outputs[Any]:
        """What the stack returns as it is."""
        return super().layers(weights, x, states, mask)


# How the work is divided


class RowsInChunks(_Stacked):
    """Computes five rows at a time, and puts the outputs together."""

    rows = 5

    def stacked(self, weights: Weights, x: Array, states: States, mask: Mask) -> Outputs[Any]:
        """A batch without rows is one chunk."""
        starts = range(0, x.shape[-2], self.rows) or range(1)
        chunks = [slice(start, start + self.rows) for start in starts]
        return _together([self.some(weights, x, states, mask, chunk) for chunk in chunks])

    def some(self, weights: Weights, x: Array, states: States, mask: Mask, chunk: slice) -> Outputs[Any]:
        """Those of some rows."""
        h_0, c_0 = (a[..., chunk, :] for a in states)
        return self.whole(weights, x[..., chunk, :], (h_0, c_0), None if mask is None else mask[..., chunk])


class RowsOneByOne(RowsInChunks):
    """Computes every row by itself, by products of a matrix and a vector."""

    rows = 1


class RowsFilledUp(_Stacked):
    """Fills the batch up with rows of zeros to a multiple of eight, and cuts them off."""

    def stacked(self, weights: Weights, x: Array, states: States, mask: Mask) -> Outputs[Any]:
        """No step of the rows that were added counts."""
        rows = x.shape[-2]
        h_0, c_0 = (_filled_up(a, -2) for a in states)
        outputs = self.whole(weights, _filled_up(x, -2), (h_0, c_0), None if mask is None else _filled_up(mask, -1))
        return Outputs(*(a[..., :rows, :] for a in outputs))


class TimeInTwoHalves(_Stacked):
    """Computes the second half of the steps in a call of its own, from the states in which the first one ended.

    Where the outputs of a step hang on no later one, and none is repeated where steps do not count.
    """

    def stacked(self, weights: Weights, x: Array, states: States, mask: Mask) -> Outputs[Any]:
        """Of one step, the first half is none."""
        middle = len(x) // 2
        if not middle or self.constructed.bidirectional or (mask is not None and self.fill != "zeros"):
            return self.whole(weights, x, states, mask)
        masks = (None, None) if mask is None else (mask[:middle], mask[middle:])
        first = self.whole(weights, x[:middle], states, masks[0])
        second = self.whole(weights, x[middle:], (first.h_n, first.c_n), masks[1])
        return second._replace(y=np.concatenate([first.y, second.y]))


class DirectionsExchangedInReversedTime(_Stacked):
    """Turns the sequence around, takes the backward direction for the forward one, and turns everything back."""

    def stacked(self, weights: Weights, x: Array, states: States, mask: Mask) -> Outputs[Any]:
        """Of one layer in two directions."""
        if len(weights) > 1 or not self.constructed.bidirectional:
            return self.whole(weights, x, states, mask)
        h_0, c_0 = (a[:, ::-1] for a in states)
        turned = None if mask is None else mask[::-1]
        y, h_n, c_n = self.whole([list(reversed(weights[0]))], x[::-1], (h_0, c_0), turned)
        half = y.shape[-1] // 2
        there, back = y[::-1, ..., half:], y[::-1, ..., :half]
        return Outputs(np.concatenate([there, back], -1), h_n[:, ::-1], c_n[:, ::-1])


class InputsOneStepAhead(LSTM):
    """Multiplies the input of every step by itself, one step ahead of the recurrence."""

    def from_input(self, w: CellWeights, x: Any) -> Any:
        """Step by step."""
        every = super().from_input
        return np.stack([every(w, step) for step in x]) if x.ndim > MATRIX + 1 else every(w, x)


MATRIX = 2

# How products are computed


class ProductsTransposed(LSTM):
    """Keeps its kernels with the features first, and its states with the rows last."""

    def product(self, a: Any, rows: Array) -> Any:
        """(W aᵀ)ᵀ."""
        product = np.matmul(np.ascontiguousarray(wide(rows)), np.swapaxes(wide(a), -1, -2))
        return np.asarray(np.swapaxes(product, -1, -2), a.dtype)


class ProductsByEinsum(LSTM):
    """Leaves its products to `einsum`, which calls no BLAS."""

    def product(self, a: Any, rows: Array) -> Any:
        """Over the last axis of both."""
        return np.asarray(np.einsum("...bn,...mn->...bm", wide(a), wide(rows)), a.dtype)


class ProductsInBlocks(LSTM):
    """Adds up eight terms of a product at a time, and then the blocks, from the last to the first."""

    def product(self, a: Any, rows: Array) -> Any:
        """The terms of a vector register."""
        every, terms, columns = super().product, wide(a), wide(rows)
        blocks = [slice(start, start + WIDTH) for start in range(0, a.shape[-1], WIDTH) or range(1)]
        parts = [every(terms[..., block], columns[..., block]) for block in blocks]
        return np.asarray(sum(parts[-2::-1], parts[-1]), a.dtype)


class ProductsInHalves(LSTM):
    """Adds up products pairwise, as a tree."""

    def product(self, a: Any, rows: Array) -> Any:
        """Each half by itself; nothing is rounded to half precision on the way."""
        middle, terms, columns = a.shape[-1] // 2, wide(a), wide(rows)
        if not middle:
            return super().product(a, rows)
        first = self.product(terms[..., :middle], columns[..., :middle])
        return np.asarray(first + self.product(terms[..., middle:], columns[..., middle:]), a.dtype)


class ProductsFilledUp(LSTM):
    """Fills terms up with zeros to a multiple of eight."""

    def product(self, a: Any, rows: Array) -> Any:
        """On both sides."""
        return super().product(_filled_up(a, -1), _filled_up(rows, -1))


class GatesOneByOne(LSTM):
    """Multiplies by the kernel of each gate by itself."""

    def product(self, a: Any, rows: Array) -> Any:
        """A projection, too, in quarters, if it has them."""
        every = super().product
        parts = np.split(rows, 4, -2) if rows.shape[-2] % 4 == 0 else [rows]
        return np.concatenate([every(a, part) for part in parts], -1)


class GatesOfAUnitTogether(LSTM):
    """Keeps the four rows of every unit side by side, as a fused kernel reads them."""

    def product(self, a: Any, rows: Array) -> Any:
        """Sorted by units, and sorted back."""
        if rows.shape[-2] % 4:
            return super().product(a, rows)
        order = np.arange(rows.shape[-2]).reshape(4, -1).T.ravel()
        return super().product(a, rows[..., order, :])[..., np.argsort(order)]


class BiasesInTheProduct(LSTM):
    """Appends the biases to the kernel, and a one to the input for each of them."""

    def from_input(self, w: CellWeights, x: Any) -> Any:
        """[W b] [x 1]."""
        biases = (*w.biases, *self.added(w))
        ones = np.ones((*x.shape[:-1], len(biases)), x.dtype)
        columns = [np.broadcast_to(b[..., None], (*w.kernel.shape[:-1], 1)) for b in biases]
        return self.product(np.concatenate([x, ones], -1), np.concatenate([w.kernel, *columns], -1))


# How numbers are kept


class Float64WithinACall(_Stacked):
    """Computes a whole call in float64, states included, and rounds what it returns."""

    def stacked(self, weights: Weights, x: Array, states: States, mask: Mask) -> Outputs[Any]:
        """Widen everything."""
        h_0, c_0 = (a.astype(np.float64) for a in states)
        wider = mapped(weights, lambda a: a.astype(np.float64))
        outputs = self.whole(wider, x.astype(np.float64), (h_0, c_0), mask)
        return Outputs(*(a.astype(x.dtype) for a in outputs))


class SigmoidInLogarithms(LSTM):
    """Computes σ(z) as exp(-log(1 + exp(-z)))."""

    def sigmoid(self, z: Any) -> Any:
        """The logistic function only."""
        if self.constructed.recurrent_activation != "sigmoid":
            return super().sigmoid(z)
        return applied(z, lambda a: np.exp(-np.logaddexp(np.zeros((), a.dtype), -a)))


def _together(parts: Sequence[Outputs[Array]]) -> Outputs[Array]:
    return Outputs(*(np.concatenate(each, -2) for each in zip(*parts, strict=True)))


def _filled_up(a: Any, axis: int) -> Any:
    """With zeros behind the end of an axis, to a multiple of a width."""
    more = [(0, 0)] * a.ndim
    more[axis] = (0, -a.shape[axis] % WIDTH)
    return np.pad(a, more)


REWRITES: dict[str, type[LSTM]] = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, type) and issubclass(value, LSTM) and value.__module__ == __name__ and value is not _Stacked
}
"""By name."""

IN_LAYOUTS = ("torch", "keras")


def adapter(name: str, layout: str) -> Any:
    """The adapter of a rewrite, in the layout of torch or of Keras."""
    return adapter_of(f"{name}_{layout}", type(name, (REWRITES[name],), {"layout": layout, "__doc__": name}))


ADAPTERS = {f"{name}In{layout.title()}": adapter(name, layout) for name in REWRITES for layout in IN_LAYOUTS}
globals().update(ADAPTERS)
