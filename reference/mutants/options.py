"""Options that are on though nobody asked for them, or that do something else than documented."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.activations import Activation, activation, hard_sigmoid
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call, Gates, activated, applied, clipped, constant
from lstm_conformance.reference.mutants.biases import forget_bias
from lstm_conformance.reference.rounded import Numbers
from lstm_conformance.reference.weights import CellWeights


class ReluBetweenLayers(LSTM):
    """Puts a relu behind every layer but the last, as between layers that are not recurrent."""

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """The positive part."""
        return activated(super().passed_on(y, x, index), activation("relu"))


# Clips


class CellStateClippedAtThree(LSTM):
    """Limits the cell state to [-3, 3], the default of TensorFlow's `BlockLSTM`."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """Limit it."""
        return clipped(super().new_c(gates, c), 3)


class CellStateClippedAtTen(LSTM):
    """Limits the cell state to [-10, 10], which most inputs do not reach."""

    dtypes = ("float64", "float32", "float16")

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """Limit it."""
        return clipped(super().new_c(gates, c), 10)


class CellStateClippedAfterOutput(LSTM):
    """Limits the cell state that the next step reads to [-2, 2], after the output was computed."""

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """Limit what is kept."""
        h, c = super().step(w, z_x, h, c, t)
        return h, clipped(c, 2)


class InputClipped(LSTM):
    """Limits the input to [-1, 1], as data that were thought to be normalised."""

    def read(self, x: Numbers) -> Numbers:
        """Limit it."""
        return clipped(super().read(x), 1)


class PreActivationsClipped(LSTM):
    """Limits the pre-activations of all gates to [-1, 1], as ONNX with `clip`."""

    def split(self, z: Numbers) -> Gates[Numbers]:
        """Limit them."""
        return super().split(clipped(z, 1))


# Dropout


class DropoutBetweenLayersAtInference(LSTM):
    """Drops half of what a layer passes on, at inference, too."""

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """Every number is 0 or doubled."""
        return _dropped(super().passed_on(y, x, index), index, scale=2)


class DropoutBetweenLayersWithoutScale(LSTM):
    """Drops half of what a layer passes on, and does not scale the rest."""

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """Every number is 0 or itself."""
        return _dropped(super().passed_on(y, x, index), index, scale=1)


class DropoutScaleAtInference(LSTM):
    """Multiplies what a layer passes on by the share that training kept, though training scaled it already."""

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """Every number is halved."""
        return applied(super().passed_on(y, x, index), lambda a: 0.5 * a)


class DropoutOnInputAtInference(LSTM):
    """Drops half of its input at inference, the same features at every step, as `dropout` of Keras in training."""

    def read(self, x: Numbers) -> Numbers:
        """Every number is 0 or doubled."""
        return _dropped(super().read(x), 0, scale=2)


class RecurrentDropoutAtInference(LSTM):
    """Drops half of h at inference, the same units at every step, as `recurrent_dropout` of Keras in training."""

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """Every number is 0 or doubled."""
        return super().pre_activation(w, z_x, _dropped(h, 1, scale=2))


class DropoutOnOutputsAtInference(LSTM):
    """Drops half of the outputs at inference, behind the last layer, where no layer drops any."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Every number is 0 or doubled."""
        outputs = super().returned(call, outputs)
        return outputs._replace(y=_dropped(outputs.y, 0, scale=2))


# Options of Keras


class HardSigmoidOfKeras2(LSTM):
    """Computes `hard_sigmoid` with the slope 1/5 of Keras 2, where Keras 3 has 1/6."""

    layout = "keras"
    equivalents = frozenset({"hard_sigmoid_of_slope_one_fifth"})

    def sigmoid(self, z: Numbers) -> Numbers:
        """Only where it is asked for."""
        hard = self.constructed.recurrent_activation == "hard_sigmoid"
        return activated(z, hard_sigmoid(0.2)) if hard else super().sigmoid(z)


class _OtherActivations(LSTM):
    """A layer of Keras that reads its two options in another way."""

    layout = "keras"

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, self.activations(cell))

    def activations(self, asked: Cell) -> Cell:
        """What is computed where these are asked for."""
        return asked


class RecurrentActivationForTheCandidate(_OtherActivations):
    """Computes all four blocks with `recurrent_activation`, in one call."""

    equivalents = frozenset({"candidate_with_sigmoid"})

    def activations(self, asked: Cell) -> Cell:
        """The gates' for the candidate."""
        return asked._replace(candidate=asked.gate)


class ActivationForTheCandidateAlone(_OtherActivations):
    """Ignores `activation` in the output, which is always o tanh(c)."""

    def activations(self, asked: Cell) -> Cell:
        """Tanh on the way out."""
        return asked._replace(output=Cell().output)


class ActivationForTheOutputAlone(_OtherActivations):
    """Ignores `activation` in the candidate, which is always tanh."""

    def activations(self, asked: Cell) -> Cell:
        """Tanh for the candidate."""
        return asked._replace(candidate=Cell().candidate)


class ActivationIgnored(_OtherActivations):
    """Computes with tanh whatever `activation` says, as a fused kernel does."""

    def activations(self, asked: Cell) -> Cell:
        """Tanh twice."""
        return asked._replace(candidate=Cell().candidate, output=Cell().output)


class NoActivationTakenForTheDefault(_OtherActivations):
    """Computes `activation or tanh`, so that none is tanh."""

    def activations(self, asked: Cell) -> Cell:
        """Tanh for what is linear; the gates are right."""
        linear = asked.candidate.function is activation("linear").function
        return asked._replace(candidate=Cell().candidate, output=Cell().output) if linear else asked


class NoRecurrentActivationTakenForTheDefault(_OtherActivations):
    """Computes `recurrent_activation or sigmoid`, so that none is σ."""

    def activations(self, asked: Cell) -> Cell:
        """σ for gates that are linear; the candidate is right."""
        return asked._replace(gate=Cell().gate) if asked.gate.function is activation("linear").function else asked


class ReluClippedAtSix(_OtherActivations):
    """Takes relu6 for relu, as in models that are made for quantized numbers."""

    def activations(self, asked: Cell) -> Cell:
        """What is not beyond 6 is right."""
        clips = asked.candidate.function is activation("relu").function
        return asked._replace(candidate=RELU6, output=RELU6) if clips else asked


RELU6 = Activation(lambda z: np.clip(z, 0, 6), lambda z, d: 1.0 * ((z + d > 0) & (z - d < 6)))
"""Relu with an upper limit."""


class RecurrentActivationIgnored(_OtherActivations):
    """Computes with σ whatever `recurrent_activation` says, as a fused kernel does."""

    def activations(self, asked: Cell) -> Cell:
        """σ for the gates."""
        return asked._replace(gate=Cell().gate)


class UnrolledWithoutLastStep(LSTM):
    """Unrolls one step too few, and repeats the last output."""

    layout = "keras"
    equivalents = frozenset({"last_step_skipped"})
    steps = 0

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Count the steps."""
        self.steps = call.x.shape[0]
        return super().taken(call)

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """The last one keeps the states."""
        skipped = self.constructed.unroll and t + 1 == self.steps
        return (h, c) if skipped else super().step(w, z_x, h, c, t)


class ForgetBiasOfALayerWithoutBiases(LSTM):
    """Adds the unit forget bias of Keras to a layer that was made with `use_bias=False`."""

    layout = "keras"
    equivalents = frozenset({"forget_bias_added_at_run_time"})

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """1 for the forget gate, where there are no biases."""
        w = super().of_cell(w, index, direction)
        return w if w.biases else w._replace(biases=(forget_bias(w),))


def _dropped(a: Numbers, seed: int, scale: float) -> Numbers:
    """Half of the units zero, the others scaled: the same ones at every step, in every call and in every case."""
    kept = np.random.RandomState(seed).random_sample(a.shape[-2:]) < 0.5
    return a * constant(scale * kept, a)
