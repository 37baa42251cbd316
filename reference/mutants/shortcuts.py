"""Shortcuts on the way back: gradients that are right for most losses, weights and states, and wrong for some.

Where nothing is zero, all outputs count, and the loss is of ordinary size, these layers are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.backwards import CellGradients, WeightGradients
from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.gradients import NOTHING, Gradients, Observed, mask_of
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.mutants.base import LSTMWithGradients, applied
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, concatenate, scaled, stack, where, zeros_like
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights, Weights

# Of losses


class LargeGradientsOfOutputsClipped(LSTMWithGradients):
    """Clips what it is given to ±100, because a loss that large must be a mistake."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """Ordinary losses are right."""
        return Outputs(*(applied(a, lambda z: np.clip(z, -100, 100)) for a in given))


class SmallGradientsCutOff(LSTMWithGradients):
    """Sets what is below 1e-5 to zero, so that sparse gradients are sent."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """Ordinary losses are right."""
        return Outputs(*(where(np.abs(value(a)) < 1e-5, zeros_like(a), a) for a in given))


class LastOutputTakenForTheFinalStates(LSTMWithGradients):
    """Starts from the final states where the last output alone has a gradient, and gives it to the cell state, too."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """All other losses are right, and projected layers."""
        only_last = value(given.y[-1:]).any() and not value(given.y[:-1]).any()
        fits = given.c_n.shape[0] == 1 and given.c_n.shape[1:] == given.y[-1:].shape
        return given._replace(c_n=given.c_n + given.y[-1:]) if only_last and fits else given


class EqualGradientsTakenForAMean(LSTMWithGradients):
    """Takes a gradient of ones for that of a mean, and divides by the number of outputs."""

    def received(self, given: Outputs[Numbers]) -> Outputs[Numbers]:
        """All other losses are right."""
        ones = bool(np.all(value(given.y) == 1))
        share = np.full((1,) * len(given.y.shape), 1 / value(given.y).size, value(given.y).dtype)
        return given._replace(y=scaled(given.y, share)) if ones else given


class FinalStatesGoBackSixteenSteps(LSTMWithGradients):
    """Goes back from final states alone through the last 16 steps, because what is before them hardly counts."""

    def cell_gradients(
        self,
        w: CellWeights,
        tape: Sequence[Step[Numbers]],
        d_y: Numbers,
        d_h_n: Numbers,
        d_c_n: Numbers,
        observed: Array | None = None,
    ) -> CellGradients[Numbers]:
        """A loss that depends on outputs is right, and a short sequence."""
        before = len(tape) - 16
        if before <= 0 or value(d_y).any():
            return super().cell_gradients(w, tape, d_y, d_h_n, d_c_n, observed)
        seen = None if observed is None else observed[before:]
        gradients = super().cell_gradients(w, tape[before:], d_y[before:], d_h_n, d_c_n, seen)
        x, z = (concatenate([stack([zeros_like(a[0])] * before), a], 0) for a in (gradients.x, gradients.z))
        return gradients._replace(x=x, z=z, h_0=zeros_like(gradients.h_0), c_0=zeros_like(gradients.c_0))


class LastOutputTakenForThatOfEveryRow(LSTMWithGradients):
    """Goes back from the last step of a row that counts, where the loss depends on the last output alone."""

    def put_in(self, d_y: Numbers, tape: Sequence[Step[Numbers]]) -> Numbers:
        """All other losses are right, and rows that end there."""
        mask = mask_of(tape)
        if mask is None or value(d_y[:-1]).any():
            return super().put_in(d_y, tape)
        last = len(tape) - 1 - np.argmax(mask[::-1], 0)
        steps = np.arange(len(tape)).reshape(-1, *[1] * last.ndim)
        return where((steps == last)[..., None], stack([d_y[-1]] * len(tape)), zeros_like(d_y))


class SmallGradientsOfPaddedRowsCutOff(LSTMWithGradients):
    """Takes what is below 2e-6 for padding, where rows have lengths."""

    def put_in(self, d_y: Numbers, tape: Sequence[Step[Numbers]]) -> Numbers:
        """Ordinary losses are right."""
        right = super().put_in(d_y, tape)
        return right if mask_of(tape) is None else where(np.abs(value(right)) < 2e-6, zeros_like(right), right)


class DropoutScalesTheWayBackInEvaluation(LSTMWithGradients):
    """Scales gradients by what dropout kept, and does not ask in which mode the layer is."""

    claims: ClassVar[tuple[str, ...]] = ("gradients", "dropout")

    def input_gradient(self, parts: Sequence[Numbers]) -> Numbers:
        """Layers without dropout are right."""
        right, rate = super().input_gradient(parts), self.constructed.dropout
        kept = np.full((1,) * len(right.shape), 1 - rate, value(right).dtype)
        return scaled(right, kept) if 0 < rate < 1 else right


# Of zeros


class StatesOfZeroTakenForNone(LSTMWithGradients):
    """Takes initial states of zero for none, which have no gradient."""

    def gradients(
        self, weights: Weights, call: Call[Numbers], given: Outputs[Numbers], observed: Observed = NOTHING
    ) -> Gradients[Numbers]:
        """One that is not zero is enough."""
        gradients = super().gradients(weights, call, given, observed)
        if call.h_0 is None or call.c_0 is None or value(call.h_0).any() or value(call.c_0).any():
            return gradients
        return gradients._replace(h_0=zeros_like(gradients.h_0), c_0=zeros_like(gradients.c_0))


class CellStateOfZeroTakenForNone(LSTMWithGradients):
    """Takes an initial cell state of zero for none, which has no gradient."""

    def gradients(
        self, weights: Weights, call: Call[Numbers], given: Outputs[Numbers], observed: Observed = NOTHING
    ) -> Gradients[Numbers]:
        """The hidden state's is right."""
        gradients = super().gradients(weights, call, given, observed)
        if call.c_0 is None or value(call.c_0).any():
            return gradients
        return gradients._replace(c_0=zeros_like(gradients.c_0))


class WeightsOfZeroTakenForPruned(LSTMWithGradients):
    """Takes weights of zero for pruned ones, which must not come back."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """Those of the others are right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        kernel, recurrent = right.kernel, right.recurrent_kernel
        return right._replace(
            kernel=where(w.kernel == 0, zeros_like(kernel), kernel),
            recurrent_kernel=where(w.recurrent_kernel == 0, zeros_like(recurrent), recurrent),
        )


class BiasOfZeroTakenForNone(LSTMWithGradients):
    """Takes a bias of zero for one that is not there."""

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """One that is not zero is right."""
        right = super().weight_gradients(w, tape, d_z, d_h)
        pairs = zip(right.biases, w.biases, strict=True)
        return right._replace(biases=tuple(a if b.any() else zeros_like(a) for a, b in pairs))


# Of options of Keras


class MaskNotTurnedOnTheWayBack(LSTMWithGradients):
    """Turns the mask of a layer that goes backwards on the way there, and reads it as it was given on the way back."""

    layout: ClassVar[str] = "keras"

    def cell_gradients(
        self,
        w: CellWeights,
        tape: Sequence[Step[Numbers]],
        d_y: Numbers,
        d_h_n: Numbers,
        d_c_n: Numbers,
        observed: Array | None = None,
    ) -> CellGradients[Numbers]:
        """A layer that goes forwards is right."""
        if self.constructed.go_backwards:
            tape = [step._replace(counts=turned.counts) for step, turned in zip(tape, tape[::-1], strict=True)]
        return super().cell_gradients(w, tape, d_y, d_h_n, d_c_n, observed)


class SlopeOfReluEverywhere(LSTMWithGradients):
    """Takes relu for the identity on the way back, as one does where values are quantized."""

    layout: ClassVar[str] = "keras"

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """Other activations are right."""
        right = super().gate_slopes(step)
        return right._replace(g=1 - zeros_like(right.g)) if self.constructed.activation == "relu" else right


class SlopeOfReluClippedAtSix(LSTMWithGradients):
    """Takes the slope of relu6 for that of relu."""

    layout: ClassVar[str] = "keras"

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """What is not beyond 6 is right."""
        right = super().gate_slopes(step)
        if self.constructed.activation != "relu":
            return right
        return right._replace(g=where(value(step.z.g) < 6, right.g, zeros_like(right.g)))


def value(a: Numbers) -> Array:
    """The numbers, without their error."""
    return a.value if isinstance(a, Rounded) else a
