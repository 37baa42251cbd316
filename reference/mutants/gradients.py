"""Gradients: backward passes with a term missing, a slope at the wrong place, or an end that comes too early.

The outputs of these layers are right. Each carries the backward pass of `reference/gradients.py` as its `gradients`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.backwards import CellGradients
from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.gradients import NOTHING, Gradients, Observed, turned
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.merging import halves
from lstm_conformance.reference.mutants.base import SINGLE, LSTMWithGradients, applied, constant
from lstm_conformance.reference.rounded import Array, Numbers, concatenate, scaled, zeros_like
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights, Weights

# Terms of a step


class GradientThroughTheForgetGateMissing(LSTMWithGradients):
    """Takes the forget gate for a constant, because a detached copy of it scales the cell state."""

    dtypes: ClassVar[tuple[str, ...]] = (*SINGLE, "float16")

    def gate_gradients(self, step: Step[Numbers], d_m: Numbers, d_c: Numbers) -> Gates[Numbers]:
        """Nothing arrives at f."""
        right = super().gate_gradients(step, d_m, d_c)
        return right._replace(f=zeros_like(right.f))


class GradientThroughTheOutputGateMissing(LSTMWithGradients):
    """Forgets that h depends on the output gate, too."""

    def gate_gradients(self, step: Step[Numbers], d_m: Numbers, d_c: Numbers) -> Gates[Numbers]:
        """Nothing arrives at o."""
        right = super().gate_gradients(step, d_m, d_c)
        return right._replace(o=zeros_like(right.o))


class ForgetGateGradientFromTheNewCellState(LSTMWithGradients):
    """Multiplies by c_t where c_{t-1} belongs, because only the new states were saved."""

    def gate_gradients(self, step: Step[Numbers], d_m: Numbers, d_c: Numbers) -> Gates[Numbers]:
        """∂f = ∂c_t ⊙ c_t."""
        return super().gate_gradients(step, d_m, d_c)._replace(f=d_c * step.new_c)


class GateGradientsClipped(LSTMWithGradients):
    """Clips the gradients inside the recurrence to ±1, as was done against exploding gradients, and does not say so."""

    def gate_gradients(self, step: Step[Numbers], d_m: Numbers, d_c: Numbers) -> Gates[Numbers]:
        """Small gradients are right."""
        return Gates(*(applied(a, lambda z: np.clip(z, -1, 1)) for a in super().gate_gradients(step, d_m, d_c)))


class CandidateSlopeOfTheLogisticFunction(LSTMWithGradients):
    """Uses g (1 - g) for all four gates, which is the slope of σ and not of tanh."""

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """The other three are right."""
        g = step.gates.g
        return super().gate_slopes(step)._replace(g=g * (1 - g))


class SlopesAtTheGates(LSTMWithGradients):
    """Takes σ' at the gates instead of their pre-activations, because only the gates were saved."""

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """That of the candidate is right."""
        i, f, _, o = (self.cell.gate.slope(a, self.cell.gate(a)) for a in step.gates)
        return super().gate_slopes(step)._replace(i=i, f=f, o=o)


class SlopeOfTheCellStateMissing(LSTMWithGradients):
    """Forgets the tanh between the cell state and the output on the way back."""

    def output_slope(self, step: Step[Numbers]) -> Numbers:
        """One, everywhere."""
        return 1 - zeros_like(step.new_c)


class SlopeAtTheOldCellState(LSTMWithGradients):
    """Takes tanh' at c_{t-1}, because the tape is read one step off."""

    def output_slope(self, step: Step[Numbers]) -> Numbers:
        """In the first step this is c_0."""
        return self.cell.output.slope(step.c, self.cell.output(step.c))


class GradientThroughTheHiddenStateTwice(LSTMWithGradients):
    """Adds what comes by way of h to ∂c_t twice, because it was accumulated in place already."""

    def new_cell_state_gradient(
        self, w: CellWeights, step: Step[Numbers], d_m: Numbers, d_c: Numbers, slopes: Gates[Numbers]
    ) -> Numbers:
        """Go there once more."""
        once = super().new_cell_state_gradient(w, step, d_m, d_c, slopes)
        return super().new_cell_state_gradient(w, step, d_m, once, slopes)


class GradientsOfPreActivationsInHalfPrecision(LSTMWithGradients):
    """Keeps ∂z in float16, to save memory."""

    kept: ClassVar[type[np.floating]] = np.float16

    def step_gradients(
        self, w: CellWeights, step: Step[Numbers], d_h: Numbers, d_c: Numbers, t: int, seen: Numbers | None = None
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Only ∂c keeps all its digits."""
        d_z, _, before_c = super().step_gradients(w, step, d_h, d_c, t, seen)
        d_z = applied(d_z, lambda a: a.astype(self.kept).astype(a.dtype))
        return d_z, self.hidden_state_gradient(w, d_z), before_c


class GradientsOfPreActivationsInSinglePrecision(GradientsOfPreActivationsInHalfPrecision):
    """Keeps ∂z in float32, in a layer of float64."""

    dtypes: ClassVar[tuple[str, ...]] = ("float64",)
    kept = np.float32


class GradientsOfPreActivationsAHundredthTooLarge(LSTMWithGradients):
    """Scales a loss up, and the gradients of the pre-activations down by a rounded factor."""

    dtypes: ClassVar[tuple[str, ...]] = ("float16",)

    def step_gradients(
        self, w: CellWeights, step: Step[Numbers], d_h: Numbers, d_c: Numbers, t: int, seen: Numbers | None = None
    ) -> tuple[Numbers, Numbers, Numbers]:
        """∂c is right."""
        d_z, _, before_c = super().step_gradients(w, step, d_h, d_c, t, seen)
        d_z = scaled(d_z, np.full((1,) * len(d_z.shape), 1.01, w.kernel.dtype))
        return d_z, self.hidden_state_gradient(w, d_z), before_c


# From step to step


class GradientThroughTheRecurrentKernelMissing(LSTMWithGradients):
    """Detaches h between the steps, and trains the recurrence through the cell state alone."""

    dtypes: ClassVar[tuple[str, ...]] = (*SINGLE, "float16")

    def hidden_state_gradient(self, w: CellWeights, d_z: Numbers) -> Numbers:
        """Nothing arrives at the h before."""
        return zeros_like(super().hidden_state_gradient(w, d_z))


class RecurrentKernelTransposedOnTheWayBack(LSTMWithGradients):
    """Multiplies by the recurrent kernel where its transpose belongs: both fit, because its blocks are square."""

    def hidden_state_gradient(self, w: CellWeights, d_z: Numbers) -> Numbers:
        """Kernels of projected layers are not square, and right."""
        kernel, size = w.recurrent_kernel, w.hidden_size
        if kernel.shape[-1] == size:
            blocks = kernel.reshape(*kernel.shape[:-2], 4, size, size).swapaxes(-1, -2)
            w = w._replace(recurrent_kernel=blocks.reshape(kernel.shape))
        return super().hidden_state_gradient(w, d_z)


class GradientThroughTheCellStateMissing(LSTMWithGradients):
    """Detaches c between the steps, and loses what makes an LSTM remember."""

    def cell_state_gradient(self, w: CellWeights, step: Step[Numbers], d_c: Numbers, d_z: Numbers) -> Numbers:
        """Nothing arrives at the c before."""
        return zeros_like(super().cell_state_gradient(w, step, d_c, d_z))


class CellStateGradientNotForgotten(LSTMWithGradients):
    """Hands ∂c on as it is, as in the LSTM of 1997, which had no forget gate."""

    def cell_state_gradient(self, w: CellWeights, step: Step[Numbers], d_c: Numbers, d_z: Numbers) -> Numbers:
        """f is one."""
        del w, step, d_z
        return d_c


class TruncatedAfter8Steps(LSTMWithGradients):
    """Truncates backpropagation through time to windows of 8 steps, and does not say so."""

    window: ClassVar[int] = 8

    def step_gradients(
        self, w: CellWeights, step: Step[Numbers], d_h: Numbers, d_c: Numbers, t: int, seen: Numbers | None = None
    ) -> tuple[Numbers, Numbers, Numbers]:
        """Nothing arrives at the window before."""
        d_z, before_h, before_c = super().step_gradients(w, step, d_h, d_c, t, seen)
        if t and t % self.window == 0:
            before_h, before_c = zeros_like(before_h), zeros_like(before_c)
        return d_z, before_h, before_c


class TruncatedAfter64Steps(TruncatedAfter8Steps):
    """Truncates it to windows of 64 steps, which are enough for the sentences that it is tried with."""

    window = 64


class PaddingContributes(LSTMWithGradients):
    """Masks the outputs on the way forward, and forgets the mask on the way back."""

    def cell_gradients(
        self,
        w: CellWeights,
        tape: Sequence[Step[Numbers]],
        d_y: Numbers,
        d_h_n: Numbers,
        d_c_n: Numbers,
        observed: Array | None = None,
    ) -> CellGradients[Numbers]:
        """Let every step count."""
        return super().cell_gradients(w, [step._replace(counts=None) for step in tape], d_y, d_h_n, d_c_n, observed)


class GradientEndsAtThePadding(LSTMWithGradients):
    """Multiplies ∂h and ∂c by the mask, where they are to be handed on past a step that does not count."""

    def cell_gradients(
        self,
        w: CellWeights,
        tape: Sequence[Step[Numbers]],
        d_y: Numbers,
        d_h_n: Numbers,
        d_c_n: Numbers,
        observed: Array | None = None,
    ) -> CellGradients[Numbers]:
        """What is given for the final states ends at the last step of a row that does not count."""
        counts = tape[-1].counts
        if counts is not None:
            d_h_n, d_c_n = (scaled(a, counts[..., None].astype(w.kernel.dtype)) for a in (d_h_n, d_c_n))
        return super().cell_gradients(w, tape, d_y, d_h_n, d_c_n, observed)


# Inputs and states


class InputGradientOfTheBackwardDirectionNotTurned(LSTMWithGradients):
    """Adds the second direction's gradient of the input in its order of processing."""

    def input_gradient(self, parts: Sequence[Numbers]) -> Numbers:
        """Turn it once too often."""
        return super().input_gradient([turned(part, k) for k, part in enumerate(parts)])


class InputGradientOfTheForwardDirectionOnly(LSTMWithGradients):
    """Overwrites a gradient of the input where the two directions' are to be added."""

    def input_gradient(self, parts: Sequence[Numbers]) -> Numbers:
        """The second direction's is lost."""
        return super().input_gradient(parts[:1])


class GradientOfTheBackwardDirectionOverwritten(LSTMWithGradients):
    """Writes what comes back to an inner layer's input over what goes back into it, which the second direction reads.

    A kernel of MXNet did so in stacks of more than two layers: https://github.com/apache/mxnet/pull/18203.
    """

    def gradients(
        self, weights: Weights, call: Call[Numbers], given: Outputs[Numbers], observed: Observed = NOTHING
    ) -> Gradients[Numbers]:
        """Count the layers."""
        self.index = self.top = len(weights) - 1
        return super().gradients(weights, call, given, observed)

    def layer_gradients(
        self,
        directions: Sequence[CellWeights],
        tapes: Sequence[Sequence[Step[Numbers]]],
        parts: Sequence[Numbers],
        ends: tuple[Numbers, Numbers],
        observed: Array | None,
    ) -> list[CellGradients[Numbers]]:
        """The first and the last layer have memory of their own for both."""
        cells = super().layer_gradients(directions, tapes, parts, ends, observed)
        if 0 < self.index < self.top and len(parts) > 1:
            written = turned(halves(cells[0].x, len(parts))[1], 1)
            cells = super().layer_gradients(directions, tapes, [parts[0], written], ends, observed)
        self.index -= 1
        return cells


class InputGradientOfTheFirstStepMissing(LSTMWithGradients):
    """Ends the loop backwards one step too early for the input."""

    def input_gradient(self, parts: Sequence[Numbers]) -> Numbers:
        """Zero there."""
        right = super().input_gradient(parts)
        return concatenate([zeros_like(right[:1]), right[1:]], 0)


class InputGradientKeptFromZero(LSTMWithGradients):
    """Adds 1e-12 to the gradient of the input, so that somebody may divide by it."""

    def handed_over(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """The others are right."""
        return found._replace(x=found.x + constant(np.full(found.x.shape, 1e-12), found.x))


class InitialStatesDetached(LSTMWithGradients):
    """Detaches the initial states, as a training loop does that carries them over, and returns zeros for them."""

    def handed_over(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """The weights' are right."""
        return found._replace(h_0=zeros_like(found.h_0), c_0=zeros_like(found.c_0))


class InitialStateGradientsExchanged(LSTMWithGradients):
    """Returns the gradients of the initial states as (c, h)."""

    def handed_over(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """Where their shapes allow it."""
        return found._replace(h_0=found.c_0, c_0=found.h_0) if found.h_0.shape == found.c_0.shape else found


class InitialStateGradientsOfTheLayersReversed(LSTMWithGradients):
    """Returns the gradients of the initial states in the order of the way back, that of the last layer first."""

    def handed_over(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """A single layer is right."""
        return found._replace(h_0=found.h_0[::-1], c_0=found.c_0[::-1])


class FinalStateGradientsIgnored(LSTMWithGradients):
    """Starts the way back from zeros, and drops what is given for h_n and c_n."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """Only the gradient of the outputs counts."""
        return Outputs(given.y, zeros_like(given.h_n), zeros_like(given.c_n))


class FinalCellStateGradientIgnored(LSTMWithGradients):
    """Starts ∂c from zeros, because a loss sees outputs alone, and drops what is given for c_n."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """What is given for y and h_n counts."""
        return given._replace(c_n=zeros_like(given.c_n))


class OnlyTheLastOutputCounts(LSTMWithGradients):
    """Starts from the gradient of the last output, and drops those of the others."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """A single output is right."""
        y = concatenate([zeros_like(given.y[:-1]), given.y[-1:]], 0)
        return given._replace(y=y)


class GradientOfTheFirstOutputMissing(LSTMWithGradients):
    """Adds the gradient of every output to that which comes from the step behind it, but ends before the first."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """A single output is lost."""
        y = concatenate([zeros_like(given.y[:1]), given.y[1:]], 0)
        return given._replace(y=y)


class InputClearedByTheWayBack(LSTMWithGradients):
    """Frees the memory of its input once it has gone back, whoever else holds it."""

    def left_by_the_way_back(self, weights: Weights, call: Call[Array]) -> None:
        """What it returns is right."""
        del weights
        call.x[...] = 0
