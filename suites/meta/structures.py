"""A right LSTM in Keras' layout with two directions, masks, kept states and models, and what can go wrong in these.

It computes with the reference in float64: what is tested on it are the rules of chapter 16, and not arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Cell, Mask, Outputs, layer
from lstm_conformance.reference.rounded import Array, stack
from lstm_conformance.reference.weights import Weights

KERAS = LAYOUTS["keras"]


class Built:
    """A layer: how it is described, its weights, and the states that it keeps."""

    def __init__(self, described: Layer, dtype: str, structure: str) -> None:
        self.layer, self.dtype, self.structure = described, dtype, structure
        self.weights: dict[str, Array] = {
            name: np.zeros(shape, dtype) for name, shape in KERAS.weight_shapes(described).items()
        }
        self.states: tuple[Array, Array] | None = None


class RightLSTM(Adapter):
    """The reference as an implementation."""

    name = "structures.RightLSTM"
    layout = "keras"
    packages = ("numpy",)

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """A layer whose weights are zero."""
        del path
        return Built(
            Layer(**{name: getattr(layer, name) for name in Layer.__dataclass_fields__}), dtype, layer.structure
        )

    def load(self, built: Built, weights: Mapping[str, NDArray[Any]]) -> None:
        """Copy the weights into the layer."""
        built.weights.update(weights)

    def weights(self, built: Built) -> Mapping[str, NDArray[Any]]:
        """The weights."""
        return built.weights

    def reset(self, built: Built) -> None:
        """Forget the states."""
        built.states = None

    def call(self, built: Built, x: Any, states: tuple[Any, Any] | None) -> list[Any]:
        """Run the layers on a single case."""
        return self.call_masked(built, x, states, None)

    def call_masked(self, built: Built, x: Any, states: tuple[Any, Any] | None, valid: Any) -> list[Any]:
        """Run the layers on the canonical form of a single case."""
        native = Inputs(*(a[None] for a in (x, *(states or ()))))
        inputs = KERAS.canonical_inputs(built.layer, native)
        mask = None if valid is None else KERAS.canonical_mask(built.layer, valid[None], x.shape[1])
        weights = KERAS.canonical_weights(built.layer, {name: a[None] for name, a in built.weights.items()})
        outputs = self.outputs(built, weights, inputs, mask)
        return [a[0].astype(built.dtype) for a in self.shown(built.layer, outputs)]

    def outputs(self, built: Built, weights: Weights, inputs: Inputs, mask: Mask | None) -> Outputs[Array]:
        """What the stack returns, from the given states, the kept ones, or zeros."""
        x, h_n, c_n = np.asarray(inputs.x, np.float64), [], []
        h_0, c_0 = self.first_states(built, inputs)
        for index, directions in enumerate(weights):
            y, h, c = layer(Cell(), directions, x, h_0[index], c_0[index], mask=mask, fill=KERAS.fill(built.layer))
            h_n.append(h)
            c_n.append(c)
            x, mask = (y[::-1], self.handed_on(mask)) if built.layer.go_backwards else (y, mask)
        outputs = Outputs(y, stack(h_n), stack(c_n))
        built.states = outputs[1:] if built.layer.stateful else None
        return outputs

    def first_states(self, built: Built, inputs: Inputs) -> tuple[Array, Array]:
        """From where the layers start, (L, D, N, B, H)."""
        described = built.layer
        shape = (described.num_layers, described.directions, *inputs.x.shape[1:3], described.hidden_size)
        if inputs.h_0 is not None and inputs.c_0 is not None:
            return inputs.h_0, inputs.c_0
        return built.states or (np.zeros(shape), np.zeros(shape))

    def handed_on(self, mask: Mask | None) -> Mask | None:
        """The mask of the next layer, in the order of its input."""
        return None if mask is None else mask[::-1]

    def shown(self, described: Layer, outputs: Outputs[Array]) -> list[Array]:
        """What the call returns."""
        return KERAS.native_outputs(described, outputs)


class AveragesNotHalved(RightLSTM):
    """The average is the sum."""

    def shown(self, described: Layer, outputs: Outputs[Array]) -> list[Array]:
        """Merge in another way."""
        mode = {"ave": "sum"}.get(described.merge_mode, described.merge_mode)
        return super().shown(replace(described, merge_mode=mode), outputs)


class NotTurnedBack(RightLSTM):
    """The backward direction's outputs stay in the order in which they were computed."""

    def shown(self, described: Layer, outputs: Outputs[Array]) -> list[Array]:
        """Turn the second half of the outputs round, where there is one."""
        half, y = described.output_size, outputs.y
        return super().shown(described, outputs._replace(y=np.concatenate([y[..., :half], y[::-1, ..., half:]], -1)))


class BackwardFirst(RightLSTM):
    """Outputs that are kept apart come in the wrong order."""

    def shown(self, described: Layer, outputs: Outputs[Array]) -> list[Array]:
        """Exchange the first two tensors, where two are outputs."""
        first, *others = super().shown(described, outputs)
        return [others[0], first, *others[1:]] if described.merge_mode == "none" else [first, *others]


class BackwardStartsAnew(RightLSTM):
    """Only the forward direction goes on."""

    def first_states(self, built: Built, inputs: Inputs) -> tuple[Array, Array]:
        """Zeros for the second direction, unless states are given."""
        states = super().first_states(built, inputs)
        for state in states if inputs.h_0 is None else ():
            state[:, 1:] = 0
        return states


class MaskLost(RightLSTM):
    """A mask that a layer in front has made does not arrive."""

    def outputs(self, built: Built, weights: Weights, inputs: Inputs, mask: Mask | None) -> Outputs[Array]:
        """Let every step count."""
        in_front = built.structure in {"Masking", "Embedding"}
        return super().outputs(built, weights, inputs, None if in_front else mask)


class MaskNotTurned(RightLSTM):
    """The mask is handed on as it came in."""

    def handed_on(self, mask: Mask | None) -> Mask | None:
        """The same mask."""
        return mask


class OtherCallShows(RightLSTM):
    """What a layer is called with elsewhere in the model shows in its outputs."""

    def outputs(self, built: Built, weights: Weights, inputs: Inputs, mask: Mask | None) -> Outputs[Array]:
        """Take the average of both calls."""
        here = super().outputs(built, weights, inputs, mask)
        if built.structure not in {"shared", "TimeDistributed"}:
            return here
        elsewhere = super().outputs(built, weights, inputs._replace(x=-inputs.x), mask)
        return Outputs(*((a + b) / 2 for a, b in zip(here, elsewhere, strict=True)))


class StatesLost(RightLSTM):
    """A model does not hand the states on to its layers."""

    def outputs(self, built: Built, weights: Weights, inputs: Inputs, mask: Mask | None) -> Outputs[Array]:
        """Start from zeros."""
        in_model = built.structure in {"functional", "nested"}
        return super().outputs(built, weights, Inputs(inputs.x) if in_model else inputs, mask)
