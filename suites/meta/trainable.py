"""Adapters in NumPy that can be trained, and keep their states: one that is right, and others that are not.

Their gradients are none of an LSTM. They only come from what they may come from: x where it counts, and the cotangents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_conformance.suites.meta.fakes import NumpyLSTM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lstm_conformance.fixtures.implementations.adapter import Weights

    Array = NDArray[Any]
    States = tuple[Array, Array] | None


class Trainable(NumpyLSTM):
    """Takes lengths, keeps its states where it is told to, and has gradients."""

    name = "trainable.Trainable"
    claims: tuple[str, ...] = ("no_bias", "initial_state", "lengths", "gradients", "stateful")

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """A layer is its weights, whether it is stateful, and the states that it keeps."""
        return {"weights": super().build(layer, dtype, path), "stateful": layer.stateful, "states": None}

    def load(self, built: Any, weights: Weights) -> None:
        """Take the weights."""
        super().load(built["weights"], weights)

    def weights(self, built: Any) -> Weights:
        """The weights, copied."""
        return super().weights(built["weights"])

    def reset(self, built: Any) -> None:
        """Forget the states."""
        built["states"] = None

    def call(self, built: Any, x: Array, states: States) -> Any:
        """Run the layer from the states that are given, or kept."""
        outputs = super().call(built["weights"], x, states or built["states"])
        built["states"] = (outputs[1], outputs[2]) if built["stateful"] else None
        return outputs

    def call_masked(self, built: Any, x: Array, states: States, valid: Array) -> Any:
        """Nobody asks for the outputs of rows of some lengths here: the rules of training are about gradients."""
        raise NotImplementedError

    def gradients(
        self, built: Any, x: Array, states: States, cotangents: list[Array], valid: Array | None = None
    ) -> tuple[list[Array], dict[str, Array]]:
        """Outputs, and something in the shape of a gradient."""
        by_x = self.by_x(x, x[..., :1] == x[..., :1] if valid is None else within(len(x), valid))
        weights = {f"weights/{name}": a * by_x.sum() for name, a in built["weights"].items()}
        given = zip(("h_0", "c_0"), cotangents[1:], strict=True) if states else ()
        return self.call(built, x, states), {"x": by_x, **dict(given), **weights}

    def by_x(self, x: Array, counts: Array) -> Array:
        """The gradient by x (T, B, I); counts (T, B, 1)."""
        return np.where(counts, x, 0)


class Seeing(Trainable):
    """Its gradients come from all of x, though none of them is put out where no step counts."""

    def by_x(self, x: Array, counts: Array) -> Array:
        """Add the sum of x."""
        return np.where(counts, x + x.sum(), 0)


class Leaking(Trainable):
    """Puts out a gradient where no step counts."""

    def by_x(self, x: Array, counts: Array) -> Array:
        """Do not look at what counts."""
        return np.where(counts, x, 1)


class Multiplying(Trainable):
    """Multiplies by the mask, which does not stop NaN."""

    def by_x(self, x: Array, counts: Array) -> Array:
        """Multiply."""
        return np.asarray(x * counts)


class Dropping(Trainable):
    """Drops out although nobody asked for it, when it is trained."""

    def gradients(self, built: Any, x: Array, states: States, *others: Any) -> Any:
        """Halve the outputs."""
        outputs, gradients = super().gradients(built, x, states, *others)
        return [a / 2 for a in outputs], gradients


class Restarting(Trainable):
    """Starts every step of training from zeros."""

    def gradients(self, built: Any, x: Array, states: States, *others: Any) -> Any:
        """Forget first."""
        self.reset(built)
        return super().gradients(built, x, states, *others)


class Modifying(Trainable):
    """Cannot take a second step of training: the first has modified what it needs."""

    def gradients(self, built: Any, x: Array, states: States, *others: Any) -> Any:
        """Raise where there are states of a step before."""
        if built["states"] is not None:
            raise RuntimeError("modified by an inplace operation")
        return super().gradients(built, x, states, *others)


class Exploding(Trainable):
    """Has infinite gradients."""

    def by_x(self, x: Array, counts: Array) -> Array:
        """Divide by zero."""
        return np.where(counts, np.full_like(x, np.inf), 0)


class OfAnotherShape(Trainable):
    """Sums its gradient by x over the rows."""

    def by_x(self, x: Array, counts: Array) -> Array:
        """Sum."""
        return np.asarray(super().by_x(x, counts).sum(1))


class WithoutStates(Trainable):
    """Gives no gradients by the states."""

    def gradients(self, built: Any, x: Array, states: States, *others: Any) -> Any:
        """Leave them out."""
        outputs, gradients = super().gradients(built, x, states, *others)
        return outputs, {name: a for name, a in gradients.items() if name not in {"h_0", "c_0"}}


class GradientsAlone(Trainable):
    """Returns no outputs."""

    def gradients(self, *arguments: Any) -> Any:
        """Leave them out."""
        return super().gradients(*arguments)[1]


def within(steps: int, lengths: Array) -> Array:
    """Which steps count, (T, B, 1)."""
    return np.asarray(np.arange(steps)[:, None, None] < lengths[:, None])


class Recording(Trainable):
    """May be called again before its way back."""

    claims = (*Trainable.claims, "records")

    def recorded(self, built: Any, x: Array, states: States, valid: Array | None = None) -> Any:
        """Outputs, and a function that returns the same as `gradients` does."""
        outputs = self.call(built, x, states)
        return outputs, lambda cotangents: self.gradients(built, x, states, cotangents, valid)[1]


class RecordingNothing(Recording):
    """Returns gradients where the way back is expected."""

    def recorded(self, built: Any, x: Array, states: States, valid: Array | None = None) -> Any:
        """Outputs and a dict."""
        outputs, back = super().recorded(built, x, states, valid)
        return outputs, back(outputs)


class ForgettingWeights(Recording):
    """Goes back to inputs and states alone."""

    def recorded(self, built: Any, x: Array, states: States, valid: Array | None = None) -> Any:
        """A gradient by x."""
        outputs, _ = super().recorded(built, x, states, valid)
        return outputs, lambda _: {"x": x}


class GoingNowhere(Recording):
    """Has a way back that returns nothing."""

    def recorded(self, built: Any, x: Array, states: States, valid: Array | None = None) -> Any:
        """As a function that adds its gradients up elsewhere."""
        outputs, _ = super().recorded(built, x, states, valid)
        return outputs, lambda _: None


class Deriving(Trainable):
    """Has other derivatives, too, in their shapes."""

    claims = (*Trainable.claims, "jvp", "hvp", "per_sample")

    def jvp(self, built: Any, x: Array, states: States, *others: Any) -> Any:
        """Outputs twice."""
        outputs = self.call(built, x, states)
        return outputs, [a * others[0]["x"].sum() for a in outputs]

    def hvp(self, built: Any, x: Array, states: States, *others: Any) -> Any:
        """The direction."""
        return self.call(built, x, states), dict(others[1])

    def per_sample(self, built: Any, x: Array, states: States, *_: Any) -> Any:
        """The weights of every row."""
        by = {f"weights/{name}": np.stack([a] * x.shape[1]) for name, a in built["weights"].items()}
        return self.call(built, x, states), by


class LosingTangents(Deriving):
    """Returns the tangent of y alone."""

    def jvp(self, *arguments: Any) -> Any:
        """Cut."""
        outputs, tangents = super().jvp(*arguments)
        return outputs, tangents[:1]


class ProductsOfXAlone(Deriving):
    """Multiplies one block of the Hessian."""

    def hvp(self, *arguments: Any) -> Any:
        """Leave out states and weights."""
        outputs, products = super().hvp(*arguments)
        return outputs, {"x": products["x"]}


class RowsOfInputs(Deriving):
    """Returns gradients by x of every row, too."""

    def per_sample(self, built: Any, x: Array, *others: Any) -> Any:
        """Add them."""
        outputs, gradients = super().per_sample(built, x, *others)
        return outputs, dict(gradients, x=x)
