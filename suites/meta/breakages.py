"""LSTMs that are wrong in one thing each, made of right ones: the suite must turn red for every one of them.

A breakage is a mixin over any adapter of its layout. A command line names it with the adapter that it breaks:
`suites/meta/breakages.py:GatesSwappedInTorchLSTM`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.torch.lstm import TorchLSTM
from lstm_conformance.reference.bfloat16 import from_float32, is_bfloat16, to_float32
from lstm_conformance.suites.meta.broken import Array, Broken, Built, States
from lstm_conformance.suites.meta.reference_adapter import ReferenceKerasLSTM, ReferenceLSTM

# In torch's layout: output, h_n, c_n


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
        """Keep the final state on the layer."""
        output, *final_states = super().call(built, x, states or built.states)
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
    """Writes the final hidden state into the initial one that the caller gave, and returns that."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Return the caller's own tensor."""
        output, h_n, c_n = super().call(built, x, states)
        if states is None:
            return [output, h_n, c_n]
        states[0][...] = h_n
        return [output, states[0], c_n]


class OutputScaled(Broken):
    """Returns outputs that are a hundred thousandth too large, and computes with the right ones."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Scale the output and h_n, which are the same."""
        output, h_n, c_n = super().call(built, x, states)
        return [*(self.changed(a, lambda a: a * a.dtype.type(1 + 1e-5)) for a in (output, h_n)), c_n]


# In Keras' layout: y and, with return_state, h and c of every layer


class GoBackwardsIgnored(Broken):
    """Reads its input from the beginning, whatever it is told."""

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """Build without go_backwards."""
        return super().build(_with(layer, go_backwards=False), dtype, path)


class FirstOutputAlone(Broken):
    """Returns, where only the last output is asked for, the first."""

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """Build a layer that returns all its outputs."""
        built = super().build(_with(layer, return_sequences=True), dtype, path)
        built.layer = layer
        return built

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Take the first of the outputs."""
        y, *final_states = super().call(built, x, states)
        return [y if built.layer.return_sequences else y[:, 0], *final_states]


class StatesExchanged(Broken):
    """Returns c where h is documented, and h where c is."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Exchange them in every layer."""
        y, *final_states = super().call(built, x, states)
        return [y, *(final_states[k ^ 1] for k in range(len(final_states)))]


class StartsFromRubbish(Broken):
    """Starts, where no state is given, from what happens to lie in memory."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Stand in for memory that is not cleared: a small number."""
        shape = (built.layer.num_layers, len(x), built.layer.hidden_size)
        rubbish = np.full(shape, 1e-3, built.dtype)
        return super().call(built, x, states or (self.tensor(rubbish), self.tensor(rubbish)))


class UnitConstant(Broken):
    """Has a unit whose output is always the same."""

    def call(self, built: Built, x: Any, states: States) -> list[Any]:
        """Set the first unit of the outputs."""
        y, *final_states = super().call(built, x, states)
        return [self.changed(y, _first_unit_constant), *final_states]


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


def _first_unit_constant(y: Array) -> Array:
    y[..., 0] = 0.25
    return y


def _with(layer: Any, **changes: Any) -> Any:
    changed = copy.copy(layer)
    vars(changed).update(changes)
    return changed


IN_TORCH_LAYOUT = (
    GatesSwapped,
    StatesOfTheWrongLayer,
    BiasDropped,
    NotReversedBack,
    Float32Inside,
    StateKept,
    LastRowWrong,
    TailUnitsWrong,
    StateOverwritten,
    OutputScaled,
)

IN_HALF_PRECISION = (GatesSwapped, BiasDropped, LastRowWrong, WeightsEnlarged)

IN_KERAS_LAYOUT = (GoBackwardsIgnored, FirstOutputAlone, StatesExchanged, StartsFromRubbish, UnitConstant)


def _broken(adapter: type[Adapter], breakages: tuple[type[Broken], ...]) -> dict[str, type]:
    """A class for every breakage of the adapter, under the name that a command line gives it."""
    names = {breakage: f"{breakage.__name__}In{adapter.__name__}" for breakage in breakages}
    claims = ReferenceLSTM.claims if adapter is TorchLSTM else adapter.claims  # so that both are asked the same
    return {name: type(name, (breakage, adapter), {"claims": claims}) for breakage, name in names.items()}


class HalfTorchLSTM(TorchLSTM):
    """torch.nn.LSTM in half precision."""


def _in_half_precision(breakage: type[Broken]) -> type:
    """The breakage of torch.nn.LSTM in both 16-bit dtypes."""
    bases, name = (breakage, HalfTorchLSTM), f"{breakage.__name__}InHalfTorchLSTM"
    return type(name, bases, {"claims": ReferenceLSTM.claims, "dtypes": ("bfloat16", "float16")})


globals().update({f"{each.__name__}InHalfTorchLSTM": _in_half_precision(each) for each in IN_HALF_PRECISION})
globals().update(
    _broken(ReferenceLSTM, IN_TORCH_LAYOUT)
    | _broken(TorchLSTM, (HalfInside,))
    | _broken(TorchLSTM, IN_TORCH_LAYOUT)
    | _broken(ReferenceKerasLSTM, IN_KERAS_LAYOUT)
)
