"""Adapters in NumPy that are wrong at an edge each, or on one of their two paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lstm_conformance.fixtures.implementations.adapter import Path
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.refusing_adapters import Refusing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    States = tuple[Array, Array] | None


class Edged(NumpyLSTM):
    """Changes its arguments, and then its outputs."""

    claims: tuple[str, ...] = (*NumpyLSTM.claims, "refusals")

    def call(self, built: Any, x: Array, states: States) -> Any:
        """Compute between two changes."""
        return [self.after(a) for a in super().call(built, self.before(x), states)]

    def before(self, x: Array) -> Array:
        """What is computed with."""
        return x

    def after(self, output: Array) -> Array:
        """What is returned."""
        return output


class Clearing(Edged):
    """Takes NaN for zero."""

    def before(self, x: Array) -> Array:
        """Replace NaN."""
        return np.nan_to_num(x, posinf=np.inf, neginf=-np.inf)


class Spreading(Edged):
    """Returns NaN in all rows where there is one in any."""

    def after(self, output: Array) -> Array:
        """Add zero times everything."""
        return np.asarray(output + 0 * output.sum(-2, keepdims=True))


class Overflowing(Edged):
    """Makes NaN of what is infinite."""

    def before(self, x: Array) -> Array:
        """Subtract infinity from infinity."""
        return np.asarray(x - np.where(np.isinf(x), x, 0))


class Saturating(Edged):
    """Returns the largest number for an infinite cell state."""

    def after(self, output: Array) -> Array:
        """Clip."""
        largest = np.finfo(output.dtype).max
        return np.clip(output, -largest, largest)


class Enlarging(Edged):
    """Treats all but zero as one."""

    def before(self, x: Array) -> Array:
        """Enlarge the smallest numbers."""
        return np.where(np.abs(x) < 1e-30, 1, x).astype(x.dtype)


class Drifting(Edged):
    """Returns outputs that are wrong from the hundredth step on, but for the last."""

    def after(self, output: Array) -> Array:
        """Enlarge a copy."""
        changed = output.copy()
        changed[100:-1] *= output.dtype.type(1.001)
        return changed


class Flattening(Edged):
    """Returns no rows without the axis of units."""

    def after(self, output: Array) -> Array:
        """Drop an axis."""
        return output if output.shape[1] else output[..., 0]


class Declining(Edged):
    """Refuses a batch of no rows."""

    def before(self, x: Array) -> Array:
        """Look at the batch."""
        if not x.shape[1]:
            raise LookupError("no rows")
        return x


class TwoPaths(Refusing):
    """Right on both of its paths."""

    name = "edged.TwoPaths"
    paths: tuple[str | Path, ...] = ("eager", "graph")

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Remember the path."""
        return {**super().build(layer, dtype, path), "path": np.array(path == "graph")}

    def load(self, built: Any, weights: Any) -> None:
        """Load what are weights."""
        super().load({name: a for name, a in built.items() if name != "path"}, weights)
        built.update(weights)

    def call(self, built: Any, x: Array, states: States) -> Any:
        """Compute, and on the second path do otherwise."""
        return self.on_graph(built, x, states) if built["path"] else super().call(built, x, states)

    def on_graph(self, built: Any, x: Array, states: States) -> Any:
        """What the second path does."""
        return super().call(built, x, states)


class Differing(TwoPaths):
    """Returns other numbers on its second path."""

    def on_graph(self, built: Any, x: Array, states: States) -> Any:
        """Add a little to each."""
        return [a + a.dtype.type(1e-3) for a in super().on_graph(built, x, states)]


class Forgetting(TwoPaths):
    """Ignores on its second path the states that it is given, which it does not claim there."""

    paths: tuple[str | Path, ...] = ("eager", Path("graph", claims=()))

    def on_graph(self, built: Any, x: Array, states: States) -> Any:
        """Start from zeros."""
        del states
        return super().on_graph(built, x, None)


class Honest(Forgetting):
    """Refuses them."""

    def on_graph(self, built: Any, x: Array, states: States) -> Any:
        """Take nothing but x."""
        if states is not None:
            raise NotImplementedError("no initial states")
        return super().on_graph(built, x, states)


class Stricter(TwoPaths):
    """Refuses on its second path what is right, and a batch of no rows."""

    def on_graph(self, built: Any, x: Array, states: States) -> Any:
        """Refuse batches that are not of two."""
        if x.shape[1] != 2:
            raise NotImplementedError("batches of two only")
        return super().on_graph(built, x, states)


class Laxer(TwoPaths):
    """Checks nothing on its second path."""

    def check(self, built: Any, x: Array, states: States) -> None:
        """Check on the first path."""
        if not built["path"]:
            super().check(built, x, states)


class Transposing(TwoPaths):
    """Returns its outputs in another shape on its second path."""

    def on_graph(self, built: Any, x: Array, states: States) -> Any:
        """Turn the axes round."""
        return [a.T for a in super().on_graph(built, x, states)]


class OtherKind(TwoPaths):
    """Refuses a batch of no rows on both paths, by different kinds of exceptions."""

    def check(self, built: Any, x: Array, states: States) -> None:
        """Look at the batch."""
        if not x.shape[1]:
            raise OverflowError("no rows") if built["path"] else LookupError("no rows")
        super().check(built, x, states)
