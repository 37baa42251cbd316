"""Biases that are lost, taken twice, or added in the wrong place."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM, Gates, constant
from lstm_conformance.reference.rounded import Array, Numbers, concatenate
from lstm_conformance.reference.weights import CellWeights, Weights


class _OtherBiases(LSTM):
    """Another set of biases in every cell."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Replace the biases."""
        w = super().of_cell(w, index, direction)
        return w._replace(biases=self.biases(w.biases, w))

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """The biases that the cell uses."""
        del w
        return biases


class BiasesMissing(_OtherBiases):
    """Loads the matrices and forgets the biases."""

    equivalents = frozenset({"input_bias_missing", "first_call_without_biases"})  # with a single bias; at first

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """None."""
        del biases, w
        return ()


class RecurrentBiasMissing(_OtherBiases):
    """Forgets that torch has a second bias, `bias_hh`."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """The first."""
        del w
        return biases[:1]


class InputBiasMissing(_OtherBiases):
    """Loads `bias_hh` in the place of `bias_ih`, so that the first bias is lost."""

    equivalents = frozenset({"biases_missing", "first_call_without_biases"})  # with a single bias; at first

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """The second."""
        del w
        return biases[1:]


class RecurrentBiasDoubled(_OtherBiases):
    """Adds `bias_hh` to a bias that holds the sum of both already."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """The second once more."""
        del w
        return (*biases, *biases[1:])


class InputBiasTwice(_OtherBiases):
    """Loads `bias_ih` in the place of `bias_hh`, too."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """The first, as often as there are biases."""
        del w
        return biases[:1] * len(biases)


class BiasesDoubled(_OtherBiases):
    """Writes the one bias of Keras into both of torch's."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """All of them twice."""
        del w
        return biases * 2


class BiasesAveraged(_OtherBiases):
    """Takes the mean of the two biases of torch for the one bias of Keras, instead of the sum."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """Each divided by their number."""
        del w
        return tuple((bias / len(biases)).astype(bias.dtype) for bias in biases)


class ForgetBiasAddedAtRunTime(_OtherBiases):
    """Adds 1 to the forget gate at run time, as TensorFlow 1 and Haiku do, to weights from elsewhere."""

    equivalents = frozenset({"forget_bias_of_a_layer_without_biases", "forget_bias_twice"})

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """1 more."""
        return (*biases, forget_bias(w))


class ForgetBiasMissing(_OtherBiases):
    """Gets weights of TensorFlow 1 and does not know that their forget gate has a bias of 1 at run time."""

    equivalents = frozenset({"forget_bias_ignored"})  # where it is 1

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """1 less, where there are biases."""
        return (*biases, -forget_bias(w)) if biases else biases


class CandidateWithoutBias(_OtherBiases):
    """Forgets the bias of the candidate, as no gate."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """Zero in the third block."""
        del w
        return tuple(bias * _outside_block(bias, 2) for bias in biases)


class OutputGateWithoutBias(_OtherBiases):
    """Forgets the bias of the last gate, by a loop that ends too early."""

    def biases(self, biases: tuple[Array, ...], w: CellWeights) -> tuple[Array, ...]:
        """Zero in the fourth block."""
        del w
        return tuple(bias * _outside_block(bias, 3) for bias in biases)


class BiasesOfOtherDirection(LSTM):
    """Takes the biases of a layer's other direction."""

    def loaded(self, weights: Weights) -> Weights:
        """Exchange them."""
        weights = super().loaded(weights)
        return [[w._replace(biases=o.biases) for w, o in zip(d, d[::-1], strict=True)] for d in weights]


class BiasesOfFirstLayer(LSTM):
    """Takes the biases of the first layer for all layers, because their shapes are the same."""

    def loaded(self, weights: Weights) -> Weights:
        """Replace those of the other layers."""
        weights = super().loaded(weights)
        return [[w._replace(biases=o.biases) for w, o in zip(d, weights[0], strict=True)] for d in weights]


class BackwardDirectionWithoutBiases(LSTM):
    """Forgets the biases of the backward direction, whose names end in `_reverse`."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """None backwards."""
        w = super().of_cell(w, index, direction)
        return w._replace(biases=()) if direction else w


class BiasesOnlyAtFirstStep(LSTM):
    """Starts the accumulator of the products from the biases and clears it after the first step."""

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """None at later steps."""
        first, later = super().from_input(w, x[:1]), super().from_input(w._replace(biases=()), x[1:])
        return concatenate([first, later], 0)


class _BiasElsewhere(LSTM):
    """Remembers the biases of a step and computes its pre-activations without them."""

    biases: tuple[Array, ...] = ()

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """W x."""
        self.biases = w.biases
        return super().from_input(w._replace(biases=()), x)

    def with_bias(self, a: Numbers, gate: int) -> Numbers:
        """The sum of an array (..., B, H) and of a gate's biases."""
        for bias in self.biases:
            a = a + constant(np.split(bias, 4, -1)[gate][..., None, :], a)
        return a


class BiasesAfterActivation(_BiasElsewhere):
    """Adds the biases behind the activations: σ(W x + U h) + b."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """Add them here."""
        return Gates(*(self.with_bias(gate, k) for k, gate in enumerate(super().gates(z))))


class BiasAddedToCellState(_BiasElsewhere):
    """Adds the bias of the candidate to the cell state: c = f c + i tanh(W x + U h) + b."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """The biases of the gates stay where they belong."""
        i, f, o = (self.with_bias(part, k) for part, k in ((z.i, 0), (z.f, 1), (z.o, 3)))
        return super().gates(Gates(i, f, z.g, o))

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """That of the candidate is added here."""
        return self.with_bias(super().new_c(gates, c), 2)


def forget_bias(w: CellWeights) -> Array:
    """A bias that is 1 for the forget gate and 0 for the others, (..., 4H)."""
    rows = w.kernel[..., 0]
    return np.ones_like(rows) - _outside_block(rows, 1)


def _outside_block(a: Array, block: int) -> Array:
    """1 outside a gate's block of the rows (..., 4H), 0 inside."""
    factor = np.ones(a.shape[-1], a.dtype)
    np.split(factor, 4)[block][...] = 0
    return factor
