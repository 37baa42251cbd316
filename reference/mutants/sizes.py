"""Sizes: rows, units and features at the edges of what a kernel was written for."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.lstm import Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Call, Trajectory
from lstm_conformance.reference.rounded import Array, Numbers, moved, where, zeros_like
from lstm_conformance.reference.weights import CellWeights, Weights

# Rows


class LastRowCopied(LSTM):
    """Clips the index of a row one row too early, so that the last row is the one before it once more."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """A single row is right."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(_last_row_copied(y), _last_row_copied(h_n), _last_row_copied(c_n))


class OutputRowsRolled(LSTM):
    """Gives every row the outputs of the row before it, and the first row those of the last."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Roll the outputs and not the states."""
        outputs = super().returned(call, outputs)
        return outputs._replace(y=_rolled(outputs.y, 1))

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Roll back what was observed."""
        return _rolled(super().computed(call, observed), -1)


class FinalStateRowsRolled(LSTM):
    """Gives every row the final states of the row before it, and the first row those of the last."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Roll the states and not the outputs."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(y, _rolled(h_n, 1), _rolled(c_n, 1))


class HiddenStateOfTheFirstRowInAllRows(LSTM):
    """Feeds the first row's h back into every row, because a kernel has no stride for the batch."""

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """Broadcast the first row."""
        return super().pre_activation(w, z_x, moved(h, lambda a: np.broadcast_to(a[..., :1, :], a.shape)))


class HiddenStateOfTheNextRow(LSTM):
    """Feeds the next row's h back, because the stride of the batch is counted from 1."""

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """Roll the rows."""
        return super().pre_activation(w, z_x, _rolled(h, -1))


class SingleRowTransposed(LSTM):
    """Multiplies a single row by the transposed recurrent kernel: the routine for vectors wants another order."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """Several rows are right, and so is a kernel whose blocks are not square."""
        size = w.hidden_size
        if x.shape[-2] == 1 and w.recurrent_kernel.shape[-1] == size:
            blocks = w.recurrent_kernel.reshape(*w.recurrent_kernel.shape[:-2], 4, size, size)
            w = w._replace(recurrent_kernel=blocks.swapaxes(-1, -2).reshape(w.recurrent_kernel.shape))
        return super().run(w, x, states, observed, mask)


class LastRowOfAnOddBatchNotStepped(LSTM):
    """Steps the rows in pairs, and leaves the last row of an odd batch where it starts."""

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """An even batch is right."""
        if x.shape[-2] % 2:
            mask = np.ones(x.shape[:-1], np.bool_) if mask is None else np.broadcast_to(mask, x.shape[:-1]).copy()
            mask[..., -1] = False
        return super().run(w, x, states, observed, mask)


class RowsBehindThe128thStartFromZeros(LSTM):
    """Copies the initial states of 128 rows, the largest batch that fits its buffer."""

    rows: ClassVar[int] = 128

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Batches of up to 128 rows are right."""
        h_0, c_0 = super().initial_states(call)
        copied = (np.arange(h_0.shape[-2]) < self.rows)[:, None]
        return where(copied, h_0, zeros_like(h_0)), where(copied, c_0, zeros_like(c_0))


# Units


class UnitsBehindTheLastMultipleOf8WithoutTanh(LSTM):
    """Computes units in vectors of 8, and forgets the tanh of the cell state in the loop over the rest."""

    def squashed(self, c: Numbers) -> Numbers:
        """Squash the whole vectors only."""
        in_vectors = np.arange(c.shape[-1]) < c.shape[-1] // 8 * 8
        return where(in_vectors, super().squashed(c), c)


class LastUnitNotFedBack(LSTM):
    """Multiplies all hidden units but the last by the recurrent kernel: a loop ends one too early."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Clear the last column."""
        w = super().of_cell(w, index, direction)
        return w._replace(recurrent_kernel=_columns_kept(w.recurrent_kernel, w.recurrent_kernel.shape[-1] - 1))


class UnitsBehindThe256thNotFedBack(LSTM):
    """Keeps 256 hidden units in shared memory, and feeds no others back."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Layers of up to 256 units are right."""
        w = super().of_cell(w, index, direction)
        return w._replace(recurrent_kernel=_columns_kept(w.recurrent_kernel, 256))


class SingleUnitBroadcast(LSTM):
    """Drops the axis of a recurrent kernel with one column, and broadcasts its first weight over the gates."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """More units are right."""
        w = super().of_cell(w, index, direction)
        if w.hidden_size > 1:
            return w
        return w._replace(recurrent_kernel=np.broadcast_to(w.recurrent_kernel[..., :1, :], w.recurrent_kernel.shape))


# Features


class FeaturesBehindTheLastMultipleOf8Ignored(LSTM):
    """Multiplies features in vectors of 8, and leaves out the rest; narrow inputs take another way."""

    vector: ClassVar[int] = 8
    equivalents = frozenset(
        {"features_behind_the_last_multiple_of16_ignored", "last_of_odd_features_ignored", "last_column_ignored"}
    )

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Clear the columns of the rest."""
        w = super().of_cell(w, index, direction)
        columns = w.kernel.shape[-1]
        return w._replace(kernel=_columns_kept(w.kernel, columns // self.vector * self.vector or columns))


class FeaturesBehindTheLastMultipleOf16Ignored(FeaturesBehindTheLastMultipleOf8Ignored):
    """Multiplies features in vectors of 16, and leaves out the rest; narrow inputs take another way."""

    vector: ClassVar[int] = 16
    equivalents = frozenset(
        {"features_behind_the_last_multiple_of8_ignored", "last_of_odd_features_ignored", "last_column_ignored"}
    )


class LastOfOddFeaturesIgnored(FeaturesBehindTheLastMultipleOf8Ignored):
    """Multiplies features in pairs, and leaves out the last one of an odd number."""

    vector: ClassVar[int] = 2
    equivalents = frozenset(
        {
            "features_behind_the_last_multiple_of8_ignored",
            "features_behind_the_last_multiple_of16_ignored",
            "last_column_ignored",
        }
    )


# Numbers that are never written


class FirstUnitNeverWritten(LSTM):
    """Runs the loop over the units from 1, in an array of zeros."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """The final states, which are kept elsewhere, are right."""
        outputs = super().returned(call, outputs)
        written = np.arange(outputs.y.shape[-1]) > 0
        return outputs._replace(y=where(written, outputs.y, zeros_like(outputs.y)))


class LastElementZero(LSTM):
    """Ends the loop over all outputs one number too early, in an array of zeros."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Clear the last unit of the last row in the last step."""
        outputs = super().returned(call, outputs)
        cleared = np.zeros(outputs.y.shape, np.bool_)
        cleared[-1, ..., -1, -1] = True
        return outputs._replace(y=where(cleared, zeros_like(outputs.y), outputs.y))


class FourthLayerLikeTheThird(LSTM):
    """Has room for the weights of three layers, and reads those of the third for all that are above it."""

    dtypes = SINGLE

    def loaded(self, weights: Weights) -> Weights:
        """Layers up to the third are right."""
        weights = super().loaded(weights)
        return [*weights[:3], *(weights[2] for _ in weights[3:])]


# Sizes that are equal


class AxesToldByTheirSizes(LSTM):
    """Takes either order of steps and rows, tells them by the rows of the states, and exchanges equal ones."""

    dtypes = SINGLE

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Other numbers of steps than of rows are right."""
        equal = call.x.shape[0] == call.x.shape[-2]
        return call._replace(x=moved(call.x, lambda a: a.swapaxes(0, -2))) if equal else call


class SquareKernelTransposed(LSTM):
    """Takes kernels of either order, tells them by their shapes, and transposes one of as many rows as columns."""

    dtypes = SINGLE

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Other numbers of features than of pre-activations are right."""
        w = super().of_cell(w, index, direction)
        square = w.kernel.shape[-1] == w.kernel.shape[-2]
        return w._replace(kernel=w.kernel.swapaxes(-1, -2)) if square else w


def _last_row_copied(a: Numbers) -> Numbers:
    """(..., B, K) whose last row is the one before it, if there is one."""
    rows = np.arange(a.shape[-2])
    rows[-1] = max(0, a.shape[-2] - 2)
    return moved(a, lambda part: part.take(rows, -2))


def _rolled(a: Numbers, by: int) -> Numbers:
    """(..., B, K) with its rows rolled."""
    return moved(a, lambda part: np.roll(part, by, -2))


def _columns_kept(matrix: Array, count: int) -> Array:
    """A matrix (..., rows, columns) with zeros behind its first columns."""
    return np.where(np.arange(matrix.shape[-1]) < count, matrix, np.zeros_like(matrix))
