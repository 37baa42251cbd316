"""Activations: the wrong function, in the wrong place, or too inaccurate."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.activations import activation, hard_sigmoid
from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Gates, activated, applied, clipped, rising
from lstm_conformance.reference.rounded import Array, Numbers


class _OtherTanh(LSTM):
    """Both hyperbolic tangents, where the layer has them, computed in another way."""

    def candidate(self, z: Numbers) -> Numbers:
        """That of g."""
        return self.tanh(z) if self.constructed.activation == "tanh" else super().candidate(z)

    def squashed(self, c: Numbers) -> Numbers:
        """That of c."""
        return self.tanh(c) if self.constructed.activation == "tanh" else super().squashed(c)

    def tanh(self, z: Numbers) -> Numbers:
        """The hyperbolic tangent."""
        return self.cell.output(z)


# The wrong function


class CandidateWithSigmoid(LSTM):
    """Calls the candidate a gate, and computes it with σ as the other three."""

    equivalents = frozenset({"recurrent_activation_for_the_candidate"})

    def candidate(self, z: Numbers) -> Numbers:
        """σ for tanh."""
        return activated(z, activation("sigmoid"))


class LinearCandidate(LSTM):
    """Forgets the activation of the candidate."""

    def candidate(self, z: Numbers) -> Numbers:
        """Nothing for tanh."""
        return z


class CandidateWithRelu(LSTM):
    """Computes the candidate with relu, as in layers that are not recurrent."""

    def candidate(self, z: Numbers) -> Numbers:
        """The positive part for tanh."""
        return activated(z, activation("relu"))


class SoftsignForTanh(_OtherTanh):
    """Takes softsign, z / (1 + |z|), as a cheap tanh."""

    def tanh(self, z: Numbers) -> Numbers:
        """Softsign."""
        return activated(z, activation("softsign"))


class OutputWithoutTanh(LSTM):
    """Puts out the cell state as it is: h = o c."""

    def squashed(self, c: Numbers) -> Numbers:
        """Nothing for tanh."""
        return c


class OutputWithSigmoid(LSTM):
    """Puts out the cell state through σ: h = o σ(c), as if gates and cell state had one activation."""

    def squashed(self, c: Numbers) -> Numbers:
        """σ for tanh."""
        return activated(c, activation("sigmoid"))


class OutputGateWithTanh(LSTM):
    """Computes the last block of rows with tanh and not with σ, as where the candidate is the last."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """Tanh for σ."""
        return super().gates(z)._replace(o=activated(z.o, activation("tanh")))


class InputGateWithTanh(LSTM):
    """Computes the first block of rows with tanh and not with σ, as where the candidate is the first."""

    def gates(self, z: Gates[Numbers]) -> Gates[Numbers]:
        """Tanh for σ."""
        return super().gates(z)._replace(i=activated(z.i, activation("tanh")))


class HardSigmoidOfSlopeOneFifth(LSTM):
    """Takes clip(z / 5 + 1/2, 0, 1) for σ, the default of Keras until version 2.2."""

    equivalents = frozenset({"hard_sigmoid_of_keras2"})

    def sigmoid(self, z: Numbers) -> Numbers:
        """Three straight lines."""
        return activated(z, hard_sigmoid(0.2))


class HardSigmoidOfSlopeOneSixth(LSTM):
    """Takes clip(z / 6 + 1/2, 0, 1) for σ, as torch and Keras 3 define the hard sigmoid."""

    def sigmoid(self, z: Numbers) -> Numbers:
        """Three straight lines."""
        return activated(z, hard_sigmoid(1 / 6))


class ActivationsExchanged(LSTM):
    """Takes the activation of the gates for the candidate, and that of the candidate for the gates."""

    def sigmoid(self, z: Numbers) -> Numbers:
        """The candidate's."""
        return self.cell.candidate(z)

    def candidate(self, z: Numbers) -> Numbers:
        """The gates'."""
        return self.cell.gate(z)


class SigmoidTwice(LSTM):
    """Applies σ to gates that went through σ already, in the kernel that computed them."""

    def sigmoid(self, z: Numbers) -> Numbers:
        """σ(σ(z))."""
        return super().sigmoid(super().sigmoid(z))


# Too inaccurate


class SigmoidFromTable(LSTM):
    """Looks σ up in a table of 256 entries between -8 and 8."""

    def sigmoid(self, z: Numbers) -> Numbers:
        """Of the nearest multiple of 1/16."""
        return super().sigmoid(rising(z, _entry))


class TanhFromTable(_OtherTanh):
    """Looks tanh up in a table of 256 entries between -8 and 8."""

    def tanh(self, z: Numbers) -> Numbers:
        """Of the nearest multiple of 1/16."""
        return super().tanh(rising(z, _entry))


class TanhOfLimitedArgument(_OtherTanh):
    """Computes tanh between -4.97 and 4.97, where a polynomial for it ends."""

    dtypes = SINGLE

    def tanh(self, z: Numbers) -> Numbers:
        """Limit z."""
        return super().tanh(clipped(z, 4.97))


class SigmoidOfLimitedArgument(LSTM):
    """Limits the argument of exp to 10, for fear of an overflow."""

    dtypes = (*SINGLE, "bfloat16")

    def sigmoid(self, z: Numbers) -> Numbers:
        """Limit z."""
        return super().sigmoid(clipped(z, 10))


class TanhThroughSigmoid(_OtherTanh):
    """Computes tanh(z) as 2σ(2z) - 1, which loses the digits of small numbers."""

    def tanh(self, z: Numbers) -> Numbers:
        """By the logistic function."""
        half = activated(applied(z, lambda a: 2 * a, 2), activation("sigmoid"))
        return applied(half, lambda a: 2 * a - 1, 2)


class TanhByRationalFunction(_OtherTanh):
    """Computes tanh(z) as z (27 + z²) / (27 + 9z²), between -3 and 3, as sound effects do."""

    def tanh(self, z: Numbers) -> Numbers:
        """A fraction."""
        return applied(z, _rational_tanh)


class _InaccurateTanh(_OtherTanh):
    """Both tanh with a relative error that changes smoothly."""

    dtypes: ClassVar[tuple[str, ...]] = SINGLE
    error: ClassVar[float]

    def tanh(self, z: Numbers) -> Numbers:
        """Wrong by a factor that depends on z."""
        return super().tanh(z) * applied(z, lambda a: 1 + self.error * np.sin(7 * a), 7 * self.error)


class TanhWithFourDigits(_InaccurateTanh):
    """Approximates tanh with a relative error of 1e-4."""

    error = 1e-4


class TanhWithFiveDigits(_InaccurateTanh):
    """Approximates tanh with a relative error of 1e-5."""

    error = 1e-5


class TanhWithSixDigits(_InaccurateTanh):
    """Approximates tanh with a relative error of 2e-6, some 30 unit roundoffs of float32."""

    error = 2e-6


def _entry(z: Array) -> Array:
    """Where the table has an entry."""
    return np.rint(np.clip(z, -8, 8) * 16) / 16


def _rational_tanh(z: Array) -> Array:
    z = np.clip(z, -3, 3)
    return np.asarray(z * (27 + z * z) / (27 + 9 * z * z))
