"""The order in which hypotheses are tried, and how much time each kind may take.

Most are far off, which float64 without bounds shows ten times as fast: only the closest are computed with bounds.
The order is fixed, so two machines say the same as long as neither runs out of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from time import thread_time

import numpy as np

from lstm_conformance.reference.diagnosis.evidence import Evidence, estimated, expected
from lstm_conformance.reference.diagnosis.findings import Diagnosis, Fit
from lstm_conformance.reference.diagnosis.hypotheses import Hypothesis, combining, pairs, single
from lstm_conformance.reference.diagnosis.others import from_another_state, in_another_arithmetic
from lstm_conformance.reference.diagnosis.telling import differs, most_specific
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array, Rounded, budget

CLOSEST = 24
"""Hypotheses that are computed with bounds: more than there are in the family that changes least."""

FAR = 1e4
"""An estimate that is so many times as far off as one that fits fits no more: bounds differ by less."""

RUNNERS_UP = 3
"""Hypotheses that do not fit, among which the next best is looked for."""

LONG = 2_000_000
"""Weights that are multiplied in all steps, a step costing OVERHEAD more: above that, a part is looked at first."""

OVERHEAD = 30_000

IN_PART, SINGLE, PAIRS = 0.6, 0.75, 0.9
"""Parts of the time after which no more is tried: single mistakes in a part, in all of the case, and pairs."""


def diagnose(evidence: Evidence, *, seconds: float = 2.0) -> Diagnosis:
    """Say what kind of LSTM returned these outputs, within about these seconds of one processor.

    Raises ValueError for arrays whose shapes do not fit together.
    """
    with np.errstate(all="ignore"):
        right = expected(LSTM, evidence)
        if right is None:
            raise ValueError("the outputs have other shapes than those of a layer with these weights and this input")
        share = _largest(evidence, right)
        if share <= 1:
            return Diagnosis((Fit((), share),), None)
        if not np.isfinite(evidence.seen).all():
            return Diagnosis((), None)  # NaN and infinity are within no bound
        return _Search(evidence, right, seconds).diagnosis()


@dataclass
class _Search:
    """The tries on one case; `misses`: the hypotheses that were computed with bounds and do not fit."""

    evidence: Evidence
    right: Rounded
    seconds: float
    misses: list[Fit] = field(default_factory=list)
    complete: bool = True
    started: float = field(default_factory=thread_time)

    def diagnosis(self) -> Diagnosis:
        """What the first kind of hypotheses says that has one that fits."""
        fits = (
            (self.is_long and self.fitting(self.part, single(), IN_PART))
            or self.fitting(self.evidence.in_short(), single(), SINGLE)
            or from_another_state(self.evidence)
            or self.fitting(self.part, pairs(self.distinct(PAIRS)), PAIRS)
            or ([] if self.is_late(1) else in_another_arithmetic(self.evidence))
        )
        next_best = min(self.misses, key=lambda fit: fit.budget, default=None)
        return Diagnosis(tuple(sorted(fits, key=lambda fit: fit.budget)), next_best, self.complete)

    def distinct(self, share: float) -> list[Hypothesis]:
        """Single mistakes of which two may be made, one of those that look alike."""
        found: dict[bytes, Hypothesis] = {}
        for estimate, each in self.showing(self.part, combining(), share):
            found.setdefault(estimate.tobytes(), each)
        return list(found.values())

    def showing(
        self, part: Evidence, hypotheses: Iterable[Hypothesis], share: float
    ) -> Iterator[tuple[Array, Hypothesis]]:
        """Those that are not taken for the right LSTM in a part of the case, with what they return there."""
        right = expected(LSTM, part)
        for each in hypotheses:
            if right is None or self.is_late(share):
                return
            estimate = estimated(each.mutant, part)
            if estimate is not None and not (budget(estimate, right) <= 1).all():
                yield estimate, each

    def fitting(self, part: Evidence, hypotheses: Iterable[Hypothesis], share: float) -> list[Fit]:
        """Those that fit and that no other explains better, of the closest in a part of the case."""
        fits: list[tuple[Fit, Rounded]] = []
        enough = np.inf
        for distance, each in self.ranked(part, hypotheses, share):
            if (len(self.misses) >= RUNNERS_UP and distance > enough) or self.is_late(1):
                break
            due = expected(each.mutant, self.evidence)
            if due is not None and self.makes_a_difference(each, due):
                fit = Fit(each.names, _largest(self.evidence, due))
                if fit.budget <= 1:
                    fits.append((fit, due))
                    enough = FAR * distance
                elif np.isfinite(fit.budget):
                    self.misses.append(fit)
        return most_specific(fits)

    def ranked(self, part: Evidence, hypotheses: Iterable[Hypothesis], share: float) -> list[tuple[float, Hypothesis]]:
        """The closest of them to what was seen in a part of the case, and how far off they are."""
        found = []
        for estimate, each in self.showing(part, hypotheses, share):
            distance = float(np.max(np.abs(estimate - part.seen)))
            found.append((np.inf if np.isnan(distance) else distance, each))
        return nsmallest(CLOSEST, found, key=lambda pair: pair[0])

    def makes_a_difference(self, hypothesis: Hypothesis, due: Rounded) -> bool:
        """The right LSTM, run in the same way, would not pass for it."""
        if hypothesis.mutant.feeds_back_its_outputs:
            return not (budget(due.value, self.right) <= 1).all()
        return differs(due, self.right_alone)

    @cached_property
    def right_alone(self) -> Rounded:
        """What the right LSTM returns that is not fed what was seen."""
        due = expected(_FreeRunning, self.evidence)
        return self.right if due is None else due

    @cached_property
    def is_long(self) -> bool:
        """It takes long to compute the whole case with every hypothesis."""
        evidence = self.evidence
        weights = sum(w.kernel.size + w.recurrent_kernel.size for directions in evidence.weights for w in directions)
        return evidence.steps * (OVERHEAD + weights) > LONG

    @cached_property
    def part(self) -> Evidence:
        """The steps up to the one behind the first that is wrong; all of them where a direction runs backwards."""
        evidence, y = self.evidence.in_short(), self.evidence.outputs.y
        bad = (budget(self.evidence.seen, self.right) > 1)[: y.size].reshape(len(y), -1).any(1)
        shows = evidence.shows_every_step and not evidence.layer.bidirectional and bad.any()
        return evidence.first(int(bad.argmax()) + 2) if shows else evidence

    def is_late(self, share: float) -> bool:
        """Whether this share of the time is over."""
        late = thread_time() - self.started > share * self.seconds
        self.complete = self.complete and not late
        return late


class _FreeRunning(LSTM):
    """A right LSTM whose trajectory is hidden."""

    feeds_back_its_outputs = False


def _largest(evidence: Evidence, due: Rounded) -> float:
    return float(budget(evidence.seen, due).max(initial=0))
