"""Gradients of weights: a sum over the wrong axis, a step left out, digits lost, or more done than was asked.

The outputs of these layers, and what comes back to their inputs and states, are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.backwards import WeightGradients, added
from lstm_conformance.reference.gradients import Gradients
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Call, Cell
from lstm_conformance.reference.mutants.base import LSTMWithGradients
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, scaled, stack, zeros_like
from lstm_conformance.reference.sums import outer, total
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights, Weights

OfWeights = list[list[WeightGradients[Array]]]
"""Those of all cells, `[layer][direction]`."""


class WeightGradientsAveraged(LSTMWithGradients):
    """Averages the gradients of the weights over the batch, where their sum is documented."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """Divide by the number of rows."""
        rows = d_z.shape[-2]
        return super().weight_gradients(w, tape, times(d_z, 1 / rows), times(d_h, 1 / rows))


class WeightGradientsAveragedOverTime(LSTMWithGradients):
    """Averages the gradients of the weights over the steps."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """Divide by their number; a single step is right."""
        return super().weight_gradients(w, tape, times(d_z, 1 / len(tape)), times(d_h, 1 / len(tape)))


class BiasGradientAveraged(LSTMWithGradients):
    """Averages the gradient of a bias over the batch: `mean` instead of `sum`."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(biases=tuple(times(b, 1 / d_z.shape[-2]) for b in right.biases))


class BiasGradientOfTheFirstRow(LSTMWithGradients):
    """Sums the gradient of a bias over the steps, and takes the first of the rows that are left."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(biases=tuple(total(d_z[..., :1, :]) for _ in right.biases))


class BiasGradientSharedOut(LSTMWithGradients):
    """Gives each of two biases half of the gradient of their sum."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """A single bias is right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(biases=tuple(times(b, 1 / len(right.biases)) for b in right.biases))


class SecondBiasDetached(LSTMWithGradients):
    """Puts the second bias into a buffer, because one is enough, and returns zeros for it."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """A single bias is right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        detached = tuple(zeros_like(b) for b in right.biases[1:])
        return right._replace(biases=right.biases[:1] + detached)


class RecurrentKernelGradientWithoutTheFirstStep(LSTMWithGradients):
    """Sums the gradient of the recurrent kernel from the second step on, as if h_0 were always zero."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        later = concatenate([zeros_like(d_z[:1]), d_z[1:]], 0)
        return right._replace(recurrent_kernel=outer(later, stack([step.h for step in tape])))


class KernelGradientWithoutTheLastStep(LSTMWithGradients):
    """Sums the gradient of the kernel over one step too few, because the range ends before its end."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        earlier = concatenate([d_z[:-1], zeros_like(d_z[-1:])], 0)
        return right._replace(kernel=outer(earlier, stack([step.x for step in tape])))


class RecurrentKernelGradientFromTheNewHiddenState(LSTMWithGradients):
    """Multiplies by h_t where h_{t-1} belongs, because only the outputs were saved."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(recurrent_kernel=outer(d_z, stack([step.new_h for step in tape])))


class ProjectionGradientFromTheCellState(LSTMWithGradients):
    """Takes c where o ⊙ tanh(c) was projected."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        if right.projection is None:
            return right
        return right._replace(projection=outer(d_h, stack([step.new_c for step in tape])))


class KernelGradientOffByAHundredThousandth(LSTMWithGradients):
    """Accumulates the gradient of the kernel in a format with few digits, and loses the sixth."""

    factor: ClassVar[float] = 1 + 1e-5

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(kernel=times(right.kernel, self.factor))


class KernelGradientOffInTheThirteenthDigit(KernelGradientOffByAHundredThousandth):
    """Accumulates the gradient of the kernel in two halves, and loses the thirteenth digit."""

    dtypes: ClassVar[tuple[str, ...]] = ("float64",)
    factor = 1 + 1e-13


class RecurrentKernelGradientOffByAMillionth(LSTMWithGradients):
    """Loses the seventh digit of the gradient of the recurrent kernel."""

    dtypes: ClassVar[tuple[str, ...]] = ("float64",)

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(recurrent_kernel=times(right.recurrent_kernel, 1 + 1e-6))


class GradientsAccumulated(LSTMWithGradients):
    """Adds the gradients of the weights to those of the calls before, because nobody set them to zero."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.total: OfWeights | None = None

    def handed_over(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """The first call is right."""
        self.total = found.weights if self.total is None else _added(self.total, found.weights)  # type: ignore[arg-type, assignment]
        return found._replace(weights=self.total)  # type: ignore[arg-type]


class WeightsMovedByTheWayBack(LSTMWithGradients):
    """Takes a step of gradient descent on its way back, because layer and optimizer were written as one."""

    def left_by_the_way_back(self, weights: Weights, call: Call[Array]) -> None:
        """What it returns is right."""
        del call
        for w in (w for directions in weights for w in directions):
            w.kernel[...] *= 0.99


def times(a: Numbers, factor: float) -> Numbers:
    """Every element, times the same number."""
    return scaled(a, np.full((1,) * len(a.shape), factor, getattr(a, "dtype", np.float64)))


def _added(a: OfWeights, b: OfWeights) -> OfWeights:
    """The sum of two sets of gradients of weights."""
    return [[added(*pair) for pair in zip(*cells, strict=True)] for cells in zip(a, b, strict=True)]
