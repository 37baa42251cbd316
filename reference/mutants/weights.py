"""Weights that are transposed, reshaped, exchanged, taken twice or not at all."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM, SINGLE
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights, Weights


class _OtherRecurrentKernel(LSTM):
    """Another recurrent kernel in every cell."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Replace it."""
        w = super().of_cell(w, index, direction)
        return w._replace(recurrent_kernel=self.recurrent_kernel(w.recurrent_kernel))

    def recurrent_kernel(self, u: Array) -> Array:
        """The matrix (..., 4H, P) that the cell uses."""
        return u


class _OtherKernel(LSTM):
    """Another kernel in every cell."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Replace it."""
        w = super().of_cell(w, index, direction)
        return w._replace(kernel=self.kernel(w.kernel))

    def kernel(self, w: Array) -> Array:
        """The matrix (..., 4H, I) that the cell uses."""
        return w


class RecurrentKernelTransposed(_OtherRecurrentKernel):
    """Multiplies by the recurrent matrix of every gate from the wrong side, where it is square."""

    def recurrent_kernel(self, u: Array) -> Array:
        """Every block transposed."""
        return _transposed(u, (0, 1, 2, 3))


class OneRecurrentBlockTransposed(_OtherRecurrentKernel):
    """Multiplies by the recurrent matrix of the candidate from the wrong side, where it is square."""

    def recurrent_kernel(self, u: Array) -> Array:
        """The third block transposed."""
        return _transposed(u, (2,))


class RecurrentKernelReshaped(_OtherRecurrentKernel):
    """Reads the recurrent kernel column by column, by a reshape in place of a transposition."""

    def recurrent_kernel(self, u: Array) -> Array:
        """The same numbers in another order."""
        return _reshaped(u)


class RecurrentKernelDiagonal(_OtherRecurrentKernel):
    """Takes a layer of N units for N independent LSTMs of one unit, whose recurrent weight is a number a gate."""

    def recurrent_kernel(self, u: Array) -> Array:
        """Zero outside the diagonal of every block."""
        rows, columns = u.shape[-2] // 4, u.shape[-1]
        return u * np.tile(np.eye(rows, columns, dtype=u.dtype), (4, 1))


class RecurrentKernelMissing(_OtherRecurrentKernel):
    """Feeds nothing back: the gates see the input alone."""

    def recurrent_kernel(self, u: Array) -> Array:
        """Zero."""
        return np.zeros_like(u)


class RecurrentColumnsReversed(_OtherRecurrentKernel):
    """Reads the recurrent kernel from its last unit to its first."""

    def recurrent_kernel(self, u: Array) -> Array:
        """The columns reversed."""
        return u[..., ::-1]


class OneBlockTakenTwice(_OtherRecurrentKernel):
    """Loads the recurrent matrix of the forget gate for the output gate, too, by a copied line."""

    def recurrent_kernel(self, u: Array) -> Array:
        """The second block in place of the fourth."""
        i, f, g, _ = np.split(u, 4, -2)
        return np.concatenate([i, f, g, f], -2)


class OneWeightZero(_OtherRecurrentKernel):
    """Loses one number of a matrix, at the end of a row that is copied in chunks."""

    def recurrent_kernel(self, u: Array) -> Array:
        """The last of the first row is zero."""
        u = u.copy()
        u[..., 0, -1] = 0
        return u


class OneWeightWrong(_OtherKernel):
    """Writes one number with three digits: it is wrong by a thousandth."""

    dtypes = SINGLE

    def kernel(self, w: Array) -> Array:
        """The first number of the candidate's rows."""
        w = w.copy()
        w[..., w.shape[-2] // 2, 0] *= 1.001
        return w


class KernelTransposed(_OtherKernel):
    """Multiplies by the input matrix of every gate from the wrong side, where it is square."""

    def kernel(self, w: Array) -> Array:
        """Every block transposed."""
        return _transposed(w, (0, 1, 2, 3))


class KernelReshaped(_OtherKernel):
    """Reads the kernel column by column, by a reshape in place of a transposition."""

    def kernel(self, w: Array) -> Array:
        """The same numbers in another order."""
        return _reshaped(w)


class KernelColumnsReversed(_OtherKernel):
    """Reads the features of the input from the last to the first."""

    def kernel(self, w: Array) -> Array:
        """The columns reversed."""
        return w[..., ::-1]


class LastColumnIgnored(_OtherKernel):
    """Multiplies by all columns of the kernel but the last, where some libraries keep the bias."""

    equivalents = frozenset(
        {
            "features_behind_the_last_multiple_of8_ignored",
            "features_behind_the_last_multiple_of16_ignored",
            "last_of_odd_features_ignored",
        }
    )  # where a single column is left out

    def kernel(self, w: Array) -> Array:
        """Zero in the last column."""
        return np.concatenate([w[..., :-1], np.zeros_like(w[..., -1:])], -1)


class WeightNormalisationWithoutGain(_OtherKernel):
    """Loads the direction of weight-normalised rows and forgets their length."""

    def kernel(self, w: Array) -> Array:
        """Every row divided by its length."""
        length = np.sqrt((w.astype(np.float64) ** 2).sum(-1, keepdims=True))
        return np.asarray(w / np.where(length == 0, 1, length)).astype(w.dtype)


class UnitsOfOneGateReversed(LSTM):
    """Loads the rows of the candidate from the last unit to the first."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The third block of everything reversed."""
        w = super().of_cell(w, index, direction)
        order = np.arange(4 * w.hidden_size)
        block = np.split(order, 4)[2]
        block[...] = block[::-1].copy()
        biases = tuple(bias[..., order] for bias in w.biases)
        return w._replace(
            kernel=w.kernel[..., order, :], recurrent_kernel=w.recurrent_kernel[..., order, :], biases=biases
        )


class KernelsExchanged(LSTM):
    """Takes the kernel for the recurrent kernel and the other way round, where their shapes allow it."""

    equivalents = frozenset({"joined_kernel_read_from_h"})  # where input and output have the same size

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Exchange them."""
        w = super().of_cell(w, index, direction)
        fits = w.kernel.shape == w.recurrent_kernel.shape
        return w._replace(kernel=w.recurrent_kernel, recurrent_kernel=w.kernel) if fits else w


class JoinedKernelReadFromH(LSTM):
    """Joins h and x, while the rows of the one matrix of TensorFlow 1 belong to x and h."""

    equivalents = frozenset({"kernels_exchanged"})

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The first columns for h, the rest for x."""
        w = super().of_cell(w, index, direction)
        joined, size = np.concatenate([w.kernel, w.recurrent_kernel], -1), w.recurrent_kernel.shape[-1]
        return w._replace(kernel=joined[..., size:], recurrent_kernel=joined[..., :size])


class LayersExchanged(LSTM):
    """Loads a stack from its last layer to its first, whatever arrays have the right shape."""

    def loaded(self, weights: Weights) -> Weights:
        """Every array that fits is the one of the layer at the other end."""
        weights = super().loaded(weights)
        return [
            [_fitting(w, o) for w, o in zip(d, e, strict=True)] for d, e in zip(weights, weights[::-1], strict=True)
        ]


class RecurrentKernelOfFirstLayer(LSTM):
    """Takes the recurrent kernel of the first layer for all layers, because their shapes are the same."""

    def loaded(self, weights: Weights) -> Weights:
        """Replace those of the other layers."""
        weights = super().loaded(weights)
        return [[_with_recurrent_kernel(w, o) for w, o in zip(d, weights[0], strict=True)] for d in weights]


class DirectionsExchanged(LSTM):
    """Loads the weights of the backward direction forwards, and the other way round."""

    def loaded(self, weights: Weights) -> Weights:
        """Exchange them in every layer."""
        return [directions[::-1] for directions in super().loaded(weights)]


class BackwardUsesForwardWeights(LSTM):
    """Runs one set of weights in both directions."""

    def loaded(self, weights: Weights) -> Weights:
        """The forward ones, as often as there are directions."""
        return [[directions[0] for _ in directions] for directions in super().loaded(weights)]


class BackwardUsesForwardRecurrentKernel(LSTM):
    """Loads `weight_hh` for both directions, by forgetting `_reverse` at one of four names."""

    def loaded(self, weights: Weights) -> Weights:
        """Replace it in the backward direction."""
        return [[_with_recurrent_kernel(w, d[0]) for w in d] for d in super().loaded(weights)]


class HalvesOfInputExchanged(LSTM):
    """Joins the outputs of a bidirectional layer as backward and forward for the layer above it."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Exchange the halves of the columns, in layers that read two directions."""
        w = super().of_cell(w, index, direction)
        if index == 0 or not self.constructed.bidirectional:
            return w
        return w._replace(kernel=np.roll(w.kernel, self.constructed.output_size, -1))


class ProjectionReshaped(LSTM):
    """Reads the projection column by column, by a reshape in place of a transposition."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The same numbers in another order."""
        w = super().of_cell(w, index, direction)
        return w if w.projection is None else w._replace(projection=_reshaped(w.projection))


class ProjectionRowsReversed(LSTM):
    """Puts out the projected units from the last to the first."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The rows reversed."""
        w = super().of_cell(w, index, direction)
        return w if w.projection is None else w._replace(projection=w.projection[..., ::-1, :])


class ProjectionOfFirstCell(LSTM):
    """Projects every layer and direction with the matrix of the first, because their shapes are the same."""

    def loaded(self, weights: Weights) -> Weights:
        """One projection."""
        weights = super().loaded(weights)
        return [[w._replace(projection=weights[0][0].projection) for w in d] for d in weights]


def _transposed(a: Array, blocks: tuple[int, ...]) -> Array:
    """Some of the four blocks (..., H, n) of a (..., 4H, n) transposed, where they are square."""
    parts = np.split(a, 4, -2)
    if parts[0].shape[-2] != parts[0].shape[-1]:
        return a
    return np.concatenate([p.swapaxes(-1, -2) if k in blocks else p for k, p in enumerate(parts)], -2)


def _reshaped(a: Array) -> Array:
    """A matrix (..., m, n) whose numbers are taken as those of its transpose."""
    return a.reshape(*a.shape[:-2], a.shape[-1], a.shape[-2]).swapaxes(-1, -2)


def _fitting(own: CellWeights, other: CellWeights) -> CellWeights:
    """The other weights, but for a kernel that does not fit."""
    return other if own.kernel.shape == other.kernel.shape else other._replace(kernel=own.kernel)


def _with_recurrent_kernel(own: CellWeights, other: CellWeights) -> CellWeights:
    return own._replace(recurrent_kernel=other.recurrent_kernel)
