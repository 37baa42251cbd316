"""Final states: exchanged, or taken from the wrong step, layer or direction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.lstm import Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, moved
from lstm_conformance.reference.weights import CellWeights


class FinalHiddenStateOfThePreviousStep(LSTM):
    """Returns the h that went into the last step."""

    def final(self, h: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        """A single step has no step before it."""
        return h[-min(2, h.shape[0])], super().final(h, c)[1]


class FinalCellStateOfThePreviousStep(LSTM):
    """Returns the c that went into the last step."""

    def final(self, h: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        """A single step has no step before it."""
        return super().final(h, c)[0], c[-min(2, c.shape[0])]


class FinalCellStateSquashed(LSTM):
    """Returns tanh(c), which is at hand after the last step, for c."""

    def final(self, h: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        """Squash the cell state as the output does."""
        last_h, last_c = super().final(h, c)
        return last_h, self.squashed(last_c)


class FinalCellStateIsTheHiddenState(LSTM):
    """Returns h twice, as the interface of a layer without cell state wants it."""

    def final(self, h: Numbers, c: Numbers) -> tuple[Numbers, Numbers]:
        """Where a projection does not make h narrower."""
        last_h, last_c = super().final(h, c)
        return (last_h, last_h) if last_h.shape == last_c.shape else (last_h, last_c)


class FinalStatesExchanged(LSTM):
    """Returns the states as (c, h), which is the order of TF1, Flax and older papers."""

    equivalents = frozenset({"states_returned_cell_first"})

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Exchange the two where their shapes allow it."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(y, c_n, h_n) if h_n.shape == c_n.shape else Outputs(y, h_n, c_n)


class FinalHiddenStateOfTheFirstLayer(LSTM):
    """Returns the first layer's h for every layer, because the loop writes to a copy."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Repeat it."""
        outputs = super().returned(call, outputs)
        return outputs._replace(h_n=_of_the_first_layer(outputs.h_n))


class FinalStatesOfTheLastLayer(LSTM):
    """Returns the last layer's states for every layer, because all of them were written to one buffer."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Repeat them."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(y, _of_the_first_layer(h_n[::-1]), _of_the_first_layer(c_n[::-1]))


class FinalStatesOfLayersReversed(LSTM):
    """Returns the last layer's states first, because they are at hand first."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Reverse the layers."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(y, h_n[::-1], c_n[::-1])


class FinalStatesOfDirectionsExchanged(LSTM):
    """Returns the backward direction's states before the forward direction's."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Reverse the directions."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(y, h_n[:, ::-1], c_n[:, ::-1])


class FinalStatesDirectionMajor(LSTM):
    """Stacks the states of all layers forwards, then those of all layers backwards."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Write (L, D, B, ·) as (D L, B, ·)."""
        y, h_n, c_n = super().returned(call, outputs)
        return Outputs(y, _written_direction_major(h_n), _written_direction_major(c_n))


class BackwardFinalStateFromTheLastPlace(LSTM):
    """Takes h_n of the backward direction from the end of the output, where that direction has only begun."""

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Cut h_n out of the last outputs."""
        outputs = super().layer(directions, x, states, mask, observed)
        if len(directions) == 1:
            return outputs
        size, last = self.constructed.output_size, outputs.y[-1]
        return outputs._replace(h_n=concatenate([last[None, ..., :size], last[None, ..., size:]], 0))


def _of_the_first_layer(state: Numbers) -> Numbers:
    """The first layer's for every layer, (L, D, ..., B, K)."""
    return moved(state, lambda a: np.broadcast_to(a[:1], a.shape))


def _written_direction_major(state: Numbers) -> Numbers:
    """(D, L, ..., B, K) in the shape of (L, D, ..., B, K)."""
    return moved(state, lambda a: a.swapaxes(0, 1).reshape(a.shape))
