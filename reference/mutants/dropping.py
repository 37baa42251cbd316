"""A right LSTM that drops in training mode, in pieces each of which can be got wrong.

What is dropped, and when, is what the framework of its layout documents (`reference/contracts/dropout.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from lstm_conformance.reference.contracts import contract_of
from lstm_conformance.reference.contracts.dropout import Dropout
from lstm_conformance.reference.gradients import NOTHING, Gradients, Observed
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Call, LSTMWithGradients, Trajectory, constant
from lstm_conformance.reference.rounded import Array, Numbers, scaled
from lstm_conformance.reference.weights import CellWeights, Weights


class LSTMWithDropout(LSTM):
    """A right LSTM with dropout; its random numbers follow from the seed of the layer."""

    dtypes: ClassVar[tuple[str, ...]] = SINGLE
    claims: ClassVar[tuple[str, ...]] = ("dropout",)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.index = 0
        self.random = np.random.RandomState(self.seed(layer))
        self.of_states: Any = None

    def __call__(self, weights: Weights, call: Call[Numbers], observed: Array | None = None) -> Outputs[Numbers]:
        """The same, of layers that are counted."""
        self.index = 0
        return super().__call__(weights, call, observed)

    def seed(self, layer: Layer) -> int:
        """What the random numbers begin with."""
        return layer.seed

    @property
    def promised(self) -> Dropout:
        """On what dropout acts. Raises TypeError for a layout of which that is not known."""
        dropout = contract_of(self.layout).dropout
        if dropout is None:
            raise TypeError(f"nothing is known of dropout in the layout {self.layout}: leave it out")
        return dropout

    def told(self, training: bool | None) -> bool:
        """By default what the framework documents."""
        return self.promised.by_default == "trains" if training is None else training

    def is_active(self) -> bool:
        """Whether anything is dropped."""
        return self.training

    def drops_inputs(self, index: int) -> bool:
        """Whether the layer at this index drops what it reads."""
        return index >= self.promised.first

    def constant(self) -> bool:
        """Whether the same is dropped at every step of a sequence."""
        return self.promised.constant

    def rates(self) -> tuple[float, float]:
        """The rates of inputs and of states."""
        return self.constructed.dropout, self.constructed.recurrent_dropout

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """1 where a number (T, ..., B, K) is kept, 0 where it is dropped."""
        return np.asarray(self.random.uniform(size=shape) >= rate, np.float64)

    def scale(self, rate: float) -> float:
        """By what kept numbers are multiplied."""
        return 1 / (1 - rate) if rate < 1 else 0.0

    def factors(self, shape: tuple[int, ...], rate: float) -> Array:
        """By what numbers (T, ..., B, K) are multiplied."""
        drawn = self.kept((1, *shape[1:]) if self.constant() else shape, rate)
        return np.broadcast_to(drawn * self.scale(rate), shape)

    def layer(
        self,
        directions: Sequence[CellWeights],
        x: Numbers,
        states: tuple[Numbers, Numbers],
        mask: Mask | None,
        observed: Array | None,
    ) -> Outputs[Numbers]:
        """Count it; drop for both directions at once, where they do not drop by themselves."""
        x = x if self.promised.by_direction else self.read_by(x)
        outputs = super().layer(directions, x, states, mask, observed)
        self.index += 1
        return outputs

    def run(
        self, w: CellWeights, x: Numbers, states: tuple[Numbers, Numbers], observed: Array | None, mask: Mask | None
    ) -> Trajectory[Numbers]:
        """Choose what is dropped of h before every step; drop of the inputs, where each direction does it by itself."""
        x = self.read_by(x) if self.promised.by_direction else x
        rate = self.rates()[1] if self.is_active() else 0
        self.of_states = self.factors((x.shape[0], *states[0].shape), rate) if rate else None
        return super().run(w, x, states, observed, mask)

    def read_by(self, x: Numbers) -> Numbers:
        """What a layer, or one direction of it, is left of its input (T, ..., B, I)."""
        rate = self.rates()[0] if self.is_active() and self.drops_inputs(self.index) else 0
        return self.dropped(x, self.factors(x.shape, rate)) if rate else x

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """Drop of h."""
        return super().step(w, z_x, h if self.of_states is None else self.dropped(h, self.of_states[t]), c, t)

    def dropped(self, a: Numbers, factors: Array) -> Numbers:
        """The numbers, multiplied."""
        return a * constant(factors, a)


Factors = list[list[tuple[Array, Array]]]
"""By what the kernel and the recurrent kernel of every cell are multiplied, (..., 1, I) and (..., 1, P)."""


class LSTMWithGradientsOfWhatIsKept(LSTMWithGradients):
    """A right LSTM of one row that drops as Keras documents, and goes back through what it kept.

    A number that is dropped at every step is one whose weights are 0; those of all others are scaled. Rows of a batch
    would drop the same, so that it is asked for nothing but gradients.
    """

    layout: ClassVar[str] = "keras"
    claims: ClassVar[tuple[str, ...]] = ("gradients", "dropout", "recurrent_dropout")

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.random = np.random.RandomState(layer.seed)
        self.kept: Factors = []

    def loaded(self, weights: Weights) -> Weights:
        """Choose what is dropped in this call."""
        self.kept = self.drawn(weights)
        return super().loaded(self.multiplied(weights))

    def drawn(self, weights: Weights) -> Factors:
        """What is kept, for each direction of each layer by itself; everything in evaluation."""
        rates = self.constructed.dropout, self.constructed.recurrent_dropout
        return [
            [
                (self.factors(w.kernel, rates[0]), self.factors(w.recurrent_kernel, rates[1]))  # of what it reads, of h
                for w in cells
            ]
            for cells in weights
        ]

    def factors(self, matrix: Array, rate: float) -> Array:
        """0 or 1 / (1 - rate) for every column of a matrix (..., 4H, K), on axes of 1."""
        shape = (*(1 for _ in matrix.shape[:-1]), matrix.shape[-1])
        if not (self.training and rate):
            return np.ones(shape, matrix.dtype)
        kept = self.random.uniform(size=shape) >= rate
        return (kept / (1 - rate) if rate < 1 else 0.0 * kept).astype(matrix.dtype)

    def multiplied(self, weights: Weights) -> Weights:
        """The weights of a layer that drops nothing, and computes the same."""
        return [
            [
                w._replace(kernel=w.kernel * of_x, recurrent_kernel=w.recurrent_kernel * of_h)
                for w, (of_x, of_h) in zip(cells, kept, strict=True)
            ]
            for cells, kept in zip(weights, self.kept, strict=True)
        ]

    def gradients(
        self, weights: Weights, call: Call[Numbers], given: Outputs[Numbers], observed: Observed = NOTHING
    ) -> Gradients[Numbers]:
        """Of the layer that computes the same, and from there those of its own weights."""
        self.kept = self.kept or self.drawn(weights)
        return self.of_own_weights(super().gradients(self.on_the_way_back(weights), call, given, observed))

    def on_the_way_back(self, weights: Weights) -> Weights:
        """The weights through which it goes back."""
        return self.multiplied(weights)

    def of_own_weights(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """Of weights as they were before they were multiplied."""
        weights = [
            [
                w._replace(kernel=scaled(w.kernel, of_x), recurrent_kernel=scaled(w.recurrent_kernel, of_h))
                for w, (of_x, of_h) in zip(cells, kept, strict=True)
            ]
            for cells, kept in zip(found.weights, self.kept, strict=True)
        ]
        return found._replace(weights=weights)
