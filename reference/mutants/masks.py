"""Masks: sequences of different lengths in one batch, and what lies behind their ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.lstm import Lengths, Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers, moved, where, zeros_like
from lstm_conformance.reference.weights import CellWeights


class LengthsIgnored(LSTM):
    """Takes the padding for data, because the lengths were not passed on."""

    waits_for = "lengths"

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Forget the lengths."""
        return super().taken(call)._replace(lengths=None)


class LengthsOfTheFirstRow(LSTM):
    """Broadcasts the mask of the first row over the batch."""

    waits_for = "masks"

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Every row is as long as the first."""
        call = super().taken(call)
        lengths = call.lengths
        return call if lengths is None else call._replace(lengths=np.broadcast_to(lengths[..., :1], lengths.shape))


class EmptyRowsStepped(LSTM):
    """Reads at least one step of every row, because the length is tested after the step."""

    waits_for = "lengths"

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """No row is shorter than a step."""
        call = super().taken(call)
        return call if call.lengths is None else call._replace(lengths=np.maximum(call.lengths, 1))


class EmptyRowsEndInZeros(LSTM):
    """Clears the states of rows without steps, instead of handing the initial ones through."""

    waits_for = "lengths"

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Set them to zero."""
        y, h_n, c_n = super().returned(call, outputs)
        if call.lengths is None:
            return Outputs(y, h_n, c_n)
        empty = (call.lengths == 0)[..., None]
        return Outputs(y, where(empty, zeros_like(h_n), h_n), where(empty, zeros_like(c_n), c_n))


class MaskOneStepLate(LSTM):
    """Lets the first step of the padding count: `t <= length` instead of `t < length`."""

    waits_for = "masks"

    def valid(self, steps: int, lengths: Lengths) -> Mask:
        """Every row is a step longer."""
        return super().valid(steps, np.minimum(lengths + 1, steps))


class MaskOneStepEarly(LSTM):
    """Leaves out the last step of every row: `t < length - 1`."""

    waits_for = "masks"

    def valid(self, steps: int, lengths: Lengths) -> Mask:
        """Every row is a step shorter."""
        return super().valid(steps, np.maximum(lengths - 1, 0))


class StatesNotFrozen(LSTM):
    """Masks the outputs and lets the states run on through the padding."""

    waits_for = "masks"

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Take the new states in every row."""
        del counts, old
        return new


class CellStateNotFrozen(LSTM):
    """Freezes h behind the end of a row, and forgets that c is a state, too."""

    waits_for = "masks"

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Take the new c in every row."""
        return super().frozen(counts, new, old)[0], new[1]


class OutputRepeatedBehindTheEnd(LSTM):
    """Repeats the last output behind the end of a row, as Keras does, where zeros are documented."""

    waits_for = "masks"

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """Put out the frozen h."""
        del mask
        return h


class FinalStateFromTheLastPlace(LSTM):
    """Takes h_n from the last place of the padded output, which is zero in every shorter row."""

    waits_for = "lengths"

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        lengths: Lengths | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Clear h_n of the shorter rows."""
        outputs = super().layer(directions, x, states, lengths, observed)
        if lengths is None:
            return outputs
        shorter = (lengths < x.shape[0])[..., None]
        return outputs._replace(h_n=where(shorter, zeros_like(outputs.h_n), outputs.h_n))


class ReversedOverThePadding(LSTM):
    """Reverses the padded sequences as a whole, so that the backward direction begins in the padding."""

    waits_for = "lengths"

    def turned(self, x: Numbers, lengths: Lengths | None) -> Numbers:
        """Forget the lengths."""
        del lengths
        return super().turned(x, None)

    def turned_back(self, y: Numbers, lengths: Lengths | None) -> Numbers:
        """Forget the lengths."""
        del lengths
        return super().turned_back(y, None)


class ReversedOneStepTooLong(LSTM):
    """Reverses every row together with the first step of its padding: `x[length - t]`."""

    waits_for = "lengths"

    def turned(self, x: Numbers, lengths: Lengths | None) -> Numbers:
        """Every row is a step longer."""
        return super().turned(x, None if lengths is None else np.minimum(lengths + 1, x.shape[0]))


class RowsSortedAndNotPutBack(LSTM):
    """Sorts the rows by their lengths, longest first, and returns them in that order."""

    waits_for = "lengths"

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Leave the rows sorted."""
        y, h_n, c_n = super().returned(call, outputs)
        if call.lengths is None:
            return Outputs(y, h_n, c_n)
        order = _longest_first(call.lengths)
        return Outputs(_rows(y, order), _rows(h_n, order), _rows(c_n, order))

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Put back the rows of what was observed."""
        observed = super().computed(call, observed)
        return observed if call.lengths is None else _rows(observed, np.argsort(_longest_first(call.lengths), -1))


class RowsSortedWithoutTheirStates(LSTM):
    """Sorts the rows of the input by their lengths, longest first, and not those of the initial states."""

    waits_for = "lengths"

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """The longest row starts from the first row's states."""
        h_0, c_0 = super().initial_states(call)
        if call.lengths is None:
            return h_0, c_0
        place = np.argsort(_longest_first(call.lengths), -1)
        return _rows(h_0, place), _rows(c_0, place)


def _longest_first(lengths: Lengths) -> Lengths:
    """The numbers of the rows (..., B), rows of equal length in their order."""
    return np.argsort(-lengths, -1, kind="stable")


def _rows(a: Numbers, order: Lengths) -> Numbers:
    """The rows of a (..., B, K) in another order (..., B)."""

    def taken(part: Array) -> Array:
        index = order.reshape(*(1,) * (part.ndim - 1 - order.ndim), *order.shape, 1)
        return np.take_along_axis(part, index, -2)

    return moved(a, taken)
