"""Wrong LSTMs that drop too much, too little, something else, or at the wrong time."""

from __future__ import annotations

from itertools import count
from typing import Any, ClassVar

import numpy as np

from lstm_conformance.reference.gradients import Gradients
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import Call
from lstm_conformance.reference.mutants.dropping import LSTMWithDropout, LSTMWithGradientsOfWhatIsKept
from lstm_conformance.reference.rounded import Array, Numbers, concatenate
from lstm_conformance.reference.weights import CellWeights, Weights

# How much


class DropoutNotScaled(LSTMWithDropout):
    """Drops in training, and leaves what it keeps as it is."""

    def scale(self, rate: float) -> float:
        """Nothing is made up for."""
        return min(1.0, super().scale(rate))


class DropoutScaledByTheRate(LSTMWithDropout):
    """Divides what it keeps by the rate of dropout, where it is to be divided by what is left of 1."""

    def scale(self, rate: float) -> float:
        """1 / p."""
        return 1 / rate


class DropoutOfWhatIsKept(LSTMWithDropout):
    """Takes the rate of dropout for the probability to keep, as TensorFlow 1 did."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """Exchange both."""
        return super().kept(shape, 1 - rate)


class DropoutALittleTooOften(LSTMWithDropout):
    """Compares random bytes with a rate that was rounded up to a tenth."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """0.8 for 0.75."""
        return super().kept(shape, np.ceil(10 * rate) / 10)


class DropoutInSteps(LSTMWithDropout):
    """Keeps its rate of dropout in five bits, in which every half of a half has a place."""

    dtypes: ClassVar[tuple[str, ...]] = ("float64",)  # in which such rates are asked

    def rates(self) -> tuple[float, float]:
        """Those that have no place there are rounded."""
        inputs, states = (round(32 * rate) / 32 for rate in super().rates())
        return inputs, states


class DropoutIgnoredAtRate1(LSTMWithDropout):
    """Drops nothing at a rate of 1, because it tests for rates between 0 and 1."""

    def rates(self) -> tuple[float, float]:
        """Without those of 1."""
        inputs, states = (rate % 1 for rate in super().rates())
        return inputs, states


class WeightsDroppedInPlace(LSTMWithDropout):
    """Drops recurrent weights in training, too, and leaves them at zero, where a copy of them was to be dropped of."""

    def left_in_weights(self, native: dict[str, Array]) -> dict[str, Array]:
        """The first call is right."""
        native = super().left_in_weights(native)
        rate = self.constructed.dropout if self.is_active() else 0
        return {
            name: np.asarray(a * self.kept(a.shape, rate), a.dtype) if rate and name.startswith("weight_hh") else a
            for name, a in native.items()
        }


class DropoutInEvaluation(LSTMWithDropout):
    """Drops whatever the mode of the layer is."""

    def is_active(self) -> bool:
        """Always."""
        return True


class DropoutMissing(LSTMWithDropout):
    """Takes a rate of dropout and never looks at it."""

    def is_active(self) -> bool:
        """Never."""
        return False


class TrainsByDefault(LSTMWithDropout):
    """Trains until it is told to infer, as torch's modules do, where Keras infers."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")

    def told(self, training: bool | None) -> bool:
        """What is said is heard."""
        return training is None or training


class InfersByDefault(LSTMWithDropout):
    """Infers until it is told to train, as layers of Keras do, where torch's modules train."""

    def told(self, training: bool | None) -> bool:
        """What is said is heard."""
        return bool(training)


# Where


class DropoutOfTheFirstInput(LSTMWithDropout):
    """Drops of the input of the first layer, too, as Keras does, where torch drops between layers only."""

    def drops_inputs(self, index: int) -> bool:
        """All."""
        return index >= 0


class DropoutBehindTheFirstLayerAlone(LSTMWithDropout):
    """Drops between the first two layers, and between no others."""

    def drops_inputs(self, index: int) -> bool:
        """Of the second layer."""
        return index == 1


class DropoutBehindTheLastLayer(LSTMWithDropout):
    """Drops of the outputs of the last layer, too."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """As if another layer read them."""
        outputs, (rate, _) = super().returned(call, outputs), self.rates()
        if not (rate and self.is_active()):
            return outputs
        return outputs._replace(y=self.dropped(outputs.y, self.factors(outputs.y.shape, rate)))


class DropoutOfTheCandidateAlone(LSTMWithDropout):
    """Drops of what the candidate reads, and lets the three gates read all."""

    whole: Any = None

    def read_by(self, x: Numbers) -> Numbers:
        """Remember what was not dropped."""
        self.whole = x
        return super().read_by(x)

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """Without dropout, but for the candidate, in a layer of one step."""
        size = self.constructed.hidden_size
        whole = super().from_input(w, x if len(self.whole) > 1 else self.whole)
        some: Numbers = super().from_input(w, x)
        return concatenate([whole[..., : 2 * size], some[..., 2 * size : 3 * size], whole[..., 3 * size :]], -1)


# What hangs together


class DropoutTheSameInAllRows(LSTMWithDropout):
    """Draws what is dropped once for the whole batch."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """For one row."""
        return np.broadcast_to(super().kept((*shape[:-2], 1, shape[-1]), rate), shape)


class DropoutOfWholeRows(LSTMWithDropout):
    """Drops all of a row or nothing of it."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """For one unit."""
        return np.broadcast_to(super().kept((*shape[:-1], 1), rate), shape)


class DropoutRepeatedInTheBatch(LSTMWithDropout):
    """Drops in the second half of the batch what it drops in the first, as two devices with one seed do."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """Twice half of the rows."""
        rows = shape[-2]
        half = super().kept((*shape[:-2], (rows + 1) // 2, shape[-1]), rate)
        return np.concatenate([half, half], -2)[..., :rows, :]


class DropoutTheSameInEveryCall(LSTMWithDropout):
    """Keeps what it has drawn in its first call for all later ones."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """From the beginning of the random numbers on."""
        if self.index <= 1:
            self.random.seed(self.seed(self.constructed))
        return super().kept(shape, rate)


class DropoutTheSameInAllLayers(LSTMWithDropout):
    """Gives every layer of a stack the same seed."""

    def kept(self, shape: tuple[int, ...], rate: float) -> Array:
        """From the beginning of a call on."""
        self.random.seed((self.seed(self.constructed) + self.calls) % 2**32)
        return super().kept(shape, rate)


class DropoutTheSameAtEveryStep(LSTMWithDropout):
    """Drops the same at every step, as Keras does, where torch draws anew."""

    def constant(self) -> bool:
        """As Keras."""
        return True


class DropoutOfEveryStepByItself(LSTMWithDropout):
    """Draws anew at every step, as torch does, where Keras drops the same at all."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")

    def constant(self) -> bool:
        """As torch."""
        return False


class DropoutWithoutSeed(LSTMWithDropout):
    """Draws from random numbers that nobody can begin anew."""

    layers_made: ClassVar[count[int]] = count()

    def seed(self, layer: Layer) -> int:
        """Another one for every layer."""
        del layer
        return next(self.layers_made)


class DropoutWithOneSeed(LSTMWithDropout):
    """Begins its random numbers with the same seed, whatever it is told."""

    def seed(self, layer: Layer) -> int:
        """Always one."""
        del layer
        return 42


# Recurrent dropout


class RecurrentDropoutIgnored(LSTMWithDropout):
    """Takes a rate of recurrent dropout and drops nothing of h, as Keras 3.1 did."""

    layout = "keras"
    claims = ("recurrent_dropout",)

    def rates(self) -> tuple[float, float]:
        """Without that of h."""
        return super().rates()[0], 0


class RecurrentDropoutNotScaled(LSTMWithDropout):
    """Drops of h, and leaves what it keeps as it is."""

    layout = "keras"
    claims = ("recurrent_dropout",)

    def scale(self, rate: float) -> float:
        """Nothing is made up for."""
        return min(1.0, super().scale(rate))


class RecurrentDropoutOfTheCellState(LSTMWithDropout):
    """Drops of the cell state what it should drop of h."""

    layout = "keras"
    claims = ("recurrent_dropout",)

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """Both states are exchanged when numbers are multiplied."""
        factors, self.of_states = self.of_states, None
        new = super().step(w, z_x, h, c if factors is None else self.dropped(c, factors[t]), t)
        self.of_states = factors
        return new


class RecurrentDropoutOfTheOutputs(LSTMWithDropout):
    """Drops of h where it is put out, so that the outputs show it."""

    layout = "keras"
    claims = ("recurrent_dropout",)

    def step(self, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, t: int) -> tuple[Numbers, Numbers]:
        """After the step, not before it."""
        factors, self.of_states = self.of_states, None
        new_h, new_c = super().step(w, z_x, h, c, t)
        self.of_states = factors
        return new_h if factors is None else self.dropped(new_h, factors[t]), new_c


class RecurrentDropoutAtTheRateOfDropout(LSTMWithDropout):
    """Drops of h at the rate that is meant for the inputs."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")

    def rates(self) -> tuple[float, float]:
        """The same one twice."""
        return self.constructed.dropout, self.constructed.dropout


# On the way back


class GradientsThroughWhatIsDropped(LSTMWithGradientsOfWhatIsKept):
    """Goes back as if it had dropped nothing."""

    def on_the_way_back(self, weights: Weights) -> Weights:
        """Those of evaluation."""
        return weights


class GradientsOfAnotherChoice(LSTMWithGradientsOfWhatIsKept):
    """Draws again on the way back what it drops, as a checkpoint does that does not keep the state of its generator."""

    def on_the_way_back(self, weights: Weights) -> Weights:
        """Of another call."""
        self.kept = self.drawn(weights)
        return super().on_the_way_back(weights)


class WeightsOfWhatIsDroppedHaveGradients(LSTMWithGradientsOfWhatIsKept):
    """Multiplies its inputs by what it kept on the way there, and forgets it for the gradients of its weights."""

    def of_own_weights(self, found: Gradients[Numbers]) -> Gradients[Numbers]:
        """Those of the layer that computes the same."""
        return found


class DropoutOfStatesAtTheRateOfInputs(LSTMWithDropout):
    """Hands `dropout` to both, where `recurrent_dropout` is given, too."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")

    def rates(self) -> tuple[float, float]:
        """That of the inputs twice; one that is given alone is right."""
        inputs, states = super().rates()
        return inputs, inputs if inputs and states else states


class DropoutOfStatesAsOfInputs(LSTMWithDropout):
    """Draws what is dropped of inputs and of h with one key, so that it is the same where their sizes are."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")

    def read_by(self, x: Numbers) -> Numbers:
        """Go back to where the random numbers of the inputs began, if others follow."""
        begun = self.random.get_state()
        x = super().read_by(x)
        if all(self.rates()):
            self.random.set_state(begun)
        return x
