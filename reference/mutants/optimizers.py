"""Steps of gradient descent that go elsewhere: the gradients are right, and what the optimizer makes of them is not."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell
from lstm_conformance.reference.mutants.base import LSTMWithOptimizer, constant
from lstm_conformance.reference.rounded import Array, Numbers
from lstm_conformance.reference.weights import Weights, mapped


class EvaluatesAsItWasTrained(LSTMWithOptimizer):
    """Keeps the graph of its first step of training, dropout and all, and evaluates batches of the same sizes by it.

    torch did on MPS, whose graphs are known by their sizes: https://github.com/pytorch/pytorch/issues/180744.
    """

    claims: ClassVar[tuple[str, ...]] = (*LSTMWithOptimizer.claims, "dropout")

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.sizes: tuple[int, ...] = ()
        self.trained: set[tuple[int, ...]] = set()

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """Keep it; the step is right."""
        self.trained.add(self.sizes)
        return super().stepped(name, weight, gradient, rate)

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """All but the first unit dropped, where it was trained with these sizes."""
        self.sizes = x.shape
        if self.training or x.shape not in self.trained or not self.constructed.dropout:
            return super().passed_on(y, x, index)
        return y * constant(np.eye(1, y.shape[-1])[0], y)


class StepsUphill(LSTMWithOptimizer):
    """Adds the gradient, because the loss was one to be maximized."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """Go the other way."""
        return super().stepped(name, weight, -gradient, rate)


class RateAppliedTwice(LSTMWithOptimizer):
    """Multiplies the gradient by the rate, and hands it to an optimizer that does so, too."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """Go a part of the way."""
        return super().stepped(name, weight, rate * gradient, rate)


class RateIgnored(LSTMWithOptimizer):
    """Takes every step at the rate of the examples of its manual."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """That rate is right."""
        del rate
        return super().stepped(name, weight, gradient, 0.5)


class WeightsDecayInTheStep(LSTMWithOptimizer):
    """Lets weights decay by a ten-thousandth, which is the default of another optimizer."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """Add the weight to its gradient."""
        return super().stepped(name, weight, gradient + np.asarray(1e-4 * weight, weight.dtype), rate)


class GradientsClippedInTheStep(LSTMWithOptimizer):
    """Clips the norm of every gradient to 1, and does not say so."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """Short gradients are right."""
        norm = float(np.sqrt((gradient.astype(np.float64) ** 2).sum()))
        return super().stepped(name, weight, np.asarray(gradient / max(1.0, norm), weight.dtype), rate)


class BiasesNotStepped(LSTMWithOptimizer):
    """Hands weights of two axes to the optimizer, and no biases."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """Leave them."""
        return weight if weight.ndim == 1 else super().stepped(name, weight, gradient, rate)


class SecondLayerNotStepped(LSTMWithOptimizer):
    """Hands the weights of the first layer to the optimizer, and those of no other."""

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """A single layer is right."""
        return weight if "_l1" in name else super().stepped(name, weight, gradient, rate)


class FrozenLayerStepped(LSTMWithOptimizer):
    """Says that its weights are frozen, and hands them to the optimizer that was made before they were."""

    def is_stepped(self, name: str) -> bool:
        """All of them."""
        del name
        return True


class BackwardDirectionOfAFrozenLayerStepped(LSTMWithOptimizer):
    """Freezes the layer that it wraps, and not its copy for the other direction.

    Keras did: https://github.com/keras-team/keras/issues/4241.
    """

    def is_stepped(self, name: str) -> bool:
        """A layer in one direction is right."""
        return super().is_stepped(name) or name.endswith("_reverse")


class LayersAboveAFrozenOneNotStepped(LSTMWithOptimizer):
    """Freezes everything at once, because the first layer is asked whether it is frozen."""

    def is_stepped(self, name: str) -> bool:
        """A stack of which nothing is frozen is right."""
        del name
        return not self.first_layer_frozen


class NextCallBeforeTheStep(LSTMWithOptimizer):
    """Packs its weights where they are loaded, and hears of no step: the call behind it has those from before."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.packed: Weights | None = None
        self.behind = False

    def loaded(self, weights: Weights) -> Weights:
        """All calls but the one behind a step are right."""
        if not self.behind:
            self.packed = mapped(weights, np.copy)
        self.behind = False
        return super().loaded(self.packed or weights)

    def stepped(self, name: str, weight: Array, gradient: Array, rate: float) -> Array:
        """The step is right."""
        self.behind = True
        return super().stepped(name, weight, gradient, rate)


class NextInferenceBeforeTheStep(NextCallBeforeTheStep):
    """Packs its weights for inference when it is first evaluated, and keeps them packed through epochs of training."""

    def loaded(self, weights: Weights) -> Weights:
        """All calls in training mode are right, and the first in evaluation mode."""
        return LSTMWithOptimizer.loaded(self, weights) if self.training else super().loaded(weights)
