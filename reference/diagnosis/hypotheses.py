"""The mistakes that are tried, one by one and in pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

from lstm_conformance.reference.diagnosis import moving, partly
from lstm_conformance.reference.mutants import MUTANTS, family_of, named
from lstm_conformance.reference.mutants.base import LSTM

ALONE = frozenset({"calls", "final_states", "partly", "precision", "sizes", "time"})
"""Families that are not tried in pairs: too small beside another mistake, too many, or not seen in the first steps."""

LOCAL = frozenset({"activations", "biases", "cells", "gates", "moving", "partly", "precision", "variants", "weights"})
"""Families whose mistakes show in every step and row by itself: a part of the evidence is enough to dismiss them."""


FREE_NUMBER = 24.0
"""Bits that a number that is chosen so that it fits may explain: those of one output in float32."""


class Hypothesis(NamedTuple):
    """One mistake, or several that were made at once, as a wrong LSTM.

    freedom: bits of what was seen that were used to make it.
    """

    names: tuple[str, ...]
    mutant: type[LSTM]
    freedom: float = 0.0


RIGHT_IN_ONE_CALL = {
    *("gradients", "weight_gradients", "cell_gradients", "shortcuts", "optimizers", "records", "derivatives"),
    *("life_cycle", "models", "repeated_calls", "threads"),
}
"""Families of mistakes that the outputs of a call do not show."""


@cache
def single() -> tuple[Hypothesis, ...]:
    """Every mistake that outputs can show: those of moving weights first, because they are the most frequent."""
    known = {name: mutant for name, mutant in MUTANTS.items() if family_of(mutant) not in RIGHT_IN_ONE_CALL}
    orders = moving.gate_orders(but={mutant.order for mutant in known.values() if hasattr(mutant, "order")})
    everything = {**dict(named(moving)), **orders, **partly.orders(), **known}
    return tuple(Hypothesis((name,), mutant) for name, mutant in everything.items())


def combining() -> Iterator[Hypothesis]:
    """Those that may be one of two."""
    return (hypothesis for hypothesis in single() if family_of(hypothesis.mutant) not in ALONE)


def pairs(hypotheses: Sequence[Hypothesis]) -> Iterator[Hypothesis]:
    """Two of them at once that are independent; the likelier ones first, if the hypotheses are in this order."""
    reaches = [Reach.of(hypothesis.mutant) for hypothesis in hypotheses]
    for j, k in sorted(combinations(range(len(hypotheses)), 2), key=sum):
        if reaches[j].is_independent_of(reaches[k]):
            a, b = hypotheses[j], hypotheses[k]
            yield Hypothesis(a.names + b.names, _combined(a.mutant, b.mutant))


class Reach(NamedTuple):
    """The family of a mistake, the methods of `LSTM` that it overrides, and the names that it brings along."""

    family: str
    overridden: frozenset[str]
    own: frozenset[str]

    @classmethod
    def of(cls, mutant: type[LSTM]) -> Reach:
        """The reach of a mutant."""
        classes = mutant.__mro__[: mutant.__mro__.index(LSTM)]
        defined = {name for kind in classes for name in vars(kind) if not name.startswith("__")}
        overridden = frozenset(name for name in defined if callable(getattr(LSTM, name, None)))
        return cls(family_of(mutant), overridden, frozenset(name for name in defined if not hasattr(LSTM, name)))

    def is_independent_of(self, other: Reach) -> bool:
        """Of another family, or wrong in other places; and the two do not mean different things by one name."""
        elsewhere = self.family != other.family or not self.overridden & other.overridden
        return elsewhere and not self.own & other.own


def _combined(a: type[LSTM], b: type[LSTM]) -> type[LSTM]:
    """Both mistakes at once."""
    feeds_back = a.feeds_back_its_outputs and b.feeds_back_its_outputs
    return type(f"{a.__name__}And{b.__name__}", (a, b), {"feeds_back_its_outputs": feeds_back})
