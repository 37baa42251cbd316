"""An adapter that refuses as torch documents, and others that do not, each in one way that layers do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_conformance.suites.meta.fakes import NumpyLSTM

if TYPE_CHECKING:
    from lstm_conformance.fixtures.implementations.adapter import Weights

States = Any


class Refusing(NumpyLSTM):
    """Refuses what torch refuses, with the same kinds of exceptions, before it does anything."""

    name = "refusing_adapters.Refusing"
    claims = ("no_bias", "initial_state", "refusals")

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Check the sizes, then build."""
        for name in ("input_size", "hidden_size"):
            if not isinstance(getattr(layer, name), int):
                raise TypeError(f"{name} must be an int")
            if getattr(layer, name) <= 0:
                raise ValueError(f"{name} must be positive")
        if not isinstance(layer.bias, bool):
            raise TypeError("bias must be a bool")
        return super().build(layer, dtype, path)

    def call(self, built: Any, x: Any, states: States) -> Any:
        """Check the arguments, then compute."""
        self.check(built, x, states)
        return super().call(built, x, states)

    def check(self, built: Any, x: Any, states: States) -> None:
        """Raise what torch raises."""
        hidden_size, dtype = built["weight_hh_l0"].shape[1], built["weight_hh_l0"].dtype
        if not isinstance(states, (tuple, type(None))):
            raise TypeError("expected h_0 and c_0 in a tuple")
        if x.ndim != 3 or any(a.dtype != dtype for a in (x, *(states or ()))):
            raise ValueError("expected an input of rank 3, and the dtype of the layer")
        if x.shape[0] == 0 or x.shape[2] != built["weight_ih_l0"].shape[1]:
            raise RuntimeError("expected at least one step, and the features of the layer")
        if any(a.shape != (1, x.shape[1], hidden_size) for a in states or ()):
            raise RuntimeError("expected states of shape (1, rows, units)")


class Subclassing(Refusing):
    """Raises kinds of its own, which are documented ones, too."""

    def check(self, built: Any, x: Any, states: States) -> None:
        """Raise a subclass of RuntimeError, or of ValueError."""
        try:
            super().check(built, x, states)
        except RuntimeError as error:
            raise RecursionError(str(error)) from error
        except ValueError as error:
            raise UnicodeError(str(error)) from error


class Accepting(Refusing):
    """Repeats what broadcasts."""

    def check(self, built: Any, x: Any, states: States) -> None:
        """Check nothing."""


class WrongKind(Refusing):
    """Refuses with an exception that nobody expects."""

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Refuse, in its own way."""
        try:
            return super().build(layer, dtype, path)
        except (TypeError, ValueError) as error:
            raise KeyError(str(error)) from error

    def check(self, built: Any, x: Any, states: States) -> None:
        """Refuse, in its own way."""
        try:
            super().check(built, x, states)
        except (RuntimeError, ValueError) as error:
            raise KeyError(str(error)) from error


class LateLayer(Refusing):
    """Builds its layer only when somebody asks for the weights."""

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Remember what is to be built."""
        return {"later": lambda: super(LateLayer, self).build(layer, dtype, path)}

    def weights(self, built: Any) -> Weights:
        """Build, at last."""
        return super().weights(built["later"]())


class LateOutputs(Refusing):
    """Computes its outputs only when somebody reads them."""

    def call(self, built: Any, x: Any, states: States) -> Any:
        """Promise three outputs."""
        compute = super().call
        return [lambda index=index: compute(built, x, states)[index] for index in range(3)]

    def array(self, tensor: Any) -> Any:
        """Keep the promise."""
        return tensor() if callable(tensor) else super().array(tensor)


class Halfway(Accepting):
    """Computes first and looks at what came afterwards, when the first output is already the state of the next call."""

    def call(self, built: Any, x: Any, states: States) -> Any:
        """Start from where a call that was refused ended."""
        h_0 = built.pop("left", None)
        outputs = super().call(built, x, states if h_0 is None else (h_0, states[1]))
        if any(a.shape != outputs[1].shape for a in states):
            built["left"] = outputs[1]
            raise RuntimeError("expected states of shape (1, rows, units)")
        return outputs

    def load(self, built: Any, weights: Weights) -> None:
        """Take the weights, and keep what a refused call has left."""
        left = built.pop("left", None)
        super().load(built, weights)
        built.update({} if left is None else {"left": left})


class Unusable(Refusing):
    """Never works again once it has refused something."""

    def __init__(self) -> None:
        self.is_broken = False

    def call(self, built: Any, x: Any, states: States) -> Any:
        """Refuse, for ever."""
        if self.is_broken:
            raise RuntimeError("not in a state to be called")
        self.is_broken = True
        outputs = super().call(built, x, states)
        self.is_broken = False
        return outputs


class Doubling(Refusing):
    """Has other weights once it has refused something."""

    def __init__(self) -> None:
        self.factor = 1.0

    def call(self, built: Any, x: Any, states: States) -> Any:
        """Compute what a layer of twice the weights computes."""
        self.factor *= 2
        self.check(built, x, states)
        self.factor /= 2
        doubled = {name: np.asarray(weight * weight.dtype.type(self.factor)) for name, weight in built.items()}
        return super().call(doubled, x, states)


class Checking(Refusing):
    """An adapter of some package that checks in its stead."""

    packages = ("pytest",)
