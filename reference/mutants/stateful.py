"""Stateful layers: what is kept from call to call, what is lost, and what a reset leaves behind."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Call, wide
from lstm_conformance.reference.rounded import Array, Numbers, moved, where, zeros_like

States = tuple[Numbers, Numbers]


class _Stateful(LSTM):
    """Base of those whose mistake shows in `stateful`, an option that only Keras has."""

    layout = "keras"


class StatefulIgnored(_Stateful):
    """Takes the option `stateful` and starts every call from zeros."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Forget both states."""
        return zeros_like(kept[0]), zeros_like(kept[1])


class HiddenStateAloneKept(_Stateful):
    """Keeps h, which is what the layer puts out, and starts c from zero."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Forget c."""
        return kept[0], zeros_like(kept[1])


class CellStateAloneKept(_Stateful):
    """Keeps c, which is the memory of an LSTM, and starts h from zero."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Forget h."""
        return zeros_like(kept[0]), kept[1]


class KeptStatesExchanged(_Stateful):
    """Writes its variables in the order h, c and reads them in the order c, h."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Exchange them."""
        return kept[1], kept[0]


class KeptStatesOfTheFirstRow(_Stateful):
    """Keeps the states of one row, and broadcasts them over the next batch."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Every row goes on where the first one ended."""
        return _of_the_first_row(kept[0]), _of_the_first_row(kept[1])


class KeptStatesOfTheNextRow(_Stateful):
    """Goes on in every row where the one behind it ended, because the rows were shuffled between the calls."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Roll the rows."""
        return _rolled(kept[0]), _rolled(kept[1])


class KeptStatesOf32Rows(_Stateful):
    """Keeps the states of 32 rows, as many as are in a batch unless somebody says so; those behind start from zeros."""

    dtypes = SINGLE

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Smaller batches are right."""
        h, c = (where((np.arange(a.shape[-2]) < 32)[:, None], a, zeros_like(a)) for a in super().going_on(kept))
        return h, c


class UpperLayersNotKept(_Stateful):
    """Keeps the states of the first layer of a stack alone."""

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """The others start from zeros."""
        return _below(kept[0]), _below(kept[1])


class KeptStatesRounded(_Stateful):
    """Keeps its states in variables of float16."""

    dtypes = SINGLE

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Round them, and widen them again."""
        return moved(kept[0], _through_float16), moved(kept[1], _through_float16)


class StatesLostAfterTwentyCalls(_Stateful):
    """Forgets its states after twenty calls, as a server that limits the length of a session."""

    dtypes = SINGLE

    def going_on(self, kept: States[Numbers]) -> States[Numbers]:
        """Start anew."""
        h, c = super().going_on(kept)
        return (h, c) if self.calls % 20 else (zeros_like(h), zeros_like(c))


class KeptStateBeforeAGivenOne(_Stateful):
    """Goes on where the last call ended, although initial states are given."""

    def initial_states(self, call: Call[Numbers]) -> States[Numbers]:
        """Given states count in the first call alone."""
        if self.constructed.stateful and self.ended is not None:
            call = call._replace(h_0=None, c_0=None)
        return super().initial_states(call)


class CallWithGivenStatesNotKept(_Stateful):
    """Writes its states after calls without initial states alone."""

    def __call__(self, weights: Any, call: Call[Numbers], observed: Array | None = None) -> Any:
        """Put back what was there before."""
        before = self.ended
        outputs = super().__call__(weights, call, observed)
        self.ended = self.ended if call.h_0 is None else before
        return outputs


class ResetIgnored(_Stateful):
    """Forgets its states at the end of an epoch alone, and ignores a reset in between."""

    def reset(self) -> None:
        """Keep them."""


class ResetOfTheHiddenStateAlone(_Stateful):
    """Clears h and forgets that c is a state, too."""

    def reset(self) -> None:
        """Keep c."""
        if self.ended is not None:
            self.ended = zeros_like(self.ended[0]), self.ended[1]


def _of_the_first_row(state: Numbers) -> Numbers:
    return moved(state, lambda a: np.broadcast_to(a[..., :1, :], a.shape))


def _rolled(state: Numbers) -> Numbers:
    return moved(state, lambda a: np.roll(a, -1, -2))


def _below(state: Numbers) -> Numbers:
    """The state of the first layer (L, ...); those of the others are zero."""
    return moved(state, lambda a: np.concatenate([a[:1], np.zeros_like(a[1:])]))


def _through_float16(a: Array) -> Array:
    return wide(a).astype(np.float16).astype(a.dtype)
