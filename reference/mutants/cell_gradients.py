"""Gradients of cells with more in their equations: a term of peepholes missing, a limit that lets everything pass.

The outputs of these layers are right, and so are their gradients where the option is not set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from lstm_conformance.reference.equations import Gates
from lstm_conformance.reference.mutants.base import LSTMWithGradients
from lstm_conformance.reference.rounded import Array, Numbers, zeros_like
from lstm_conformance.reference.tape import Step
from lstm_conformance.reference.weights import CellWeights


class _OfAnOption(LSTMWithGradients):
    """Base of those whose mistake is in an option that TensorFlow 1 has."""

    layout: ClassVar[str] = "tf1"


class PeepholeGradientOfTheOldCellState(_OfAnOption):
    """Sums the gradient of the peephole of o with c_{t-1}, as those of i and f."""

    def of_peepholes(self, tape: Sequence[Step[Numbers]], d_z: Numbers) -> Numbers:
        """No step has another cell state."""
        return super().of_peepholes([step._replace(new_c=step.c) for step in tape], d_z)


class PeepholesDetached(_OfAnOption):
    """Shows the gates i and f a detached copy of the cell state."""

    def peeped(self, p: Array, d_c: Numbers, d_z: Numbers) -> Numbers:
        """Nothing comes back."""
        del p, d_z
        return d_c


class OutputPeepholeDetached(_OfAnOption):
    """Shows the output gate a detached copy of the cell state."""

    def peeped_behind(self, p: Array, d_c: Numbers, d_z_o: Numbers) -> Numbers:
        """Nothing comes back."""
        del p, d_z_o
        return d_c


class CellClipLetsGradientsPass(_OfAnOption):
    """Limits the cell state of what is computed alone, and has a slope of 1 beyond the limit."""

    def within_cell_clip(self, step: Step[Numbers], d_c: Numbers) -> Numbers:
        """As they are."""
        del step
        return d_c


class ProjClipLetsGradientsPass(_OfAnOption):
    """Limits the projected output of what is computed alone, and has a slope of 1 beyond the limit."""

    def within_projection_clip(self, w: CellWeights, step: Step[Numbers], d_h: Numbers) -> Numbers:
        """As they are."""
        del w, step
        return d_h


class ClipLetsGradientsPass(_OfAnOption):
    """Limits the pre-activations of what is computed alone, and has a slope of 1 beyond the limit."""

    layout = "onnx"

    def within_clip(self, step: Step[Numbers], slopes: Gates[Numbers]) -> Gates[Numbers]:
        """As they are."""
        del step
        return slopes


class CoupledGateDetached(_OfAnOption):
    """Computes the forget gate from a detached copy of the input gate."""

    layout = "onnx"

    def of_coupled(self, d_gates: Gates[Numbers]) -> Gates[Numbers]:
        """Nothing comes back to i."""
        return d_gates._replace(f=zeros_like(d_gates.f)) if self.cell.coupled == "f" else super().of_coupled(d_gates)
