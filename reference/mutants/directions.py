"""Directions: turned in the wrong place, and joined in the wrong way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM, Call, applied
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, moved


class BackwardDirectionReadsForwards(LSTM):
    """Gives the second direction weights of its own, and forgets that it runs backwards."""

    def turned(self, x: Numbers) -> Numbers:
        """Leave the input as it is."""
        return x

    def turned_back(self, y: Numbers) -> Numbers:
        """There is nothing to turn back."""
        return y


class BackwardInputNotTurned(LSTM):
    """Reverses the outputs of the second direction, and forgets to reverse its input."""

    def turned(self, x: Numbers) -> Numbers:
        """Leave the input as it is."""
        return x


class BackwardOutputsNotTurnedBack(LSTM):
    """Leaves the outputs of the second direction in the order in which they were computed."""

    def turned_back(self, y: Numbers) -> Numbers:
        """Leave the outputs as they are."""
        return y


class BackwardDirectionOffByOne(LSTM):
    """Runs the second direction from T - 2, and reads the first step twice."""

    def turned(self, x: Numbers) -> Numbers:
        """Each step reads what the next one should."""
        x = super().turned(x)
        return concatenate([x[1:], x[-1:]], 0)


class BackwardDirectionTurnedInTheBatch(LSTM):
    """Reverses the axis of batch for the second direction, as one does who has batch_first in mind."""

    def turned(self, x: Numbers) -> Numbers:
        """Reverse the rows."""
        return x[..., ::-1, :]

    def turned_back(self, y: Numbers) -> Numbers:
        """Reverse the rows."""
        return y[..., ::-1, :]


class DirectionsExchangedInTheOutput(LSTM):
    """Puts the backward direction's outputs before the forward direction's."""

    def joined(self, parts: Sequence[Numbers]) -> Numbers:
        """Reverse the directions."""
        return super().joined(parts[::-1])

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Exchange the halves of what was observed, too."""
        observed = super().computed(call, observed)
        return np.concatenate(np.split(observed, self.constructed.directions, -1)[::-1], -1)


class DirectionsInterleaved(LSTM):
    """Joins the directions along a new last axis and flattens it, so that their units alternate."""

    def joined(self, parts: Sequence[Numbers]) -> Numbers:
        """Take a unit of each direction in turn."""
        return moved(super().joined(parts), lambda a: _alternating(a, len(parts)))

    def computed(self, call: Call[Numbers], observed: Array) -> Array:
        """Take apart what was observed."""
        observed = super().computed(call, observed)
        return _alternating(observed, observed.shape[-1] // self.constructed.directions)


class BackwardOutputsAdded(LSTM):
    """Adds the outputs of the second direction to those of the first, in the buffer that holds both."""

    feeds_back_its_outputs = False

    def joined(self, parts: Sequence[Numbers]) -> Numbers:
        """The first half is the sum of both."""
        return super().joined(parts if len(parts) == 1 else [parts[0] + parts[1], parts[1]])


class DirectionsAveraged(LSTM):
    """Merges the directions by their mean, and repeats it until the width fits."""

    feeds_back_its_outputs = False

    def joined(self, parts: Sequence[Numbers]) -> Numbers:
        """Both halves are the mean."""
        if len(parts) == 1:
            return super().joined(parts)
        return super().joined([applied(parts[0] + parts[1], lambda a: a / 2, slope=0.5)] * 2)


def _alternating(a: Array, parts: int) -> Array:
    """Units (..., parts n) of several parts, one of each part in turn."""
    return a.reshape(*a.shape[:-1], parts, -1).swapaxes(-1, -2).reshape(a.shape)
