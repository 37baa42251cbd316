"""From a check and a batch of cases to verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.fixtures.hosting.client import AdapterError, BadAnswer, HostError
from lstm_conformance.fixtures.hosting.quoting import cut
from lstm_conformance.reference.layouts.base import WeightsMismatch
from lstm_conformance.reports.records.alike import AGAIN
from lstm_conformance.reports.records.results import Verdict
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.suites.harness.judge.comparison import Comparison, Statement
from lstm_conformance.suites.harness.judge.dead_hosts import DEATHS, PATIENCE, DeadlyRequest, Toll
from lstm_conformance.suites.harness.judge.exclusion import excludes_anything
from lstm_conformance.suites.harness.judge.failure_detail import described, located
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.judge.subject import Subject, WrongOutputs

MISUNDERSTOOD = 3
"""Answers to one verb that may not be understood; more of them would say the same again and again."""

LONGEST = 2000
"""Characters of a message: a layer may have hundreds of weights that it should not have."""

ENDED = f"the host died {DEATHS} times of other cases of this rule in this configuration"
DEAR = f"hosts that died or did not answer have cost this path {PATIENCE / 3600:g} hours: nothing else is asked of it"
"""Why the rest is not asked."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The verdict on one case: the largest budget used and by what, one sentence, and the details of a failure.

    `deviation`: the id of the entry that recorded the failure.
    """

    case: int
    verdict: Verdict
    budget: float | None = None
    measure: str | None = None
    message: str | None = None
    detail: dict[str, Any] | None = field(default=None, repr=False)
    deviation: str | None = None


def judge(check: Check, subject: Subject, cases: Cases, *, brief: bool = False) -> list[Outcome]:
    """One outcome a case; brief: it is not looked for where a comparison failed.

    Where a batch cannot be run, its cases are run one by one, so that only a culprit is blamed: a case with which alone
    a host died, and died again.
    """
    return _judged(check, subject, cases, brief, Toll())


def _judged(check: Check, subject: Subject, cases: Cases, brief: bool, toll: Toll) -> list[Outcome]:
    """The outcomes; toll: what the check has cost before."""
    if toll.is_too_high or subject.casualties.is_too_dear:
        return [_not_run(case, ENDED if toll.is_too_high else DEAR) for case in cases.numbers]
    try:
        with np.errstate(all="ignore"):
            examined = list(check.examine(subject, cases))
            return [weighed(examined, k, case, brief) for k, case in enumerate(cases.numbers)]
    except DeadlyRequest as deadly:
        return _after_a_death(check, subject, cases, brief, toll, deadly)
    except (HostError, WrongOutputs, WeightsMismatch) as error:
        failed = [] if len(cases) > 1 else [_failed(subject, cases.numbers[0], error)]
        return failed or _judged_one_by_one(check, subject, cases, brief, toll)


def _after_a_death(
    check: Check, subject: Subject, cases: Cases, brief: bool, toll: Toll, deadly: DeadlyRequest
) -> list[Outcome]:
    """The verdict where a case alone is to blame, or those of another try: of each case alone, if there are several."""
    whose, is_to_blame = f"rule {check.rule}", toll.add(deadly, len(cases))
    if len(cases) > 1:
        before = toll.deaths
        outcomes = _judged_one_by_one(check, subject, cases, brief, toll)
        if toll.deaths > before:  # else it was not the request, which other rules may send of one case
            subject.casualties.blame(deadly, whose)
        return outcomes
    if is_to_blame:
        subject.casualties.blame(deadly, whose)
    if is_to_blame or toll.is_too_high:
        return [_died(cases.numbers[0], deadly, whose)]
    return _judged(check, subject, cases, brief, toll)


def _judged_one_by_one(check: Check, subject: Subject, cases: Cases, brief: bool, toll: Toll) -> list[Outcome]:
    return [outcome for case in cases.numbers for outcome in _judged(check, subject, only(cases, case), brief, toll)]


def confirm(check: Check, subject: Subject, cases: Cases, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Repeat the failing cases once in a fresh host; one that ends otherwise is unstable."""
    subject.forget()
    return [
        _confirmed(outcome, *judge(check, subject, only(cases, outcome.case))) if outcome.verdict == "fail" else outcome
        for outcome in outcomes
    ]


def _confirmed(first: Outcome, second: Outcome) -> Outcome:
    if first.verdict == second.verdict:
        return first
    message = f"{first.message}; repeated in a fresh host: {second.message or second.verdict}"
    return replace(first, verdict="unstable", message=message)


def weighed(found: Sequence[Comparison | Statement], k: int, case: int, brief: bool) -> Outcome:
    """The outcome of the k-th case of a batch: its worst comparison decides."""
    for statement in found:
        if isinstance(statement, Statement) and statement.failure is not None:
            message = cut(f"{statement.measure}: {statement.failure}", LONGEST)
            detail = None if statement.raised is None else {"raised": statement.raised}
            return Outcome(case=case, verdict="fail", measure=statement.measure, message=message, detail=detail)
    comparisons = [comparison for comparison in found if isinstance(comparison, Comparison)]
    if not comparisons:
        return Outcome(case=case, verdict="pass")
    worst = max(comparisons, key=lambda comparison: comparison.worst(k))
    budget = worst.worst(k)
    bounded = [comparison for comparison in comparisons if not comparison.exact and comparison.budget[k].size]
    if budget <= 1 and bounded and not any(excludes_anything(comparison, k) for comparison in bounded):
        return _says_nothing(case, bounded)
    if budget <= 1:
        measured = any(not comparison.exact and not comparison.tight for comparison in comparisons)
        return Outcome(case=case, verdict="pass", budget=budget if measured else None, measure=worst.measure)
    detail = None if brief else described(worst, k)
    message = located(detail) if detail else f"{worst.measure} uses {budget_text(budget)} × the bound"
    return Outcome(case=case, verdict="fail", budget=budget, measure=worst.measure, message=message, detail=detail)


def _failed(subject: Subject, case: int, error: Exception) -> Outcome:
    """Failed to run; not run, where as much was said of a host's answers as anybody wants to read."""
    if not isinstance(error, BadAnswer):
        return _failed_to_run(case, error)
    subject.misunderstood[error.verb] += 1
    if subject.misunderstood[error.verb] <= MISUNDERSTOOD:
        return _failed_to_run(case, error)
    message = f"{MISUNDERSTOOD} answers to {error.verb!r} were not understood before, nor was this: {_sentence(error)}"
    return Outcome(case=case, verdict="not-run", message=cut(message, LONGEST))


def _failed_to_run(case: int, error: Exception) -> Outcome:
    """Wrong outputs are a failure of the rule, everything else an error of the host or of the adapter."""
    verdict: Verdict = "error" if isinstance(error, HostError) else "fail"
    message = _sentence(error)
    detail = {"error": type(error).__name__, "text": str(error)}
    if isinstance(error, AdapterError):
        detail["raised"] = error.type
    return Outcome(case=case, verdict=verdict, message=message, detail=detail)


def _died(case: int, deadly: DeadlyRequest, whose: str) -> Outcome:
    """The host died of this case; says so if the request was another rule's, too."""
    outcome = _failed_to_run(case, deadly.error)
    told = f"{outcome.message}{AGAIN}{deadly.known}" if deadly.known not in {"", whose} else outcome.message
    return replace(outcome, message=told)


def _says_nothing(case: int, bounded: Sequence[Comparison]) -> Outcome:
    """A pass that any layer would get is none."""
    measures = ", ".join(dict.fromkeys(comparison.measure for comparison in bounded))
    message = f"the bound excludes nothing: an unrelated layer of this size would pass, too ({measures})"
    return Outcome(case=case, verdict="not-run", message=message)


def _sentence(error: Exception) -> str:
    """The first line of what is said, short enough for a summary."""
    return cut(" ".join(str(error).split("\n", 1)[0].split()), LONGEST)


def _not_run(case: int, reason: str) -> Outcome:
    return Outcome(case=case, verdict="not-run", message=reason)
