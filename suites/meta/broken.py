"""What all breakages share: an adapter over another one, that hands everything on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.implementations.adapter import Adapter

Array = NDArray[Any]
States = tuple[Any, Any] | None


class Built:
    """What the adapter below has built, how the layer was described, and what a breakage keeps from call to call."""

    def __init__(self, below: Any, layer: Any, dtype: str) -> None:
        self.below, self.layer, self.dtype = below, layer, dtype
        self.weights: dict[str, Array] = {}
        self.states: States = None


class Broken(Adapter):
    """An adapter under a name of its own, that hands everything on to the one below it."""

    paths = ("eager",)
    dtypes: tuple[str, ...] = ("float64", "float32")

    def __init_subclass__(cls) -> None:
        cls.name = f"breakages.{cls.__name__}"

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """Build the layer, and note its description."""
        return Built(super().build(layer, dtype, path), layer, dtype)

    def load(self, built: Built, weights: Mapping[str, Array]) -> None:
        """Put the weights in."""
        super().load(built.below, weights)

    def weights(self, built: Built) -> Mapping[str, Array]:
        """Copy the weights out, or show those that were kept to be shown."""
        return {**super().weights(built.below), **built.weights}

    def arguments(self, built: Built) -> Mapping[str, Any]:
        """Read them from the layer below."""
        return super().arguments(built.below)

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """The outputs, in a list."""
        return list(super().call(built.below, x, states))

    def changed(self, tensor: Any, change: Callable[[Array], Array]) -> Any:
        """A tensor of the implementation, made of a changed copy of the array of another."""
        return self.tensor(np.ascontiguousarray(change(self.array(tensor).copy())))
