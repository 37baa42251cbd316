"""Small layers of which gradients are taken as of functions: everything that has one in a list, and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.reference.backwards import WeightGradients
from lstm_conformance.reference.gradients import BackwardPass
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Fill, Mask, Outputs, within_lengths
from lstm_conformance.reference.merging import last, merged
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.reference.mutants.base import LSTM, Call, LSTMWithGradients, LSTMWithOptimizer
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights, Weights, mapped
from lstm_conformance.suites.meta.numbers import drawn, start
from lstm_conformance.suites.meta.variants import Variant

WRONG: dict[str, type[LSTMWithGradients]] = {
    name: mutant
    for name, mutant in MUTANTS.items()
    if issubclass(mutant, LSTMWithGradients)
    and not issubclass(mutant, LSTMWithOptimizer)
    and family_of(mutant) not in {"records", "derivatives", "dropout"}
}
"""The wrong ways back, by name, which show in one call and in the way back from it."""


class Example(NamedTuple):
    """One case, without an axis of cases: a layer, its weights, x, h_0 and c_0, and a mask."""

    layer: Layer
    weights: Weights
    inputs: tuple[Array, Array, Array]
    mask: Mask | None = None
    fill: Fill = "zeros"

    @classmethod
    def of(cls, cases: Cases, mask: Mask | None = None, fill: Fill = "zeros") -> Example:
        """The first of the cases."""
        x, h_0, c_0 = start(only(cases, 0))
        weights = arranged(cases.weights, (a[0] for a in arrays(cases.weights)))
        return cls(cases.configuration.layer, weights, (x[:, 0], h_0[:, :, 0], c_0[:, :, 0]), mask, fill)

    def arrays(self) -> list[Array]:
        """Everything that has a gradient."""
        return [*self.inputs, *arrays(self.weights)]

    def holding(self, numbers: list[Array]) -> Example:
        """The same layer with other numbers."""
        x, h_0, c_0, *others = numbers
        return self._replace(weights=arranged(self.weights, iter(others)), inputs=(x, h_0, c_0))

    def outputs(self, lstm: LSTM) -> Outputs[Array]:
        """What the layer returns."""
        lstm.fill = self.fill
        y, h_n, c_n = lstm(self.weights, Call(*self.inputs, mask=self.mask))
        y = y if self.layer.return_sequences else last(y, self.layer.directions)
        return Outputs(merged(y, self.layer.merge_mode) if self.layer.merges else y, h_n, c_n)

    def gradients(self, backward: BackwardPass, given: Outputs[Array]) -> list[Array]:
        """In the order of `arrays`."""
        backward.fill, backward.merge_mode = self.fill, self.layer.merge_mode
        backward.return_sequences = self.layer.return_sequences
        found = backward.gradients(self.weights, Call(*self.inputs, mask=self.mask), given)
        return [found.x, found.h_0, found.c_0, *arrays(found.weights)]


def arrays(weights: Sequence[Sequence[CellWeights | WeightGradients[Array]]]) -> list[Array]:
    """The arrays of all cells."""
    return [a for directions in weights for w in directions for a in w.named.values()]


def arranged(like: Weights, numbers: Iterator[Array]) -> Weights:
    """The arrays as the weights of cells: the inverse of `arrays`."""
    return mapped(like, lambda _: next(numbers))


RAGGED = within_lengths(4, np.array([3, 0, 2]))
HOLES = np.array([[0, 1, 1], [1, 0, 1], [0, 0, 1], [1, 0, 0]], np.bool_)

LONG = Example.of(drawn(10, 3, 4, 5, bidirectional=True, regime="saturated"), within_lengths(10, np.array([10, 4, 9])))
STACKED = Example.of(drawn(4, 3, 4, 5, num_layers=2, proj_size=3))
"""Layers in which every wrong backward pass shows: in one or the other."""

SPECIAL = (
    *(Example.of(drawn(4, 3, 2, 5, regime=regime)) for regime in ("zero_states", "zero_blocks", "first_bias_only")),
    Example.of(drawn(4, 3, 2, 5, activation="relu")),
    Example.of(drawn(3, 3, 2, 5, activation="relu", regime="saturated")),
    Example.of(drawn(4, 3, 2, 5, num_layers=2, dropout=0.5)),
    Example.of(drawn(3, 3, 2, 4, num_layers=3, bidirectional=True)),
    Example.of(drawn(4, 3, 2, 5, go_backwards=True), HOLES),
)
"""Those in which shortcuts show that are right where nothing is zero, and as people call most layers."""

LIMITED = Variant(0.5, options={"clip": 0.5, "cell_clip": 0.25, "projection_clip": 0.125, "coupled": "f"})
"""A cell with all options of ONNX and TensorFlow 1."""

WITH_OPTIONS = Example.of(LIMITED.with_peepholes(drawn(4, 3, 2, 5, proj_size=3)))
"""A layer of such cells."""


def given_to(example: Example) -> Outputs[Array]:
    """Gradients of the outputs, of all sizes around 1, which float32 holds."""
    random = np.random.RandomState(0)
    outputs = example.outputs(LSTM(example.layer, Cell()))
    return Outputs(*((3 * random.standard_normal(a.shape)).astype(np.float32).astype(np.float64) for a in outputs))
