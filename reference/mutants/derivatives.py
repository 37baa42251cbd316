"""Other derivatives than gradients of a loss: tangents that are lost on the way, and rows that are not kept apart.

Outputs and gradients of these layers are right, and so is every one of these derivatives but those that one is about.
What is pushed forwards are numbers that move (`reference/moving.py`), through the equations of the layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lstm_conformance.reference.backwards import CellGradients
from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.lstm import Call
from lstm_conformance.reference.moving import Moving
from lstm_conformance.reference.mutants.base import LSTMWithDerivatives
from lstm_conformance.reference.rounded import Array, Numbers, zeros_like
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights


def still(a: Any) -> Any:
    """The same number, taken for a constant."""
    return Moving(a.value, zeros_like(a.tangent)) if isinstance(a, Moving) else a


# Forwards


class TangentOfTheInitialCellStateIgnored(LSTMWithDerivatives):
    """Takes c_0 for a constant, because most callers give none."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """h_0 moves."""
        h_0, c_0 = super().initial_states(call)
        return h_0, still(c_0)


class TangentOfTheRecurrentKernelIgnored(LSTMWithDerivatives):
    """Forgets that U moves, too: only U ḣ is added."""

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """The other term of the product rule is there."""
        return super().pre_activation(w._replace(recurrent_kernel=still(w.recurrent_kernel)), z_x, h)


class TangentOfTheHiddenStateIgnored(LSTMWithDerivatives):
    """Detaches h between the steps, and moves the recurrence through the cell state alone."""

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """Only U̇ h is added."""
        moved: Numbers = super().pre_activation(w, z_x, still(h))
        return moved


class TangentsOfBiasesIgnored(LSTMWithDerivatives):
    """Multiplies the direction by the layer without its biases, as if it were a linear one."""

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """The kernel moves."""
        return super().from_input(w._replace(biases=tuple(map(still, w.biases))), x)


class TangentOfTheForgetGateIgnored(LSTMWithDerivatives):
    """Takes the forget gate for a constant of the step: ċ_t = f ċ_{t-1} + …, without ḟ c_{t-1}."""

    def carried(self, f: Numbers, c: Numbers, entering: Numbers) -> Numbers:
        """What enters moves."""
        moved: Numbers = super().carried(still(f), c, entering)
        return moved


class TangentOfTheCellStateNotCarried(LSTMWithDerivatives):
    """Detaches c between the steps."""

    def carried(self, f: Numbers, c: Numbers, entering: Numbers) -> Numbers:
        """The forget gate moves."""
        moved: Numbers = super().carried(f, still(c), entering)
        return moved


class TangentOfTheOutputGateIgnored(LSTMWithDerivatives):
    """Moves h by way of the cell state alone."""

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """The other gates are in the cell state."""
        return super().new_h(w, gates._replace(o=still(gates.o)), new_c, c)


class TangentsTenThousandthTooLarge(LSTMWithDerivatives):
    """Approximates the derivative in a direction by a difference of outputs that are near each other."""

    def pushed(self, tangent: Array) -> Array:
        """All of them alike."""
        return tangent * tangent.dtype.type(1 + 2.0**-13)


# Of the second order


class SlopesTakenForConstants(LSTMWithDerivatives):
    """Forgets that the slopes of the activations move: what is left is nearly the product of Gauss and Newton."""

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """The gates themselves move."""
        return Gates(*map(still, super().gate_slopes(step)))


class SlopeOfTheCellStateTakenForConstant(LSTMWithDerivatives):
    """Forgets that tanh'(c_t) moves, because only the slopes of the gates were written out."""

    def output_slope(self, step: Step[Numbers]) -> Numbers:
        """That of the candidate moves."""
        slope: Numbers = still(super().output_slope(step))
        return slope


class RecurrentKernelTakenForConstantOnTheWayBack(LSTMWithDerivatives):
    """Goes back through U as it is, and forgets the term with its direction."""

    def hidden_state_gradient(self, w: CellWeights, d_z: Numbers) -> Numbers:
        """Uᵀ times how ∂z moves."""
        return super().hidden_state_gradient(w._replace(recurrent_kernel=still(w.recurrent_kernel)), d_z)


class SlopesTakenForConstantsWithoutStates(LSTMWithDerivatives):
    """Has a function of its own for calls without states, whose way back was written by hand, once."""

    given = True

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Those that are given, or zeros."""
        self.given = call.h_0 is not None
        return super().initial_states(call)

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """With states, they move."""
        slopes = super().gate_slopes(step)
        return slopes if self.given else Gates(*map(still, slopes))


class SlopesTakenForConstantsBehindLengths(LSTMWithDerivatives):
    """Goes back through packed sequences by a function that cannot be differentiated again, and detaches it."""

    def gate_slopes(self, step: Step[Numbers]) -> Gates[Numbers]:
        """Where all steps count, they move."""
        slopes = super().gate_slopes(step)
        return slopes if step.counts is None else Gates(*map(still, slopes))


class HessianTruncatedBehindSixSteps(LSTMWithDerivatives):
    """Truncates the second way back, and not the first: the gradients that it moves are those of all steps."""

    steps = 0

    def cell_gradients(
        self,
        w: CellWeights,
        tape: Sequence[Step[Numbers]],
        d_y: Numbers,
        d_h_n: Numbers,
        d_c_n: Numbers,
        observed: Array | None = None,
    ) -> CellGradients[Numbers]:
        """Of so many steps."""
        self.steps = len(tape)
        return super().cell_gradients(w, tape, d_y, d_h_n, d_c_n, observed)

    def step_gradients(
        self, w: CellWeights, step: Step[Numbers], d_h: Numbers, d_c: Numbers, t: int, seen: Numbers | None = None
    ) -> tuple[Numbers, Numbers, Numbers]:
        """What comes to a step before the last six of them is as it is."""
        if t < self.steps - 6:
            d_h, d_c = still(d_h), still(d_c)
        return super().step_gradients(w, step, d_h, d_c, t, seen)


# In some dtypes and sizes


class TangentsOfTheLayerBelowIgnoredInFloat32(LSTMWithDerivatives):
    """Computes stacks of float32 by a kernel without forward mode, one layer after the other, each detached."""

    dtypes = ("float32",)

    def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
        """In float64, all layers are one function."""
        passed = super().passed_on(y, x, index)
        single = isinstance(passed, Moving) and passed.value.dtype == np.float32
        return still(passed) if single else passed


# Of every row


class GradientsOfRowsInFullChunksAlone(LSTMWithDerivatives):
    """Maps over the rows in chunks of eight to save memory, and leaves what is behind the last full one at zero."""

    def of_rows(self, gradients: Array) -> Array:
        """Of fewer rows, there is one chunk."""
        kept = len(gradients) // 8 * 8 or len(gradients)
        return np.concatenate([gradients[:kept], np.zeros_like(gradients[kept:])])


class GradientsOfRowsSummed(LSTMWithDerivatives):
    """Hands out to every row the gradient of the whole batch."""

    def of_rows(self, gradients: Array) -> Array:
        """The sum, as often as there are rows."""
        return np.broadcast_to(gradients.sum(0), gradients.shape)


class GradientsOfRowsAveraged(LSTMWithDerivatives):
    """Divides by the number of rows, as a loss does that is a mean."""

    def of_rows(self, gradients: Array) -> Array:
        """Of one row, it is right."""
        return gradients / gradients.dtype.type(len(gradients))


class GradientsOfRowsInReverse(LSTMWithDerivatives):
    """Sorts rows by their lengths, and returns their gradients in that order."""

    def of_rows(self, gradients: Array) -> Array:
        """Their sum is right."""
        return gradients[::-1]
