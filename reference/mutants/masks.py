"""Masks: sequences of different lengths in one batch, steps that do not count, and what is put out there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Mask, Outputs, filled, within_lengths
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers, moved, where, zeros_like
from lstm_conformance.reference.weights import CellWeights

Order = NDArray[np.intp]
"""Numbers of rows (..., B)."""


class _MaskChanged(LSTM):
    """Base of those that let other steps count than those of the mask."""

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Change the mask, if there is one."""
        call = super().taken(call)
        return call if call.mask is None else call._replace(mask=self.changed(call.mask))

    def changed(self, mask: Mask) -> Mask | None:
        """The mask (T, ..., B) that it works with."""
        raise NotImplementedError


class LengthsIgnored(_MaskChanged):
    """Takes the padding for data, because the lengths were not passed on."""

    def changed(self, mask: Mask) -> Mask | None:
        """Forget them."""
        del mask
        return None


class LengthsOfTheFirstRow(_MaskChanged):
    """Broadcasts the mask of the first row over the batch."""

    def changed(self, mask: Mask) -> Mask:
        """Every row is as long as the first."""
        return np.broadcast_to(mask[..., :1], mask.shape)


class RowsOfOneStepLeftOut(_MaskChanged):
    """Returns h_0 for a row of a single step: the loop begins where a row is longer than one."""

    def changed(self, mask: Mask) -> Mask:
        """Nothing of such a row counts."""
        return np.asarray(mask & (mask.sum(0) > 1))


class LengthOfASingleRowIgnored(_MaskChanged):
    """Takes a batch of one row for a whole sequence, which needs no packing."""

    def changed(self, mask: Mask) -> Mask | None:
        """Forget the length of a row that is alone."""
        return mask if mask.shape[-1] > 1 else None


class EqualLengthsTakenForNone(_MaskChanged):
    """Packs only where lengths differ: several rows of one length are taken for whole sequences."""

    def changed(self, mask: Mask) -> Mask | None:
        """Forget lengths that are all the same."""
        lengths = mask.sum(0)
        return None if mask.shape[-1] > 1 and (lengths == lengths[..., :1]).all() else mask


class EmptyRowsStepped(_MaskChanged):
    """Reads at least one step of every row, because the length is tested after the step."""

    layout = "keras"

    def changed(self, mask: Mask) -> Mask:
        """No row is shorter than a step."""
        return _with(0, np.logical_not(mask.any(0)), mask)


class MaskOneStepLate(_MaskChanged):
    """Lets the first step of the padding count: `t <= length` instead of `t < length`."""

    def changed(self, mask: Mask) -> Mask:
        """A step counts, too, where the step before it does."""
        return np.concatenate([mask[:1], mask[1:] | mask[:-1]])


class MaskOneStepEarly(_MaskChanged):
    """Leaves out the last step of every row: `t < length - 1`."""

    def changed(self, mask: Mask) -> Mask:
        """A step counts only where the step after it does."""
        return np.concatenate([mask[:-1] & mask[1:], np.zeros_like(mask[:1])])


class MaskInverted(_MaskChanged):
    """Takes True for padding, as `key_padding_mask` of attention layers does."""

    layout = "keras"

    def changed(self, mask: Mask) -> Mask:
        """Only what does not count is read."""
        return ~mask


class HolesTakenForAnEnd(_MaskChanged):
    """Stops a row at the first step that does not count, because masks were thought to be lengths."""

    layout = "keras"

    def changed(self, mask: Mask) -> Mask:
        """What comes behind a hole is lost."""
        return np.logical_and.accumulate(mask, 0)


class StepsCountedForALength(_MaskChanged):
    """Adds up the mask of a row, and takes the sum for its length."""

    layout = "keras"

    def changed(self, mask: Mask) -> Mask:
        """The first steps are read, as many as count."""
        return within_lengths(len(mask), mask.sum(0))


class MaskOfTheFirstStep(_MaskChanged):
    """Leaves out whole rows, because the mask lost its axis of time."""

    layout = "keras"

    def changed(self, mask: Mask) -> Mask:
        """A row counts where its first step does."""
        return np.broadcast_to(mask[:1], mask.shape)


class MaskOfTheNextStep(_MaskChanged):
    """Pairs every step with the mask of the step after it."""

    layout = "keras"

    def changed(self, mask: Mask) -> Mask:
        """The last step has the mask of the first one."""
        return np.roll(mask, -1, 0)


class EmptyRowsEndInZeros(LSTM):
    """Clears the states of rows without steps, instead of handing the initial ones through."""

    layout = "keras"

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Set them to zero."""
        y, h_n, c_n = super().returned(call, outputs)
        if call.mask is None:
            return Outputs(y, h_n, c_n)
        empty = np.logical_not(call.mask.any(0))[..., None]
        return Outputs(y, where(empty, zeros_like(h_n), h_n), where(empty, zeros_like(c_n), c_n))


class StatesNotFrozen(LSTM):
    """Masks the outputs and lets the states run on through the padding."""

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Take the new states in every row."""
        del counts, old
        return new


class CellStateNotFrozen(LSTM):
    """Freezes h behind the end of a row, and forgets that c is a state, too."""

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Take the new c in every row."""
        return super().frozen(counts, new, old)[0], new[1]


class StatesFrozenByMultiplication(LSTM):
    """Freezes by m * new + (1 - m) * old, which lets NaN from the padding through: 0 * NaN is NaN."""

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Right wherever the padding holds finite numbers."""
        h, c = super().frozen(counts, new, old)
        return _spoiled(h, new[0]), _spoiled(c, new[1])


class StatesClearedWhereMasked(LSTM):
    """Multiplies the states by the mask, so that a row begins anew behind a hole."""

    layout = "keras"

    def frozen(
        self, counts: Mask, new: tuple[Numbers, Numbers], old: tuple[Numbers, Numbers]
    ) -> tuple[Numbers, Numbers]:
        """Zero where the step does not count."""
        h, c = super().frozen(counts, new, old)
        return where(counts[..., None], h, zeros_like(h)), where(counts[..., None], c, zeros_like(c))


class OutputRepeatedBehindTheEnd(LSTM):
    """Repeats the last output behind the end of a row, as Keras does, where zeros are documented."""

    equivalents = frozenset({"zero_output_for_mask_ignored"})

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """What was put out before."""
        return h if mask is None else filled(h, mask, "previous")


class ZerosBehindTheEnd(LSTM):
    """Puts out zeros where a step does not count, as torch does, where Keras repeats the output before."""

    layout = "keras"

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """Zeros, whatever the layer was told."""
        return h if mask is None else filled(h, mask, "zeros")


class ZeroOutputForMaskIgnored(LSTM):
    """Repeats the output before where a step does not count, although `zero_output_for_mask` is set."""

    layout = "keras"
    equivalents = frozenset({"output_repeated_behind_the_end"})

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """What was put out before, whatever the layer was told."""
        return h if mask is None else filled(h, mask, "previous")


class InitialStatePutOutWhereMasked(LSTM):
    """Puts out the state that was kept: h_0 at masked steps in front of the first that counts, where zero is right."""

    layout = "keras"

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """h as it stands, but for zeros where they are asked for."""
        return h if mask is None or self.fill == "previous" else super().put_out(h, mask)


class MaskNotPassedOn(LSTM):
    """Masks the first layer of a stack, and not those above it."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.lost = False

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """From here on every step counts."""
        self.lost = True
        return super().passed_on(y, x, index)

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """The first layer is right."""
        valid = None if self.lost else mask
        return super().layer(directions, x, states, valid, observed)

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """The next call has its mask again."""
        self.lost = False
        return super().returned(call, outputs)


class FinalStateFromTheLastPlace(LSTM):
    """Takes h_n from the last place of the padded output, which is zero in every shorter row."""

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Clear h_n of the shorter rows."""
        outputs = super().layer(directions, x, states, mask, observed)
        if mask is None:
            return outputs
        return outputs._replace(h_n=where(mask[-1][..., None], outputs.h_n, zeros_like(outputs.h_n)))


class ReversedOverThePadding(LSTM):
    """Reverses the padded sequences and not their mask, so that the backward direction begins in the padding."""

    def turned_mask(self, mask: Mask | None) -> Mask | None:
        """Leave it as it is."""
        return mask


class ReversedOneStepTooLong(LSTM):
    """Reverses every row together with the first step of its padding: `x[length - t]`."""

    def turned_mask(self, mask: Mask | None) -> Mask | None:
        """A row that has padding begins a step early, and ends a step early."""
        right = super().turned_mask(mask)
        if right is None:
            return None
        early = np.concatenate([right[1:], np.zeros_like(right[:1])])
        return np.where(right[0], right, early)


class RowsSortedAndNotPutBack(LSTM):
    """Sorts the rows by their lengths, longest first, and returns them in that order."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Leave the rows sorted."""
        y, h_n, c_n = super().returned(call, outputs)
        if call.mask is None:
            return Outputs(y, h_n, c_n)
        order = _longest_first(call.mask)
        return Outputs(_rows(y, order), _rows(h_n, order), _rows(c_n, order))

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Put back the rows of what was observed."""
        observed = super().computed(call, observed)
        return observed if call.mask is None else _rows(observed, np.argsort(_longest_first(call.mask), -1))


class RowsFoundAgainByTheirLengths(LSTM):
    """Sorts the rows by their lengths, and puts them back by `lengths.index`: of equal lengths it finds the first."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Return the first row of each length in the place of all of that length."""
        y, h_n, c_n = super().returned(call, outputs)
        if call.mask is None:
            return Outputs(y, h_n, c_n)
        lengths = call.mask.sum(0)
        first = (lengths[..., :, None] == lengths[..., None, :]).argmax(-1)
        return Outputs(_rows(y, first), _rows(h_n, first), _rows(c_n, first))


class RowsSortedWithoutTheirStates(LSTM):
    """Sorts the rows of the input by their lengths, longest first, and not those of the initial states."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """The longest row starts from the first row's states."""
        h_0, c_0 = super().initial_states(call)
        if call.mask is None:
            return h_0, c_0
        place = np.argsort(_longest_first(call.mask), -1)
        return _rows(h_0, place), _rows(c_0, place)


def _with(t: int, rows: Mask, mask: Mask) -> Mask:
    """A mask in which step t of some rows counts, too."""
    changed = mask.copy()
    changed[t] |= rows
    return changed


def _spoiled(kept: Numbers, new: Numbers) -> Numbers:
    """What was kept, but for NaN where the new state is NaN."""
    return kept + moved(new, lambda a: a * 0)


def _longest_first(mask: Mask) -> Order:
    """The numbers of the rows (..., B), rows of equal length in their order."""
    return np.argsort(-mask.sum(0), -1, kind="stable")


def _rows(a: Numbers, order: Order) -> Numbers:
    """The rows of a (..., B, K) in another order (..., B)."""

    def taken(part: Array) -> Array:
        index = order.reshape(*(1,) * (part.ndim - 1 - order.ndim), *order.shape, 1)
        return np.take_along_axis(part, index, -2)

    return moved(a, taken)
