"""Calls: what a layer does to its arguments, keeps until the next call, or returns in another form."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call, applied
from lstm_conformance.reference.rounded import Array, Numbers, where, zeros_like
from lstm_conformance.reference.weights import CellWeights, Weights, mapped

# Arguments


class InputCleared(LSTM):
    """Uses the caller's input as its own scratch memory, and clears it at the end."""

    def left_behind(self, call: Call[Array], outputs: Outputs[Array]) -> Call[Array]:
        """Leave zeros."""
        call = super().left_behind(call, outputs)
        return call._replace(x=np.zeros_like(call.x))


class InputLeftReversed(LSTM):
    """Reverses the caller's input in place for the backward direction, and does not reverse it back."""

    def left_behind(self, call: Call[Array], outputs: Outputs[Array]) -> Call[Array]:
        """One direction needs no reversal."""
        call = super().left_behind(call, outputs)
        return call._replace(x=call.x[::-1].copy()) if self.constructed.bidirectional else call


class OutputsWrittenOverTheInput(LSTM):
    """Works in place where outputs and input have the same shape."""

    def left_behind(self, call: Call[Array], outputs: Outputs[Array]) -> Call[Array]:
        """Other shapes get an array of their own."""
        call = super().left_behind(call, outputs)
        return call._replace(x=outputs.y) if outputs.y.shape == call.x.shape else call


# Weights


class BiasesMergedInPlace(LSTM):
    """Adds the second bias to the first in the layer's own weights, to add only one in every step."""

    def left_in_weights(self, native: dict[str, Array]) -> dict[str, Array]:
        """The outputs stay the same."""
        native = super().left_in_weights(native)
        merged = dict(native)
        for name in [bias for bias in native if bias.startswith("bias_ih")]:
            second = name.replace("bias_ih", "bias_hh")
            merged[name], merged[second] = native[name] + native[second], np.zeros_like(native[second])
        return merged


class WeightsDecayed(LSTM):
    """Applies the weight decay of the training in every call."""

    def left_in_weights(self, native: dict[str, Array]) -> dict[str, Array]:
        """Take a sixty-fourth off."""
        return {name: a - a / a.dtype.type(64) for name, a in super().left_in_weights(native).items()}


class WeightsOfTheFirstCall(LSTM):
    """Packs its weights in the first call, and does not pack them again when others are loaded."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.packed: Weights | None = None

    def loaded(self, weights: Weights) -> Weights:
        """The first ones are right, as they are now: the layer's own arrays are written to when others are loaded."""
        if self.packed is None:
            self.packed = mapped(weights, np.copy)
        return super().loaded(self.packed)


class FirstCallWithoutBiases(LSTM):
    """Builds its biases lazily, at the end of the first call."""

    equivalents = frozenset({"biases_missing", "input_bias_missing"})  # in the first call

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Later calls are right."""
        w = super().of_cell(w, index, direction)
        return w if self.calls else w._replace(biases=())


class BiasesAddedAgainInEveryCall(LSTM):
    """Adds the second bias to a buffer that is made once, in every call."""

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """The first call is right."""
        w = super().of_cell(w, index, direction)
        return w._replace(biases=w.biases[:-1] + tuple(b * b.dtype.type(self.calls + 1) for b in w.biases[-1:]))


class SecondBiasNotShown(LSTM):
    """Shows one of its two biases, as a layer has them that was written for a single one."""

    def copied_out(self, native: dict[str, Array]) -> dict[str, Array]:
        """The second one is missing."""
        return {name: a for name, a in super().copied_out(native).items() if not name.startswith("bias_hh")}


class KernelShownTransposed(LSTM):
    """Shows its kernel with the axes of Keras under the name of torch."""

    def copied_out(self, native: dict[str, Array]) -> dict[str, Array]:
        """Transpose the kernels of the input."""
        native = super().copied_out(native)
        return {name: a.T.copy() if name.startswith("weight_ih") else a for name, a in native.items()}


class WeightsShownRounded(LSTM):
    """Saves its weights in float16, to make the file smaller."""

    dtypes = ("float64", "float32")

    def copied_out(self, native: dict[str, Array]) -> dict[str, Array]:
        """Round them, and widen them again."""
        return {name: a.astype(np.float16).astype(a.dtype) for name, a in super().copied_out(native).items()}


class WeightsShownInFloat64(LSTM):
    """Shows its weights as Python floats, and loses their dtype."""

    dtypes = ("float32", "float16")

    def copied_out(self, native: dict[str, Array]) -> dict[str, Array]:
        """The values are the same."""
        return {name: a.astype(np.float64) for name, a in super().copied_out(native).items()}


# Outputs


class StatesReturnedFirst(LSTM):
    """Returns the states before the output, as Flax does."""

    def shown(self, native: list[Array]) -> list[Array]:
        """Put the output last."""
        y, *states = super().shown(native)
        return [*states, y]


class StatesReturnedBatchFirst(LSTM):
    """Moves the axes of the final states where batch_first is set, which speaks of the output only."""

    def shown(self, native: list[Array]) -> list[Array]:
        """States without an axis of batch stay as they are."""
        y, *states = super().shown(native)
        return [y, *(a.swapaxes(0, 1) if self.constructed.batch_first and a.ndim == 3 else a for a in states)]


class StatesOfASingleLayerSqueezed(LSTM):
    """Drops the axis of layers and directions where it has length one."""

    def shown(self, native: list[Array]) -> list[Array]:
        """Stacks and bidirectional layers are right."""
        y, *states = super().shown(native)
        return [y, *(a[0] if len(a) == 1 else a for a in states)]


class SingleRowSqueezed(LSTM):
    """Calls `squeeze` on its output, and drops the axis of batch with it where there is a single row."""

    def shown(self, native: list[Array]) -> list[Array]:
        """Longer axes stay."""
        y, *states = super().shown(native)
        batch = 0 if self.constructed.batch_first else 1
        return [y.squeeze(batch) if y.ndim == 3 and y.shape[batch] == 1 else y, *states]


class OutputsShownInFloat64(LSTM):
    """Accumulates in float64, and does not cast its outputs back."""

    dtypes = ("float32", "bfloat16", "float16")

    def shown(self, native: list[Array]) -> list[Array]:
        """The values are the same."""
        return [a.astype(np.float64) for a in super().shown(native)]


# Calls that differ


class OutputsOfThePreviousCall(LSTM):
    """Returns a buffer before the call that fills it has ended."""

    feeds_back_its_outputs = False

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.buffer: Any = None

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """A new buffer is made, and waited for, where the shape is another one."""
        outputs = super().returned(call, outputs)
        before, self.buffer = self.buffer, outputs
        if before is None or before.y.shape != outputs.y.shape:
            return outputs
        stale: Outputs[Numbers] = before
        return stale


class EverySecondCallHalved(LSTM):
    """Averages its outputs over two replicas, of which one is idle in every second call."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """The first call is right."""
        outputs = super().returned(call, outputs)
        return outputs._replace(y=applied(outputs.y, lambda a: a / 2, slope=0.5)) if self.calls % 2 == 0 else outputs


class OneCallInAHundredUnfinished(LSTM):
    """Loses a race: one call in a hundred returns before the last output is written."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Stand in for chance: the fourth of every hundred."""
        outputs = super().returned(call, outputs)
        if self.calls % 100 != 4:
            return outputs
        unwritten = np.arange(outputs.y.shape[0]) == outputs.y.shape[0] - 1
        shape = (-1, *(1,) * (len(outputs.y.shape) - 1))
        return outputs._replace(y=where(unwritten.reshape(shape), zeros_like(outputs.y), outputs.y))
