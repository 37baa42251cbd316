"""What a layout can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from lstm_conformance.reference.cell import Coupled
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Fill, Mask, Outputs
from lstm_conformance.reference.weights import Array, Weights

Shape = tuple[int, ...]


class Inputs(NamedTuple):
    """What a layer is called with: canonical x (T, N, B, I), h_0 (L, D, N, B, P), c_0 (L, D, N, B, H), or no states."""

    x: Array
    h_0: Array | None = None
    c_0: Array | None = None

    def each(self, change: Callable[[Array], Array]) -> Inputs:
        """The same, changed: x and, where they are given, the states."""
        return Inputs(change(self.x), *(None if a is None else change(a) for a in self[1:]))


class Layout(Protocol):
    """The conventions of one framework; `unbatched` is for calls without an axis of batch."""

    biases: int
    """How many bias vectors a cell has."""

    told_by: str
    """How a call is told which steps count: by `lengths` or by a `mask`."""

    lacks: frozenset[str]
    """The claims (`fixtures/cases/requirements.py`) for which the layout has no weight, no axis or no argument."""

    coupled: Coupled
    """The gate for which no layer has weights, because it is 1 minus the other one of i and f; mostly none."""

    def weight_shapes(self, layer: Layer) -> dict[str, Shape]:
        """Name and documented shape of every weight, without the axis of cases."""

    def native_weights(self, layer: Layer, weights: Weights) -> dict[str, Array]:
        """Canonical weights under the framework's names, in its axes and gate order."""

    def canonical_weights(self, layer: Layer, native: Mapping[str, Array]) -> Weights:
        """The inverse of `native_weights`. Raises WeightsMismatch where a name or a shape is not the documented one."""

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """Canonical inputs in the axes of the framework's call."""

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""

    def native_mask(self, layer: Layer, mask: Mask) -> tuple[str, NDArray[Any]]:
        """How a call is told which steps count, from the canonical mask (T, N, B): the name of the array and the array.

        The name is `told_by`: `lengths`, with the array (N, B), or `mask`, with the array in the axes of the framework.
        """

    def canonical_mask(self, layer: Layer, native: NDArray[Any], time: int) -> Mask:
        """The inverse of `native_mask`; time: T."""

    def fill(self, layer: Layer) -> Fill:
        """What the layer puts out at steps that do not count."""

    def output_names(self, layer: Layer) -> list[str]:
        """The outputs of a call, in their order."""

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """Documented shape of every output, without the axis of cases."""

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """y (T, N, B, D P), h_n (L, D, N, B, P), c_n (L, D, N, B, H); T is 1 where only the last output is returned.

        States that the call does not return are empty (L = 0).
        """

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """What the call returns of the outputs of a whole sequence, in its order and axes."""


class WeightsMismatch(ValueError):
    """The weights are not those of the layer: a name is missing, unknown, or has another shape."""

    @classmethod
    def between(cls, expected: Mapping[str, Shape], found: Mapping[str, Array]) -> WeightsMismatch:
        """Say every difference at once."""
        missing = [f"{name} {shape} is missing" for name, shape in expected.items() if name not in found]
        unknown = [f"{name} {a.shape[1:]} is not expected" for name, a in found.items() if name not in expected]
        wrong = [
            f"{name} has shape {found[name].shape[1:]}, documented is {shape}"
            for name, shape in expected.items()
            if name in found and found[name].shape[1:] != shape
        ]
        return cls("weights differ from the documented ones: " + "; ".join(missing + unknown + wrong))


def check_weights(expected: Mapping[str, Shape], native: Mapping[str, Array]) -> None:
    """Raise WeightsMismatch unless names and shapes (behind the axis of cases) are the expected ones."""
    if {name: a.shape[1:] for name, a in native.items()} != dict(expected):
        raise WeightsMismatch.between(expected, native)
