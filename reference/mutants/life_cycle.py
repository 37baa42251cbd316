"""Layers that are saved and loaded, or copied: what gets lost, exchanged or shared on the way.

By themselves these layers compute what is right; the copy does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell
from lstm_conformance.reference.mutants.base import LSTM, SINGLE
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import Weights, mapped

Native = dict[str, Array]
"""Weights by the framework's names, in its axes."""


class _Copied(LSTM):
    """Base of those whose copy is wrong, in torch."""

    dtypes: ClassVar[tuple[str, ...]] = SINGLE


class _Configured(LSTM):
    """Base of those whose copy is wrong in an argument that only Keras has."""

    layout = "keras"
    dtypes: ClassVar[tuple[str, ...]] = SINGLE


# Weights


class WeightsNotLoaded(_Copied):
    """Finds none of its keys in the file, which have a prefix there, and is told not to be strict."""

    def restored(self, blank: Native, saved: Native) -> Native:
        """The weights with which the copy began."""
        return super().restored(blank, saved) and blank


class BiasesNotSaved(_Copied):
    """Saves the matrices, as if a bias were no weight."""

    def restored(self, blank: Native, saved: Native) -> Native:
        """The biases of the copy are those with which it began."""
        return super().restored(blank, saved) | _of(blank, "bias")


class SecondBiasNotSaved(_Copied):
    """Saves one bias for each gate, as other frameworks have it."""

    def restored(self, blank: Native, saved: Native) -> Native:
        """The second one is that with which the copy began."""
        return super().restored(blank, saved) | _of(blank, "bias_hh")


class GatesExchangedWhenLoaded(_Copied):
    """Reads a file whose gates are i, f, g, o as if they were i, g, f, o."""

    def restored(self, blank: Native, saved: Native) -> Native:
        """Exchange f and g in every weight that has rows of gates."""
        weights = super().restored(blank, saved)
        return {name: a if "_hr_" in name else _exchanged(a) for name, a in weights.items()}


class DirectionsExchangedWhenLoaded(_Copied):
    """Sorts the keys of the file, in which those of the backward direction come to stand first."""

    def restored(self, blank: Native, saved: Native) -> Native:
        """Each direction gets the weights of the other."""
        weights = super().restored(blank, saved)
        return {name: weights.get(_other(name), a) for name, a in weights.items()}


class WeightsSavedInHalfPrecision(_Copied):
    """Writes float16 into its file, which is then half as large."""

    def saved(self, native: Native) -> Native:
        """Round them, and widen them again."""
        return {name: a.astype(np.float16).astype(a.dtype) for name, a in super().saved(native).items()}


class CopySharesItsWeights(_Copied):
    """Copies the layer and not its weights, so that training the one changes the other."""

    def saved(self, native: Native) -> Native:
        """The very arrays."""
        return native


class WeightsSavedWhenBuilt(_Copied):
    """Saves a copy of the weights that it made when it was built, and never again."""

    def saved(self, native: Native) -> Native:
        """Those that a layer begins with."""
        return {name: np.zeros_like(a) for name, a in native.items()}


class WeightsOfACopyPacked(_Copied):
    """Packs its weights in its first call where it was loaded from a file, as if it were there to be called alone."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.is_copy = False
        self.packed: Weights | None = None

    def copied_from(self, other: LSTM) -> None:
        """Remember it."""
        super().copied_from(other)
        self.is_copy = True

    def loaded(self, weights: Weights) -> Weights:
        """Weights that a copy is given after that are not seen."""
        if self.is_copy and self.packed is None:
            self.packed = mapped(weights, np.copy)
        return super().loaded(self.packed or weights)


class CopyInFloat64(_Copied):
    """Reads its weights into arrays of float64, the default of NumPy."""

    dtypes = ("float32",)

    def restored(self, blank: Native, saved: Native) -> Native:
        """Widen them."""
        return {name: a.astype(np.float64) for name, a in super().restored(blank, saved).items()}


class DefaultDtypeIgnored(_Copied):
    """Is a layer of float32 where nobody says otherwise, whatever the default of the process."""

    dtypes = ("float64", "bfloat16")

    def by_default(self, dtype: str) -> str:
        """Not that one."""
        del dtype
        return "float32"

    def restored(self, blank: Native, saved: Native) -> Native:
        """Weights of the dtype that the copy has."""
        return {name: a.astype(blank[name].dtype) for name, a in super().restored(blank, saved).items()}


class MissingWeightsAccepted(_Copied):
    """Loads the weights that it finds, and leaves the others as they are."""

    dtypes = ("float32",)

    def restored(self, blank: Native, saved: Native) -> Native:
        """As if the missing ones had been saved."""
        return super().restored(blank, blank | saved)


class UnknownWeightsAccepted(_Copied):
    """Loads the weights that it knows, and says nothing of the others."""

    dtypes = ("float32",)

    def restored(self, blank: Native, saved: Native) -> Native:
        """As if the unknown ones had not been saved."""
        return super().restored(blank, {name: a for name, a in saved.items() if name in blank})


class SavedWeightsBroadcast(_Copied):
    """Assigns what it reads to a slice of its weights, which repeats a row until it fits."""

    dtypes = ("float32",)

    def restored(self, blank: Native, saved: Native) -> Native:
        """As if every row had been saved."""
        fitted = {name: np.resize(a, blank[name].shape) if name in blank else a for name, a in saved.items()}
        return super().restored(blank, fitted)


# Arguments


class ActivationNotInConfig(_Configured):
    """Leaves `activation` out of its configuration, so that the copy has tanh."""

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, activation=Layer.activation)


class RecurrentActivationNotInConfig(_Configured):
    """Leaves `recurrent_activation` out of its configuration, so that the copy has the logistic function."""

    dtypes = ("float32",)

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, recurrent_activation=Layer.recurrent_activation)


class GoBackwardsNotInConfig(_Configured):
    """Leaves `go_backwards` out of its configuration."""

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, go_backwards=False)


class StatefulNotInConfig(_Configured):
    """Leaves `stateful` out of its configuration, as a layer that serves single requests."""

    dtypes = ("float32",)

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, stateful=False)


class UseBiasNotInConfig(_Configured):
    """Leaves `use_bias` out of its configuration, and cannot load what it has saved."""

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, bias=True)


class UseCudnnNotInConfig(_Configured):
    """Leaves `use_cudnn` out of its configuration, which shows on no machine without a GPU."""

    dtypes = ("float64",)

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, use_cudnn="auto")


class UnrollNotInConfig(_Configured):
    """Leaves `unroll` out of its configuration, which changes no number."""

    dtypes = ("float32",)

    def reconstructed(self, layer: Layer) -> Layer:
        """The default."""
        return replace(layer, unroll=False)


class RegularizersNotInConfig(_Configured):
    """Leaves out of its configuration what only training needs."""

    dtypes = ("float32",)

    def reconstructed(self, layer: Layer) -> Layer:
        """The defaults."""
        return replace(layer, non_defaults=False)


def _other(name: str) -> str:
    """The weight of the other direction."""
    return name.removesuffix("_reverse") if name.endswith("_reverse") else f"{name}_reverse"


def _of(native: Native, beginning: str) -> Native:
    return {name: a for name, a in native.items() if name.startswith(beginning)}


def _exchanged(a: Array) -> Array:
    """Rows of gates i, f, g, o, with f and g exchanged."""
    i, f, g, o = np.split(a, 4)
    return np.concatenate([i, g, f, o])
