"""Layers in NumPy that are quantised as rule 18.5 says, or otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_conformance.fixtures.implementations.adapter import Path
from lstm_conformance.fixtures.implementations.mutants import MutantAdapter
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.quantised import (
    DynamicFloat16,
    DynamicInt8,
    Steps,
    inputs_in_steps,
    on_grid,
    weights_in_steps,
)

if TYPE_CHECKING:
    from lstm_conformance.reference.rounded import Array
    from lstm_conformance.reference.weights import CellWeights


class Int8(DynamicInt8, LSTM):
    """A right one."""


class Float16(DynamicFloat16, LSTM):
    """A right one."""


class ScaleOfTheOtherMatrix(Int8):
    """Multiplies the numbers of a matrix by the scale of the other one of its cell."""

    other: Array

    def from_input(self, w: CellWeights, x: Array) -> Array:  # type: ignore[override]
        """The other matrix is the recurrent one."""
        self.other = w.recurrent_kernel
        return super().from_input(w, x)

    def pre_activation(self, w: CellWeights, z_x: Array, h: Array) -> Array:  # type: ignore[override]
        """The other matrix is that of the inputs."""
        self.other = w.kernel
        return super().pre_activation(w, z_x, h)

    def weights(self, rows: Array) -> Steps:
        """Right numbers of wrong steps."""
        own = weights_in_steps(rows)
        return own._replace(value=own.value / own.step * weights_in_steps(self.other).step)


class WeightsAsTheyAre(Int8):
    """Does not quantise its weights."""

    def weights(self, rows: Array) -> Steps:
        """All of them between steps."""
        return weights_in_steps(rows)._replace(value=rows)


class ScalesOfRows(Int8):
    """Has a scale for every row of a matrix."""

    def weights(self, rows: Array) -> Steps:
        """Every row as a matrix."""
        return Steps(*(each[..., 0, :] for each in weights_in_steps(rows[..., None, :])))


class InputsAsTheyAre(Int8):
    """Does not quantise its inputs."""

    def read(self, x: Array) -> Array:  # type: ignore[override]
        """Leave them."""
        return x


class InputsStepByStep(Int8):
    """Has a scale for the input of every step."""

    def read(self, x: Array) -> Array:  # type: ignore[override]
        """As hidden states are read."""
        return on_grid(x, inputs_in_steps(x, (-2, -1)))


class InputsRowByRow(Int8):
    """Has a scale for the input of every row."""

    def read(self, x: Array) -> Array:  # type: ignore[override]
        """As if the rows were alone."""
        return on_grid(x, inputs_in_steps(x, (0, -1)))


class HiddenStatesAsTheyAre(Int8):
    """Does not quantise what it feeds back."""

    def pre_activation(self, w: CellWeights, z_x: Array, h: Array) -> Array:  # type: ignore[override]
        """Multiply h itself."""
        return np.asarray(z_x + self.product(h, w.recurrent_kernel))


class InputsWithoutZero(Int8):
    """Forgets the zero of its inputs."""

    def read(self, x: Array) -> Array:  # type: ignore[override]
        """Count from the smallest number."""
        steps = inputs_in_steps(x, (0, -2, -1))
        return np.asarray(steps.value - np.minimum(x.min((0, -2, -1), keepdims=True), 0), x.dtype)


class InputsInSixBits(Int8):
    """Has half as many steps."""

    def read(self, x: Array) -> Array:  # type: ignore[override]
        """Two steps are one."""
        steps = inputs_in_steps(x, (0, -2, -1))
        return np.asarray(np.rint(steps.value / steps.step / 2) * 2 * steps.step, x.dtype)


class WeightsInFloat32(Float16):
    """Does not round its weights."""

    def weights(self, rows: Array) -> Array:
        """Leave them."""
        return rows


class EverythingInFloat16(Float16):
    """Rounds its biases as well."""

    def widened(self, w: CellWeights, x: Array) -> CellWeights:  # type: ignore[override]
        """All arrays of the cell."""
        return super().widened(w, x).map(lambda a: a.astype(np.float16).astype(a.dtype))


WRONG = (
    *(ScaleOfTheOtherMatrix, WeightsAsTheyAre, ScalesOfRows, InputsAsTheyAre, InputsStepByStep, InputsRowByRow),
    *(HiddenStatesAsTheyAre, InputsWithoutZero, InputsInSixBits, WeightsInFloat32, EverythingInFloat16),
)


class Quantising(MutantAdapter):
    """A layer of float32, quantised in every call."""

    layout = "torch"
    claims = ("bidirectional", "batch_first", "initial_state")

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Build the layer as it is before."""
        del dtype
        return super().build(layer, "float32", path)


def quantising(mutant: type[LSTM]) -> type[Quantising]:
    """The adapter of a layer."""
    dtype = "dynamic_float16" if issubclass(mutant, Float16) else "dynamic_int8"
    return type(mutant.__name__, (Quantising,), {"mutant": mutant, "paths": (Path("quantised", dtypes=(dtype,)),)})
