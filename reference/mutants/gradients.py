"""Gradients: backward passes with a term missing, a sum over the wrong axis, or a step left out.

The outputs of these layers are right. Each carries the backward pass of `reference/gradients.py` as its `gradients`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.gradients import CellGradients, Four, Gradients, Step, slope, summed
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTMWithGradients
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights, Weights

# Terms of a step


class GradientThroughTheForgetGateMissing(LSTMWithGradients):
    """Takes the forget gate for a constant, because a detached copy of it scales the cell state."""

    def gate_gradients(self, step: Step[Array], d_m: Array, d_c: Array) -> Four:
        """Nothing arrives at f."""
        d_i, d_f, d_g, d_o = super().gate_gradients(step, d_m, d_c)
        return d_i, np.zeros_like(d_f), d_g, d_o


class GradientThroughTheOutputGateMissing(LSTMWithGradients):
    """Forgets that h depends on the output gate, too."""

    def gate_gradients(self, step: Step[Array], d_m: Array, d_c: Array) -> Four:
        """Nothing arrives at o."""
        d_i, d_f, d_g, d_o = super().gate_gradients(step, d_m, d_c)
        return d_i, d_f, d_g, np.zeros_like(d_o)


class ForgetGateGradientFromTheNewCellState(LSTMWithGradients):
    """Multiplies by c_t where c_{t-1} belongs, because only the new states were saved."""

    def gate_gradients(self, step: Step[Array], d_m: Array, d_c: Array) -> Four:
        """∂f = ∂c_t ⊙ c_t."""
        d_i, _, d_g, d_o = super().gate_gradients(step, d_m, d_c)
        return d_i, d_c * step.new_c, d_g, d_o


class GateGradientsClipped(LSTMWithGradients):
    """Clips the gradients inside the recurrence to ±1, as was done against exploding gradients, and does not say so."""

    def gate_gradients(self, step: Step[Array], d_m: Array, d_c: Array) -> Four:
        """Small gradients are right."""
        d_i, d_f, d_g, d_o = (np.clip(a, -1, 1) for a in super().gate_gradients(step, d_m, d_c))
        return d_i, d_f, d_g, d_o


class CandidateSlopeOfTheLogisticFunction(LSTMWithGradients):
    """Uses g (1 - g) for all four gates, which is the slope of σ and not of tanh."""

    def gate_slopes(self, step: Step[Array]) -> Four:
        """The other three are right."""
        i, f, _, o = super().gate_slopes(step)
        g = step.gates[2]
        return i, f, g * (1 - g), o


class SlopeOfTheCellStateMissing(LSTMWithGradients):
    """Forgets the tanh between the cell state and the output on the way back."""

    def output_slope(self, step: Step[Array]) -> Array:
        """One, everywhere."""
        return np.ones_like(step.new_c)


class SlopeAtTheOldCellState(LSTMWithGradients):
    """Takes tanh' at c_{t-1}, because the tape is read one step off."""

    def output_slope(self, step: Step[Array]) -> Array:
        """In the first step this is c_0."""
        return slope(self.cell.output, step.c)


# From step to step


class GradientThroughTheRecurrentKernelMissing(LSTMWithGradients):
    """Detaches h between the steps, and trains the recurrence through the cell state alone."""

    def hidden_state_gradient(self, w: CellWeights, d_z: Array) -> Array:
        """Nothing arrives at the h before."""
        return np.zeros_like(super().hidden_state_gradient(w, d_z))


class RecurrentKernelTransposedOnTheWayBack(LSTMWithGradients):
    """Multiplies by the recurrent kernel where its transpose belongs: both fit, because its blocks are square."""

    def hidden_state_gradient(self, w: CellWeights, d_z: Array) -> Array:
        """Kernels of projected layers are not square, and right."""
        kernel, size = w.recurrent_kernel, w.hidden_size
        if kernel.shape[-1] == size:
            blocks = kernel.reshape(*kernel.shape[:-2], 4, size, size).swapaxes(-1, -2)
            w = w._replace(recurrent_kernel=blocks.reshape(kernel.shape))
        return super().hidden_state_gradient(w, d_z)


class GradientThroughTheCellStateMissing(LSTMWithGradients):
    """Detaches c between the steps, and loses what makes an LSTM remember."""

    def cell_state_gradient(self, step: Step[Array], d_c: Array) -> Array:
        """Nothing arrives at the c before."""
        return np.zeros_like(super().cell_state_gradient(step, d_c))


class CellStateGradientNotForgotten(LSTMWithGradients):
    """Hands ∂c on as it is, as in the LSTM of 1997, which had no forget gate."""

    def cell_state_gradient(self, step: Step[Array], d_c: Array) -> Array:
        """f is one."""
        del step
        return d_c


class TruncatedAfter8Steps(LSTMWithGradients):
    """Truncates backpropagation through time to windows of 8 steps, and does not say so."""

    window: ClassVar[int] = 8

    def step_gradients(
        self, w: CellWeights, step: Step[Array], d_h: Array, d_c: Array, t: int
    ) -> tuple[Array, Array, Array]:
        """Nothing arrives at the window before."""
        d_z, before_h, before_c = super().step_gradients(w, step, d_h, d_c, t)
        if t and t % self.window == 0:
            before_h, before_c = np.zeros_like(before_h), np.zeros_like(before_c)
        return d_z, before_h, before_c


class PaddingContributes(LSTMWithGradients):
    """Masks the outputs on the way forward, and forgets the mask on the way back."""

    def cell_gradients(
        self, w: CellWeights, tape: Sequence[Step[Array]], d_y: Array, d_h_n: Array, d_c_n: Array
    ) -> CellGradients:
        """Let every step count."""
        return super().cell_gradients(w, [step._replace(counts=None) for step in tape], d_y, d_h_n, d_c_n)


# Weights


class WeightGradientsAveraged(LSTMWithGradients):
    """Averages the gradients of the weights over the batch, where their sum is documented."""

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """Divide by the number of rows."""
        rows = d_z.shape[-2]
        return super().weight_gradients(w, tape, d_z / rows, d_h / rows)


class BiasGradientAveraged(LSTMWithGradients):
    """Averages the gradient of a bias over the batch: `mean` instead of `sum`."""

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(biases=tuple(b / d_z.shape[-2] for b in right.biases))


class BiasGradientOfTheFirstRow(LSTMWithGradients):
    """Sums the gradient of a bias over the steps, and takes the first of the rows that are left."""

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(biases=tuple(d_z.sum(0)[..., 0, :] for _ in right.biases))


class BiasGradientSharedOut(LSTMWithGradients):
    """Gives each of two biases half of the gradient of their sum."""

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """A single bias is right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(biases=tuple(b / len(right.biases) for b in right.biases))


class RecurrentKernelGradientWithoutTheFirstStep(LSTMWithGradients):
    """Sums the gradient of the recurrent kernel from the second step on, as if h_0 were always zero."""

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        later = np.concatenate([np.zeros_like(d_z[:1]), d_z[1:]])
        return right._replace(recurrent_kernel=summed(later, [step.h for step in tape]))


class RecurrentKernelGradientFromTheNewHiddenState(LSTMWithGradients):
    """Multiplies by h_t where h_{t-1} belongs, because only the outputs were saved."""

    def weight_gradients(self, w: CellWeights, tape: Sequence[Step[Array]], d_z: Array, d_h: Array) -> CellWeights:
        """The other weights are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        return right._replace(recurrent_kernel=summed(d_z, [step.new_h for step in tape]))


class GradientsAccumulated(LSTMWithGradients):
    """Adds the gradients of the weights to those of the calls before, because nobody set them to zero."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.total: Weights | None = None

    def gradients(
        self, weights: Weights, x: Array, h_0: Array, c_0: Array, given: Outputs[Array], mask: Mask | None = None
    ) -> Gradients:
        """The first call is right."""
        right = super().gradients(weights, x, h_0, c_0, given, mask)
        self.total = right.weights if self.total is None else _added(self.total, right.weights)
        return right._replace(weights=self.total)


# Inputs and states


class InputGradientOfTheBackwardDirectionNotTurned(LSTMWithGradients):
    """Adds the second direction's gradient of the input in its order of processing."""

    def input_gradient(self, parts: Sequence[Array]) -> Array:
        """Turn it once too often."""
        return super().input_gradient([parts[0], *(a[::-1] for a in parts[1:])])


class InputGradientOfTheForwardDirectionOnly(LSTMWithGradients):
    """Overwrites a gradient of the input where the two directions' are to be added."""

    def input_gradient(self, parts: Sequence[Array]) -> Array:
        """The second direction's is lost."""
        return super().input_gradient(parts[:1])


class InitialStatesDetached(LSTMWithGradients):
    """Detaches the initial states, as a training loop does that carries them over, and returns zeros for them."""

    def gradients(
        self, weights: Weights, x: Array, h_0: Array, c_0: Array, given: Outputs[Array], mask: Mask | None = None
    ) -> Gradients:
        """The weights' are right."""
        right = super().gradients(weights, x, h_0, c_0, given, mask)
        return right._replace(h_0=np.zeros_like(right.h_0), c_0=np.zeros_like(right.c_0))


class InitialStateGradientsExchanged(LSTMWithGradients):
    """Returns the gradients of the initial states as (c, h)."""

    def gradients(
        self, weights: Weights, x: Array, h_0: Array, c_0: Array, given: Outputs[Array], mask: Mask | None = None
    ) -> Gradients:
        """Where their shapes allow it."""
        right = super().gradients(weights, x, h_0, c_0, given, mask)
        return right._replace(h_0=right.c_0, c_0=right.h_0) if right.h_0.shape == right.c_0.shape else right


class FinalStateGradientsIgnored(LSTMWithGradients):
    """Starts the way back from zeros, and drops what is given for h_n and c_n."""

    def gradients(
        self, weights: Weights, x: Array, h_0: Array, c_0: Array, given: Outputs[Array], mask: Mask | None = None
    ) -> Gradients:
        """Only the gradient of the outputs counts."""
        given = Outputs(given.y, np.zeros_like(given.h_n), np.zeros_like(given.c_n))
        return super().gradients(weights, x, h_0, c_0, given, mask)


class OnlyTheLastOutputCounts(LSTMWithGradients):
    """Starts from the gradient of the last output, and drops those of the others."""

    def gradients(
        self, weights: Weights, x: Array, h_0: Array, c_0: Array, given: Outputs[Array], mask: Mask | None = None
    ) -> Gradients:
        """A single output is right."""
        y = np.concatenate([np.zeros_like(given.y[:-1]), given.y[-1:]])
        return super().gradients(weights, x, h_0, c_0, given._replace(y=y), mask)


def _added(a: Weights, b: Weights) -> Weights:
    """The sum of two sets of weights."""
    cells = (zip(*directions, strict=True) for directions in zip(a, b, strict=True))
    return [[one.map(np.add, other) for one, other in pairs] for pairs in cells]
