"""What a published suite consists of: vectors, and when an output is near enough to what is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from lstm_conformance.fixtures.vectors.killing import computed
from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights

OUTPUTS: Mapping[str, Callable[[Outputs[Array]], Array]] = {
    "y": lambda outputs: outputs.y,
    "last y": lambda outputs: outputs.y[-1],
    "h_n": lambda outputs: outputs.h_n[0],
    "c_n": lambda outputs: outputs.c_n[0],
}
"""What a suite may look at: y (T, B, D H), its last step, and the final states (D, B, H)."""

Accepts = Callable[[Array, Array], bool]
"""(came, expected) -> whether the suite takes one for the other."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """One call of a layer of a single cell a direction, and the outputs that the suite looks at.

    `kind`: the right LSTM that the suite means, where it has something that ours has not.
    `values`: what the suite expects, where it writes it down; else it is computed.
    """

    name: str
    layer: Layer
    cells: Sequence[CellWeights]
    call: Call[Array]
    looks_at: Sequence[str]
    kind: type[LSTM] = LSTM
    values: Mapping[str, Array] = field(default_factory=dict)

    def outputs(self, mutant: type[LSTM] = LSTM) -> dict[str, Array]:
        """What the suite sees of an implementation that makes this mistake, in float32."""
        outermost = LSTM if self.layer.activation == Layer.activation else AsAsked
        vector = Vector(
            name=self.name,
            layer=self.layer,
            weights=[self.cells],
            call=self.call,
            expected=Outputs(*3 * (np.empty(0),)),
            allowed={},
        )
        found = computed(combined(outermost, mutant, self.kind), vector, "float32")
        return {name: OUTPUTS[name](found) for name in self.looks_at}

    @cached_property
    def expected(self) -> dict[str, Array]:
        """What the suite expects."""
        return {**self.outputs(), **self.values}

    def shows(self, mutant: type[LSTM], accepts: Accepts) -> bool:
        """Whether the mutant is seen to be wrong."""
        seen = self.outputs(mutant)
        return not all(a.shape == seen[name].shape and accepts(seen[name], a) for name, a in self.expected.items())


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A published suite.

    `adopted`: a vector of ours as it would stand in this suite, or None where the suite has no words for it.
    `kinds`: the right LSTMs that it could be run as there.
    """

    name: str
    link: str
    tolerance: str
    accepts: Accepts
    vectors: Sequence[Published]
    adopted: Callable[[Vector], Vector | None]
    kinds: Sequence[type[LSTM]] = (LSTM,)

    def shows(self, mutant: type[LSTM]) -> bool:
        """Whether one of its vectors shows that the mutant is wrong."""
        return any(vector.shows(mutant, self.accepts) for vector in self.vectors)


class AsAsked(LSTM):
    """Computes with the activations that are asked for, so that mistakes of σ and tanh have no part in it."""

    sigmoid = LSTM.sigmoid
    candidate = LSTM.candidate
    squashed = LSTM.squashed


def combined(*kinds: type[LSTM]) -> type[LSTM]:
    """One LSTM of several, the first one outermost."""
    others = tuple(kind for kind in kinds if kind is not LSTM)
    return type(others[0].__name__, others, {}) if others else LSTM


def within(relative: float, absolute: float) -> Accepts:
    """|came - expected| <= absolute + relative |expected|, as `numpy.testing.assert_allclose` has it."""

    def accepts(came: Array, expected: Array) -> bool:
        with np.errstate(invalid="ignore"):
            return bool(np.all(np.abs(came - expected) <= absolute + relative * np.abs(expected)))

    return accepts


def within_ulps(ulps: int) -> Accepts:
    """At most so many numbers of float32 apart."""

    def accepts(came: Array, expected: Array) -> bool:
        places = [_place(np.asarray(a, np.float32)) for a in (came, expected)]
        return bool(np.isfinite(came).all() and np.all(np.abs(places[0] - places[1]) <= ulps))

    return accepts


def _place(a: Array) -> Array:
    """The place of every number among the numbers of float32, zero at 0."""
    bits = a.view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)
