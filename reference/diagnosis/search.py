"""The order in which hypotheses are tried, and how much each kind may compute.

Most are far off, which float64 without bounds shows ten times as fast: only the closest are computed with bounds. Long
evidence is searched on a few steps and rows, and what fits there is confirmed on all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.diagnosis import afterwards, between, inputs, rounding
from lstm_conformance.reference.diagnosis.beginning import advice, beginning_of
from lstm_conformance.reference.diagnosis.evidence import Evidence, FreeRunning, estimated, expected
from lstm_conformance.reference.diagnosis.findings import Diagnosis, Fit
from lstm_conformance.reference.diagnosis.hypotheses import LOCAL, Hypothesis, combining, pairs, single
from lstm_conformance.reference.diagnosis.others import from_another_state, in_another_arithmetic, is_of_narrower_dtype
from lstm_conformance.reference.diagnosis.telling import differs, is_much_wider, most_specific
from lstm_conformance.reference.diagnosis.work import Work, is_long
from lstm_conformance.reference.mutants import family_of
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array, Rounded, budget

CLOSEST = 24
"""Hypotheses that are computed with bounds: more than there are in the family that changes least."""

FAR = 1e4
"""An estimate that is so many times as far off as one that fits fits no more: bounds differ by less."""

RUNNERS_UP = 3
"""Hypotheses that do not fit, among which the next best is looked for."""

ROWS = 2
"""Rows of long evidence in which mistakes are looked for."""

WORK = 5e8
"""Multiplications, which take about two seconds; single mistakes are tried on a part whatever they cost."""

OF_CHOICE = 10.0
"""Bits that say which of a thousand hypotheses it is, of which a right LSTM is one; a pair needs twice as many."""


def diagnose(evidence: Evidence, *, work: float = WORK) -> Diagnosis:
    """Say what kind of LSTM returned these outputs, by about as many multiplications.

    Raises ValueError for arrays whose shapes do not fit together.
    """
    with np.errstate(all="ignore"):
        right = expected(LSTM, evidence)
        if right is None:
            raise ValueError("the outputs have other shapes than those of a layer with these weights and this input")
        share = _largest(evidence, right)
        if share <= 1 and evidence.excludes(right, OF_CHOICE):
            return Diagnosis((Fit((), share),), None)
        if endless := int((~np.isfinite(evidence.seen)).sum()):
            return Diagnosis((), None, begins=beginning_of(evidence, right), endless=(endless, evidence.seen.size))
        return _Search(evidence, right, Work(work), tells=bool(_wrong(evidence, right).any())).diagnosis()


@dataclass
class _Search:
    """The tries on one case.

    tells: the right LSTM does not fit; else it would, as unrelated layers would.
    misses: the hypotheses that were computed with bounds and do not fit.
    """

    evidence: Evidence
    right: Rounded
    work: Work
    tells: bool
    misses: list[Fit] = field(default_factory=list)
    complete: bool = True

    def diagnosis(self) -> Diagnosis:
        """What the first kind of hypotheses says that has one that fits."""
        fits = sorted(self.fits(), key=lambda fit: fit.budget)
        if not self.tells and not fits:
            return Diagnosis((), None, undecided=advice(self.evidence))
        next_best = min(self.misses, key=lambda fit: fit.budget, default=None)
        begins = None if fits else beginning_of(self.evidence, self.right)
        return Diagnosis(tuple(fits), next_best, self.complete, begins=begins)

    def fits(self) -> list[Fit]:
        """The narrowest of the first kind that fits: rounded data before another arithmetic, which absorbs errors."""
        fitting = self.alone()
        of_data = [candidate for candidate in fitting if candidate.hypothesis in self.of_data]
        others = [
            (candidate.fit, candidate.due)
            for candidate in needing_least([candidate for candidate in fitting if candidate not in of_data])
        ]
        return (
            simplest([candidate for candidate in fitting if not self.is_wide(candidate.due)])
            or (from_another_state(self.evidence) if self.tells else [])
            or (simplest(of_data) if not is_of_narrower_dtype(self.evidence) else [])
            or most_specific([*in_another_arithmetic(self.evidence), *others])
            or simplest(of_data)
            or (self.together() if self.tells else [])
        )

    def alone(self) -> list[Found]:
        """Single mistakes and rounded data: on a part first, and on all steps and rows what a part cannot dismiss."""
        whole, known = self.evidence.in_short(), single()
        made = (self.of_data, *(module.hypotheses(self.evidence) for module in (afterwards, between)))
        fitting = self.fitting(whole, self.made(chain(*made)))
        in_part = self.affordable(known) if is_long(self.part) else known
        fitting += self.fitting(self.part, self.ranked(self.part, in_part))
        fitting = fitting or self.fitting(whole, self.made(inputs.hypotheses(self.evidence)))
        if fitting or self.part.seen.size == whole.seen.size:
            return fitting
        others = [hypothesis for hypothesis in known if family_of(hypothesis.mutant) not in LOCAL]
        return self.fitting(whole, self.ranked(whole, self.affordable(others)))

    def together(self) -> list[Fit]:
        """Two mistakes."""
        part = self.beginning
        distinct: dict[bytes, Hypothesis] = {}
        for estimate, hypothesis in self.showing(part, combining()):
            distinct.setdefault(estimate.tobytes(), hypothesis)
        both = self.affordable(pairs(list(distinct.values())))
        return simplest(self.fitting(part, self.ranked(part, both)))

    @cached_property
    def of_data(self) -> list[Hypothesis]:
        """Rounded data: a right LSTM with a wider bound, which tells nothing where the narrower one does not."""
        return list(rounding.hypotheses(self.evidence)) if self.tells else []

    def made(self, hypotheses: Iterable[Hypothesis]) -> Iterator[tuple[float, Hypothesis]]:
        """Hypotheses that are made of the evidence; those that do not fit its first steps are left out."""
        few = self.evidence.beginning.first(2) if self.evidence.shows_every_step else self.evidence.beginning
        for hypothesis in hypotheses:
            due = expected(hypothesis.mutant, few)
            if due is not None and _largest(few, due) <= 1:
                yield 0.0, hypothesis

    def showing(self, part: Evidence, hypotheses: Iterable[Hypothesis]) -> Iterator[tuple[Array, Hypothesis]]:
        """Those that are not taken for the right LSTM in a part of the case, with what they return there."""
        right = expected(LSTM, part)
        for hypothesis in hypotheses:
            estimate = estimated(hypothesis.mutant, part)
            self.work.spend(part)
            if estimate is not None and right is not None and not (self.tells and (budget(estimate, right) <= 1).all()):
                yield estimate, hypothesis

    def affordable(self, hypotheses: Iterable[Hypothesis]) -> Iterator[Hypothesis]:
        """Those for which there is work left."""
        for hypothesis in hypotheses:
            if self.work.is_over:
                self.complete = False
                return
            yield hypothesis

    def ranked(self, part: Evidence, hypotheses: Iterable[Hypothesis]) -> list[tuple[float, Hypothesis]]:
        """The closest of them to what was seen in a part of the case, and how far off they are."""
        distances = []
        for estimate, hypothesis in self.showing(part, hypotheses):
            distance = float(np.max(np.abs(estimate - part.seen)))
            distances.append((np.inf if np.isnan(distance) else distance, hypothesis))
        return nsmallest(CLOSEST, distances, key=lambda pair: pair[0])

    def fitting(self, part: Evidence, hypotheses: Iterable[tuple[float, Hypothesis]]) -> list[Found]:
        """Those that fit a part of the case and then all of it, and that could not be the right LSTM."""
        fits: list[Found] = []
        enough = np.inf
        for distance, hypothesis in hypotheses:
            if len(self.misses) >= RUNNERS_UP and distance > enough:
                break
            due = self.due(hypothesis, part)
            if due is None or not self.makes_a_difference(hypothesis, due):
                continue
            fit = Fit(hypothesis.names, _largest(self.evidence, due))
            if fit.budget > 1:
                self.miss(fit)
            elif self.evidence.excludes(due, OF_CHOICE * len(hypothesis.names) + hypothesis.freedom):
                fits.append(Found(fit, hypothesis, due))
                enough = FAR * distance if distance else np.inf
        return fits

    def due(self, hypothesis: Hypothesis, part: Evidence) -> Rounded | None:
        """What it expects of all steps and rows; None where it is dismissed in a part, or does not apply."""
        if is_long(self.evidence) and part.seen.size < self.evidence.seen.size:
            due = expected(hypothesis.mutant, part)
            if due is None or (share := _largest(part, due)) > 1:
                if due is not None:
                    self.miss(Fit(hypothesis.names, share))
                return None
        return expected(hypothesis.mutant, self.evidence)

    def miss(self, fit: Fit) -> None:
        """Remember one that does not fit."""
        if np.isfinite(fit.budget):
            self.misses.append(fit)

    def makes_a_difference(self, hypothesis: Hypothesis, due: Rounded) -> bool:
        """The right LSTM, run in the same way, would not pass for it."""
        if hypothesis in self.of_data:  # its value is that of the right LSTM, and its bound says what else may be
            return True
        if not self.tells:  # its bound tells nothing; its value may still be the true one
            return not (budget(self.right.value, due) <= 1).all()
        if hypothesis.mutant.feeds_back_its_outputs:
            return not (budget(due.value, self.right) <= 1).all()
        return differs(due, self.right_alone)

    def is_wide(self, due: Rounded) -> bool:
        """Its bound is much wider than that of the right LSTM, run either way."""
        return is_much_wider(due, self.right) and is_much_wider(due, self.right_alone)

    @cached_property
    def right_alone(self) -> Rounded:
        """What the right LSTM returns that is not fed what was seen."""
        due = expected(FreeRunning, self.evidence)
        return self.right if due is None else due

    @cached_property
    def beginning(self) -> Evidence:
        """What pairs are tried on: of evidence whose steps are seen, those up to the one behind the first wrong one."""
        evidence = self.evidence.in_short()
        shows = evidence.shows_every_step and not evidence.layer.bidirectional and self.wrong_steps.any()
        return self.part.first(int(self.wrong_steps.argmax()) + 2) if shows else self.part

    @cached_property
    def wrong_steps(self) -> NDArray[np.bool_]:
        """Which steps have a wrong element (T)."""
        y = self.evidence.outputs.y
        return np.asarray(_wrong(self.evidence, self.right)[: y.size].reshape(len(y), -1).any(1))

    @cached_property
    def part(self) -> Evidence:
        """Of long evidence, the steps up to the one behind the first that is wrong, and a few rows.

        They are the first rows if these are wrong there: then axes may be exchanged. It is all of the evidence where a
        direction runs backwards, or only the last output was seen.
        """
        evidence, y = self.evidence.in_short(), self.evidence.outputs.y
        shows = evidence.shows_every_step and not evidence.layer.bidirectional and self.wrong_steps.any()
        if not shows or not is_long(evidence):
            return evidence
        first = int(self.wrong_steps.argmax())
        bad = _wrong(self.evidence, self.right)[: y.size].reshape(len(y), -1, evidence.rows, y.shape[-1])
        row = int(bad[first].any((0, 2)).argmax())
        rows = range(min(max(row + 1, ROWS), evidence.rows)) if row < 2 * ROWS else (0, row)
        return evidence.first(first + 2, rows)


def _wrong(evidence: Evidence, due: Rounded) -> NDArray[np.bool_]:
    """Where what was seen (n) is outside the bound; where there is none, nothing is."""
    return np.asarray((budget(evidence.seen, due) > 1) & np.isfinite(due.bound))


class Found(NamedTuple):
    """A hypothesis that fits, and what it expects."""

    fit: Fit
    hypothesis: Hypothesis
    due: Rounded


def simplest(found: Sequence[Found]) -> list[Fit]:
    """Of those that need least the narrow ones."""
    return most_specific([(candidate.fit, candidate.due) for candidate in needing_least(found)])


def needing_least(found: Sequence[Found]) -> list[Found]:
    """Those for which least was chosen so that they fit, without any that assume more than another."""
    least = min((candidate.hypothesis.freedom for candidate in found), default=0.0)
    some = [candidate for candidate in found if candidate.hypothesis.freedom == least]
    names = [set(candidate.hypothesis.names) for candidate in some]
    return [candidate for candidate in some if not any(less < set(candidate.hypothesis.names) for less in names)]


def _largest(evidence: Evidence, due: Rounded) -> float:
    return float(budget(evidence.seen, due).max(initial=0))
