"""Right LSTMs that published suites mean, and that the reference has no option for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.lstm import Mask, Outputs, filled
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers
from lstm_conformance.reference.weights import CellWeights, Weights


class Reverse(LSTM):
    """One direction, which runs backwards and leaves its outputs at the places of their inputs: ONNX, WebNN."""

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Turn the input, and turn the outputs back."""
        y, h_n, c_n = super().layer(directions, self.turned(x), states, self.turned_mask(mask), observed)
        return Outputs(self.turned_back(y), h_n, c_n)


class GoBackwards(LSTM):
    """One direction, which runs backwards and puts out in the order of processing: `go_backwards` of Keras."""

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Turn the input."""
        return super().layer(directions, self.turned(x), states, self.turned_mask(mask), observed)


class RepeatsOutputs(LSTM):
    """Where a step does not count, puts out what it put out before, as Keras does unless `zero_output_for_mask`."""

    def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
        """What was put out before."""
        return h if mask is None else filled(h, mask, "previous")


class GoBackwardsRepeating(RepeatsOutputs, GoBackwards):
    """Both."""


class Stateful(LSTM):
    """The second call of a layer that starts where its first one ended: `stateful` of Keras."""

    def __call__(self, weights: Weights, call: Call[Numbers], observed: Array | None = None) -> Outputs[Numbers]:
        """Call it twice."""
        _, h_n, c_n = super().__call__(weights, call, observed)
        return super().__call__(weights, call._replace(h_0=h_n, c_0=c_n), observed)


class Peepholes(LSTM):
    """The gates see the cell state, i and f before its update, o after it: ONNX. Every weight is 0.1."""

    weight = 0.1

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Give it peepholes."""
        w = super().of_cell(w, index, direction)
        return w._replace(peepholes=np.full((3, w.hidden_size), self.weight, w.kernel.dtype))
