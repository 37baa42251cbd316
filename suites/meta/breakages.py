"""Frameworks that are wrong in one thing each, made of right ones: the suite must turn red for every one of them.

A breakage is a mixin over any adapter of torch's layout. A command line names it with the adapter that it breaks:
`suites/meta/breakages.py:GatesSwappedInTorchLSTM`. What LSTMs get wrong stands in `reference/mutants`; a breakage does
the same to a framework, and a command line names its mutant here: `suites/meta/breakages.py:outputs_scaled`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lstm_conformance.fixtures.implementations.mutants import ADAPTERS
from lstm_conformance.fixtures.implementations.torch.lstm import TorchLSTM
from lstm_conformance.reference.bfloat16 import from_float32, is_bfloat16, to_float32
from lstm_conformance.suites.meta.broken import Array, Broken, Built, States
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM


class GatesSwapped(Broken):
    """Takes the first gate for the forget gate and the second for the input gate."""

    def load(self, built: Built, weights: Mapping[str, Array]) -> None:
        """Put in the rows of the two gates the wrong way round."""
        super().load(built, _two_gates_swapped(weights))

    def weights(self, built: Built) -> Mapping[str, Array]:
        """Show them as they were given."""
        return _two_gates_swapped(super().weights(built))


class StatesOfTheWrongLayer(Broken):
    """Returns h_n of the layers of a stack in the wrong order."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Put h_n of the last layer first."""
        output, h_n, c_n = super().call(built, x, states)
        by_layer = (built.layer.num_layers, -1, *h_n.shape[1:])
        return [output, self.changed(h_n, lambda h: h.reshape(by_layer)[::-1].reshape(h.shape)), c_n]


class BiasDropped(Broken):
    """Computes with one of the two biases only."""

    def load(self, built: Built, weights: Mapping[str, Array]) -> None:
        """Keep the recurrent bias to show it, and put in zeros."""
        built.weights = {name: bias.copy() for name, bias in weights.items() if name.startswith("bias_hh")}
        super().load(built, {**weights, **{name: np.zeros_like(bias) for name, bias in built.weights.items()}})


class NotReversedBack(Broken):
    """Leaves the outputs of the backward direction in the order in which they were computed."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Reverse the second half of the outputs in time."""
        output, h_n, c_n = super().call(built, x, states)
        time = 1 if built.layer.batch_first and x.ndim == 3 else 0
        if built.layer.bidirectional:
            output = self.changed(output, lambda y: _second_half_reversed(y, time))
        return [output, h_n, c_n]


class Float32Inside(Broken):
    """Computes in float32 and stores in float64."""

    inside = "float32"

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """Build in the narrower dtype; say that it is what was asked for."""
        built = super().build(layer, self.inside, path)
        built.dtype = dtype
        built.weights = {name: weight.astype(dtype) for name, weight in self.weights(built).items()}
        return built

    def load(self, built: Built, weights: Mapping[str, Array]) -> None:
        """Keep the weights to show them, and put them in rounded."""
        built.weights = {name: weight.copy() for name, weight in weights.items()}
        super().load(built, {name: weight.astype(self.inside) for name, weight in weights.items()})

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Cast on the way in and on the way out."""
        x, *given = (self.changed(a, lambda a: a.astype(self.inside)) for a in (x, *(states or ())))
        outputs = super().call(built, x, (given[0], given[1]) if given else None)
        return [self.changed(each, lambda a: a.astype(built.dtype)) for each in outputs]


class HalfInside(Float32Inside):
    """Computes in float16 and stores in float32."""

    inside = "float16"
    dtypes: tuple[str, ...] = ("float32",)


class WeightsEnlarged(Broken):
    """Computes with weights that are a twentieth too large."""

    def load(self, built: Built, weights: Mapping[str, Array]) -> None:
        """Keep the weights to show them, and put in larger ones."""
        built.weights = {name: weight.copy() for name, weight in weights.items()}
        super().load(built, {name: _a_twentieth_larger(weight) for name, weight in weights.items()})


class StateKept(Broken):
    """Starts, where no state is given, where the last call of the layer ended."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Keep the final state on the layer, for a batch of that size."""
        rows = 1 if x.ndim == 2 else x.shape[0 if built.layer.batch_first else 1]
        fits = built.states is not None and (built.states[0].ndim == 2 or built.states[0].shape[1] == rows)
        output, *final_states = super().call(built, x, states or (built.states if fits else None))
        h_n, c_n = (self.changed(each, np.copy) for each in final_states)
        built.states = (h_n, c_n)
        return [output, *final_states]


class LastRowWrong(Broken):
    """Gives the last row of a batch the outputs of the row before it."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Copy the row before the last in all three outputs; a batch of one is right."""
        outputs = super().call(built, x, states)
        if x.ndim == 2:
            return outputs
        axes = (0 if built.layer.batch_first else 1, 1, 1)
        return [self.changed(a, _last_repeated(axis)) for a, axis in zip(outputs, axes, strict=True)]


class TailUnitsWrong(Broken):
    """Gets the units behind the last multiple of 8 wrong, as a kernel does that forgets the tail of a vector."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Make the tail of each output a thousandth larger."""
        return [self.changed(each, _tail_enlarged) for each in super().call(built, x, states)]


class StateOverwritten(Broken):
    """Writes the final hidden state into the initial one that the caller gave."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Write into the caller's own tensor."""
        output, h_n, c_n = super().call(built, x, states)
        if states is not None:
            states[0][...] = h_n
        return [output, h_n, c_n]


class OutputScaled(Broken):
    """Returns outputs that are a hundred thousandth too large, and computes with the right ones."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Scale the output and h_n, which are the same."""
        output, h_n, c_n = super().call(built, x, states)
        return [*(self.changed(a, lambda a: a * a.dtype.type(1 + 1e-5)) for a in (output, h_n)), c_n]


def _two_gates_swapped(weights: Mapping[str, Array]) -> dict[str, Array]:
    """The first two quarters of the rows exchanged, in all weights whose rows belong to gates."""
    return {
        name: weight if name.startswith("weight_hr") else np.concatenate([np.split(weight, 4)[k] for k in (1, 0, 2, 3)])
        for name, weight in weights.items()
    }


def _a_twentieth_larger(a: Array) -> Array:
    if is_bfloat16(a):
        return from_float32(to_float32(a) * np.float32(1.05))
    return np.asarray(a * a.dtype.type(1.05))


def _second_half_reversed(y: Array, time: int) -> Array:
    half = y.shape[-1] // 2
    return np.concatenate([y[..., :half], np.flip(y[..., half:], time)], -1)


def _last_repeated(axis: int) -> Callable[[Array], Array]:
    def change(a: Array) -> Array:
        rows = list(range(a.shape[axis]))
        return a.take([*rows[:-1], rows[max(0, len(rows) - 2)]], axis)

    return change


def _tail_enlarged(a: Array) -> Array:
    a[..., a.shape[-1] // 8 * 8 :] *= a.dtype.type(1.001)
    return a


MUTANTS: Mapping[type[Broken], str] = {
    GatesSwapped: "input_and_forget_gate_exchanged",
    StatesOfTheWrongLayer: "final_states_of_layers_reversed",
    BiasDropped: "recurrent_bias_missing",
    NotReversedBack: "backward_outputs_not_turned_back",
    Float32Inside: "float32_inside_float64",
    StateKept: "state_kept",
    LastRowWrong: "last_row_copied",
    StateOverwritten: "initial_hidden_state_overwritten",
}
"""The wrong LSTM that makes the same mistake: the same rules must be red."""

ALONE = (TailUnitsWrong, OutputScaled)
"""What is done to the outputs of a framework, which go on being computed from the right ones: no LSTM does that."""

BREAKAGES = (*MUTANTS, *ALONE)

OTHERS = ("zero_state_not_cleared", "outputs_scaled")
"""Wrong LSTMs that tests ask for what a framework with all claims of torch's is asked."""

IN_HALF_PRECISION = (GatesSwapped, BiasDropped, LastRowWrong, WeightsEnlarged)


def _broken(breakage: type[Broken]) -> type:
    """The breakage of torch.nn.LSTM, which is asked what the LSTM in NumPy is asked."""
    return type(f"{breakage.__name__}InTorchLSTM", (breakage, TorchLSTM), {"claims": ReferenceLSTM.claims})


def _mutant(name: str) -> type:
    """A wrong LSTM that is asked the same."""
    known = ADAPTERS[name]
    dtypes = tuple(each for each in Broken.dtypes if each in known.dtypes)
    return type(name, (known,), {"name": f"breakages.{name}", "claims": ReferenceLSTM.claims, "dtypes": dtypes})


class HalfTorchLSTM(TorchLSTM):
    """torch.nn.LSTM in half precision."""


def _in_half_precision(breakage: type[Broken]) -> type:
    """The breakage of torch.nn.LSTM in both 16-bit dtypes."""
    bases, name = (breakage, HalfTorchLSTM), f"{breakage.__name__}InHalfTorchLSTM"
    return type(name, bases, {"claims": ReferenceLSTM.claims, "dtypes": ("bfloat16", "float16")})


globals().update({f"{each.__name__}InHalfTorchLSTM": _in_half_precision(each) for each in IN_HALF_PRECISION})
globals().update({f"{each.__name__}InTorchLSTM": _broken(each) for each in (*BREAKAGES, HalfInside)})
globals().update({name: _mutant(name) for name in (*MUTANTS.values(), *OTHERS)})
