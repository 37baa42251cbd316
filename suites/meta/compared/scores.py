"""Suites scored: which of the wrong LSTMs each of them notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lstm_conformance.fixtures.vectors.drawing import vector_set
from lstm_conformance.fixtures.vectors.killing import computed, kills
from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.suites.meta.compared import keras_tests, onnx_nodes, webnn
from lstm_conformance.suites.meta.compared.published import Suite, combined

PUBLISHED = (onnx_nodes.SUITE, webnn.SUITE, keras_tests.SUITE)
"""The suites that ours is compared with."""

Names = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """The names of the wrong LSTMs that a suite notices, and of those that it could notice and does not.

    `not_applicable`: of those for which its form has no words, a stack of layers for example.
    """

    suite: str
    link: str
    tolerance: str
    vectors: int
    noticed: Names
    missed: Names
    not_applicable: Names = ()

    @property
    def applicable(self) -> int:
        """How many it could notice."""
        return len(self.noticed) + len(self.missed)


def scores() -> list[Score]:
    """The published suites, then ours.

    What is counted is noticed by one suite at least, or by our full set: other mistakes need more to be noticed than
    the outputs of a call, gradients for example, or a second call.
    """
    quick, full = (vector_set(name, kills=False).vectors for name in ("quick", "full"))
    by_suite = {suite.name: names(suite.shows) for suite in PUBLISHED}
    by_quick = noticed_by(quick)
    by_full = (*by_quick, *noticed_by(full, [name for name in MUTANTS if name not in by_quick]))
    seen = {*by_full, *(name for found in by_suite.values() for name in found)}
    counted = [name for name in MUTANTS if name in seen]
    published = [score(suite, by_suite[suite.name], counted, full) for suite in PUBLISHED]
    return [*published, own(quick, by_quick, by_full, counted)]


def score(suite: Suite, noticed: Names, counted: Sequence[str], ours: Sequence[Vector]) -> Score:
    """A mutant applies to a suite that notices it, or that would notice it, had it numbers like ours."""
    adopted = [vector for vector in map(suite.adopted, ours) if vector is not None]
    others = [name for name in counted if name not in noticed]
    missed = names(lambda mutant: applies(mutant, adopted, suite.kinds), others)
    return Score(
        suite=suite.name,
        link=suite.link,
        tolerance=suite.tolerance,
        vectors=len(suite.vectors),
        noticed=noticed,
        missed=missed,
        not_applicable=tuple(name for name in others if name not in missed),
    )


def own(vectors: Sequence[Vector], noticed: Names, by_full: Names, counted: Sequence[str]) -> Score:
    """Our quick vectors; what the full set does not notice either does not apply."""
    return Score(
        suite="lstm-conformance, quick vectors",
        link="fixtures/vectors",
        tolerance="derived for every element",
        vectors=len(vectors),
        noticed=noticed,
        missed=tuple(name for name in by_full if name not in noticed),
        not_applicable=tuple(name for name in counted if name not in by_full),
    )


def names(holds: Callable[[type[LSTM]], bool], among: Sequence[str] = tuple(MUTANTS)) -> Names:
    """The names of the mutants of which something holds."""
    return tuple(name for name in among if holds(MUTANTS[name]))


def noticed_by(vectors: Sequence[Vector], among: Sequence[str] = tuple(MUTANTS)) -> Names:
    """The mutants that one of our vectors shows, by the allowed errors that stand in it."""
    return names(lambda mutant: any(kills(vector, mutant) for vector in vectors), among)


def applies(mutant: type[LSTM], vectors: Sequence[Vector], kinds: Sequence[type[LSTM]]) -> bool:
    """Whether one of these vectors, run in float32 as one of these kinds, tells the mutant from the right LSTM."""
    return "float32" in mutant.dtypes and any(differs(mutant, vector, kind) for vector in vectors for kind in kinds)


def differs(mutant: type[LSTM], vector: Vector, kind: type[LSTM]) -> bool:
    """Whether the mutant puts out something else than the right LSTM, by more than rounding."""
    right, wrong = (computed(each, vector, "float32") for each in (kind, combined(mutant, kind)))
    parts = zip(right, wrong, vector.allowed["float32"], strict=True)
    return any(a.shape != b.shape or not np.all(np.abs(a - b) <= allowed) for a, b, allowed in parts)


def by_family(found: Sequence[Score]) -> dict[str, list[tuple[int, int]]]:
    """By family of mutants: how many each suite notices, and how many apply to it."""
    counted = {family_of(MUTANTS[name]) for each in found for name in (*each.noticed, *each.missed)}
    families = [family for family in dict.fromkeys(map(family_of, MUTANTS.values())) if family in counted]
    return {family: [_in(family, each) for each in found] for family in families}


def _in(family: str, found: Score) -> tuple[int, int]:
    noticed, missed = (
        sum(family_of(MUTANTS[name]) == family for name in each) for each in (found.noticed, found.missed)
    )
    return noticed, noticed + missed
