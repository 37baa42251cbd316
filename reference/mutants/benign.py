"""Right LSTMs that compute in another way: a bound that fails one of them is too tight."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from lstm_conformance.reference.backwards import WeightGradients, added
from lstm_conformance.reference.mutants.base import (
    LSTM,
    Gates,
    LSTMWithDerivatives,
    LSTMWithGradients,
    LSTMWithOptimizer,
    applied,
    term_by_term,
    wide,
)
from lstm_conformance.reference.mutants.dropping import LSTMWithDropout, LSTMWithGradientsOfWhatIsKept
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, concatenate, limited
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights


class SummedBackwards(LSTM):
    """Adds up inner products from the last term to the first."""

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Reverse the terms."""
        return super().product(a[..., ::-1], rows[..., ::-1])


class SummedTermByTerm(LSTM):
    """Adds up inner products in a loop over their terms, as a compiler does that may not reorder."""

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """One term after the other."""
        if isinstance(a, Rounded):
            return super().product(a, rows)
        return np.asarray(term_by_term(wide(a), wide(rows)), a.dtype)


class SummedInFloat64(LSTM):
    """Adds up inner products in float64 and rounds the sum."""

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Wide factors."""
        if isinstance(a, Rounded):
            return super().product(a, rows)
        return np.asarray(super().product(a.astype(np.float64), rows.astype(np.float64)), a.dtype)


class JoinedProduct(LSTM):
    """Computes one product over x and h, joined; several threads may call it."""

    claims = ("threads",)

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """What is multiplied later."""
        del w
        return x

    def pre_activation(self, w: CellWeights, x: Numbers, h: Numbers) -> Numbers:
        """[W U] [x h] + b."""
        z = self.product(concatenate([x, h], -1), np.concatenate([w.kernel, w.recurrent_kernel], -1))
        for bias in (*w.biases, *self.added(w)):
            z = z + bias[..., None, :]
        return z


class BiasesFirst(LSTM):
    """Starts from the sum of the biases, then adds U h, then W x."""

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """W x."""
        return super().from_input(w._replace(biases=()), x)

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """(b + b) + U h + W x."""
        z = self.product(h, w.recurrent_kernel)
        if w.biases:
            z = z + sum(w.biases[1:], w.biases[0])[..., None, :]
        return z + z_x


class SigmoidThroughTanh(LSTM):
    """Computes σ(z) as (1 + tanh(z / 2)) / 2."""

    def sigmoid(self, z: Numbers) -> Numbers:
        """The logistic function only: other activations have no such form."""
        if isinstance(z, Rounded) or self.constructed.recurrent_activation != "sigmoid":
            return super().sigmoid(z)
        return applied(z, lambda a: 0.5 + 0.5 * np.tanh(0.5 * a))


class TanhThroughExponential(LSTM):
    """Computes tanh(z) as expm1(2z) / (expm1(2z) + 2), which stays accurate where z is small."""

    def candidate(self, z: Numbers) -> Numbers:
        """By the exponential."""
        return super().candidate(z) if self._is_another(z) else applied(z, _tanh)

    def squashed(self, c: Numbers) -> Numbers:
        """By the exponential."""
        return super().squashed(c) if self._is_another(c) else applied(c, _tanh)

    def _is_another(self, z: Numbers) -> bool:
        return isinstance(z, Rounded) or self.constructed.activation != "tanh"


class CellStateRoundedOnce(LSTM):
    """Computes f c + i g with fused multiply and add, whose product is not rounded."""

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """In float64, rounded when it is stored; float64 itself is added up the other way round."""
        if isinstance(c, Rounded):
            return super().new_c(gates, c)
        i, f, g, wide_c = (np.asarray(a, np.float64) for a in (gates.i, gates.f, gates.g, c))
        new_c = np.asarray(i * g + f * wide_c, c.dtype)
        return new_c if self.cell.cell_clip is None else limited(new_c, self.cell.cell_clip)


class WeightsSavedInFloat64(LSTM):
    """Saves its weights in float64 and in the reverse order, and rounds them where it loads them, which is exact."""

    def saved(self, native: dict[str, Array]) -> dict[str, Array]:
        """Widened, the last one first."""
        return {name: a.astype(np.float64) for name, a in reversed(super().saved(native).items())}

    def restored(self, blank: dict[str, Array], saved: dict[str, Array]) -> dict[str, Array]:
        """In the dtype of the copy."""
        return {name: a.astype(blank[name].dtype) for name, a in super().restored(blank, saved).items()}


def _tanh(z: Array) -> Array:
    """Of magnitudes, which never overflow where they are limited to 20."""
    grown = np.expm1(2 * np.minimum(np.abs(z), 20))
    return np.asarray(np.copysign(grown / (grown + 2), z))


class DropoutOfTorch(LSTMWithDropout):
    """Drops in training mode what every layer but the first reads, at every step something else."""


class DropoutOfKeras(LSTMWithDropout):
    """Drops in training mode of what every layer reads, and of h, the same at every step."""

    layout = "keras"
    claims = ("dropout", "recurrent_dropout")


class GradientsOfWhatIsKept(LSTMWithGradientsOfWhatIsKept):
    """Drops in training mode as Keras documents, and goes back through what it kept."""


class GradientsAddedStepByStep(LSTMWithGradients):
    """Adds up the gradients of its weights step by step, from the last to the first; keeps a record of every call."""

    claims = ("gradients", "records")
    only = ("gradients", "records")

    def weight_gradients(
        self, w: CellWeights, tape: Sequence[Step[Numbers]], d_z: Numbers, d_h: Numbers
    ) -> WeightGradients[Numbers]:
        """Those of one step alone, again and again."""
        steps = [slice(t, t + 1) for t in reversed(range(len(tape)))]
        parts = [super(GradientsAddedStepByStep, self).weight_gradients(w, tape[t], d_z[t], d_h[t]) for t in steps]
        return reduce(added, parts)


class TangentsAddedInAnotherOrder(LSTMWithDerivatives):
    """Adds what comes of the input to what comes of h, and how it moves likewise: in another order than most."""

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """The same number, but for rounding."""
        return self.product(h, w.recurrent_kernel) + z_x


class SlopesFromTheGates(LSTMWithOptimizer):
    """Computes σ' and tanh' from the gates that were saved, as σ - σ² and 1 - tanh²; takes steps of descent."""

    only = ("gradients", "optimizer")

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """Those of plain layers."""
        i, f, g, o = step.gates
        if isinstance(g, Rounded):
            return super().gate_slopes(step)
        return Gates(i - i * i, f - f * f, 1 - g * g, o - o * o)
