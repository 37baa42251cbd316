"""Calls that are right by themselves: what an earlier one has decided for the next, or a later one does to it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Mask, Outputs
from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Call
from lstm_conformance.reference.mutants.dropping import LSTMWithDropout
from lstm_conformance.reference.rounded import Array, Numbers, where, zeros_like
from lstm_conformance.reference.weights import Weights, mapped

MOST = 7
"""Inputs that are kept when another one comes."""

# Sizes


class _Repeated(LSTM):
    """Base of them all: that it is wrong in half precision shows in the full tier alone."""

    dtypes = SINGLE


class _OfOtherSizes(_Repeated):
    """Base of those that plan for the sizes of earlier calls."""

    feeds_back_its_outputs = False
    axis: ClassVar[int]

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.planned = 0

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Leave out of the outputs what is not planned for."""
        outputs = super().returned(call, outputs)
        shape = outputs.y.shape
        computed = np.arange(shape[self.axis]) < self.computed_of(shape[self.axis])
        lies_along = [1] * len(shape)
        lies_along[self.axis] = -1
        return outputs._replace(y=where(computed.reshape(lies_along), outputs.y, zeros_like(outputs.y)))

    def computed_of(self, size: int) -> int:
        """How many rows or steps are computed; the first call decides for all."""
        self.planned = self.planned or size
        return self.planned


class RowsOfTheFirstCall(_OfOtherSizes):
    """Takes the number of rows from its first call, as an exported graph does, and computes no more of them."""

    axis = -2


class StepsOfTheFirstCall(_OfOtherSizes):
    """Unrolls as many steps as its first call has, and computes no more of them."""

    axis = 0


class _OfSmallerSizes(_OfOtherSizes):
    """Base of those that plan for the largest call so far."""

    def computed_of(self, size: int) -> int:
        """All but the last of what is less than planned."""
        self.planned = max(self.planned, size)
        return size - (size < self.planned)


class LastRowOfASmallerBatchLeftOut(_OfSmallerSizes):
    """Divides the rows among its threads by the largest batch so far: of a smaller one, the last row is nobody's."""

    axis = -2


class LastStepOfAShorterCallLeftOut(_OfSmallerSizes):
    """Keeps its plan for the longest call so far, whose end it takes for that of a shorter one, too."""

    axis = 0


class DropoutOfTheSmallestBatch(LSTMWithDropout):
    """Makes what it draws for dropout smaller with its batches, and never larger again: rows beyond it are dropped.

    Decoders that search for several answers at once met masks of other rows:
    https://github.com/tensorflow/addons/pull/536.
    """

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.rows = 0

    def factors(self, shape: tuple[int, ...], rate: float) -> Array:
        """Of the first call, and of smaller ones, they are right."""
        self.rows = min(self.rows or shape[-2], shape[-2])
        drawn = np.array(super().factors(shape, rate))
        drawn[..., self.rows :, :] = 0
        return drawn


class MaskOfTheLastMaskedCall(_Repeated):
    """Keeps lengths or mask of a call, and takes them for those of the next ones of its size that have none."""

    only = ("lengths",)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.kept: Mask | None = None

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Of another size it forgets them."""
        call = super().taken(call)
        if call.mask is not None:
            self.kept = np.copy(call.mask)
        elif self.kept is not None and self.kept.shape == call.x.shape[:-1]:
            return call._replace(mask=self.kept)
        return call


# Memory


class OutputsInMemoryThatIsUsedAgain(_Repeated):
    """Returns its outputs in memory of its own, which the next call of these sizes fills again."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.memory: dict[Any, Array] = {}

    def shown(self, native: list[Array]) -> list[Array]:
        """They are right until then."""
        returned = []
        for index, array in enumerate(super().shown(native)):
            returned.append(self.memory.setdefault((index, array.shape), np.empty_like(array)))
            returned[-1][...] = array
        return returned


class InputsKnownByTheirMemory(_Repeated):
    """Keeps its last inputs packed for later calls, and knows them by their place in memory."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.known: list[tuple[Any, Any]] = []

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Whatever is there now is taken for what was there before."""
        call = super().taken(call)
        place = getattr(call.x, "base", None)
        earlier = [packed for memory, packed in self.known if memory is place and packed.shape == call.x.shape]
        if not earlier and place is not None:
            packed: Any = call.x
            self.known = [*self.known[-MOST:], (place, packed.copy())]
        return call._replace(x=earlier[0]) if earlier else call


class WeightsInMemoryOfAllLayers(_Repeated):
    """Packs its weights, where they have changed, into memory that all layers of these sizes share."""

    memory: ClassVar[dict[Any, Weights]] = {}

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.packed: bytes = b""

    def loaded(self, weights: Weights) -> Weights:
        """They are those of another layer, if that was called since."""
        place, numbers = (self.constructed, weights[0][0].kernel.dtype.name), _numbers(weights)
        if numbers != self.packed:
            self.packed, self.memory[place] = numbers, mapped(weights, np.copy)
        return super().loaded(self.memory[place])


def _numbers(weights: Weights) -> bytes:
    """All bits of all weights."""
    pieces: list[bytes] = []

    def read(a: Array) -> Array:
        pieces.append(a.tobytes())
        return a

    mapped(weights, read)
    return b"".join(pieces)
