"""A right LSTM of whose numbers the last digits are not known: they were rounded where they were saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, dot, exactly
from lstm_conformance.reference.weights import CellWeights

Half = Callable[[Array], Array]
"""The largest distance of the number that was from the one that is seen."""


class Doubted(LSTM):
    """A right LSTM that was called with other numbers than those seen, and returned others."""

    of_x: ClassVar[Half | None] = None
    of_y: ClassVar[Half | None] = None
    of_weights: ClassVar[Half | None] = None

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """The input."""
        call = super().taken(call)
        return call._replace(x=widened(call.x, type(self).of_x))

    def from_input(self, w: CellWeights, x: Numbers) -> Numbers:
        """The biases, and the kernel."""
        z, half = super().from_input(w, x), type(self).of_weights
        if half is None or not isinstance(z, Rounded) or not isinstance(x, Rounded):
            return z
        of_biases = sum((half(bias)[..., None, :] for bias in w.biases), np.zeros(()))
        return z + _off_by(of_biases + _of_products(x, w.kernel, half), like=x)

    def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
        """The output of the step before, which was seen, and the recurrent kernel."""
        h = widened(h, type(self).of_y)
        z, half = super().pre_activation(w, z_x, h), type(self).of_weights
        if half is None or not isinstance(z, Rounded) or not isinstance(h, Rounded):
            return z
        return z + _off_by(_of_products(h, w.recurrent_kernel, half), like=h)

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """The outputs."""
        return Outputs(*(widened(a, type(self).of_y) for a in super().returned(call, outputs)))


def doubted(*, x: Half | None = None, y: Half | None = None, weights: Half | None = None) -> type[LSTM]:
    """A right LSTM whose input, outputs or weights are known as far as this."""
    places = {"of_x": x, "of_y": y, "of_weights": weights}
    return type("DoubtedHere", (Doubted,), {name: staticmethod(half) for name, half in places.items() if half})


def widened(a: Numbers, half: Half | None) -> Numbers:
    """The same numbers, each of which may be off by so much; arrays have no bound that could be wider."""
    if half is None or not isinstance(a, Rounded):
        return a
    return Rounded(a.value, a.err + half(a.value), a.var, a.arithmetic)


def _of_products(a: Rounded, rows: Array, half: Half) -> Array:
    """What other rows would add to the products of these numbers with them, at most."""
    return np.asarray(dot(np.abs(a.value) + a.bound, half(rows)))


def _off_by(err: Array, like: Rounded) -> Rounded:
    """Zeros that are off by so much."""
    zeros = exactly(np.zeros(err.shape), like.arithmetic)
    return Rounded(zeros.value, err, zeros.var, like.arithmetic)
