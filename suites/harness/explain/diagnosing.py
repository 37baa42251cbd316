"""A failing check says what is wrong: the known mistakes are tried on its first failing case."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.fixtures.hosting.client import HostError
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.diagnosis import Diagnosis, Evidence, diagnose, reason
from lstm_conformance.reference.mutants.base import Call
from lstm_conformance.suites.harness.explain import wrong_way_back
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.judge.subject import Subject, WrongOutputs
from lstm_conformance.suites.harness.plan.planning import Planned

WORK = 5e8
"""Multiplications that the diagnosis of one rule may take, on one path of an implementation: about two seconds."""

NAMED = 4
"""Mistakes that fit, for which it is said how a person gets there."""


ELSEWHERE = "none: a plain call on the numbers of this case is right, it fails only in what this rule does besides"
"""In place of a diagnosis where the outputs of the case are those of a correct LSTM."""

ELSEWHERE_ON_THE_WAY_BACK = "none: the gradients of this case are right for a loss of all outputs, in a single step"
"""The same of gradients."""

GRADIENT = "gradient by"
"""How the measures of gradients begin."""

TRIES = 3
"""Diagnoses that may name nothing; then a path has a mistake that is not known, whatever the rule."""


@dataclass
class Diagnoses:
    """The diagnoses of a run: one for every implementation, path and rule, of the first case that fails.

    `made`: implementation, path and rule of those that were made. `known`: by case, because rules share cases.
    `unnamed`: how many of an implementation and path name nothing.
    """

    made: set[tuple[str, str, str]] = field(default_factory=set)
    known: dict[object, dict[str, Any]] = field(default_factory=dict)
    unnamed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def added(self, planned: Planned, subject: Subject, cases: Cases, outcomes: list[Outcome]) -> list[Outcome]:
        """The outcomes, the first failure with its diagnosis if its rule has none yet."""
        where = (planned.implementation, planned.path, planned.check.rule)
        first = next((outcome for outcome in outcomes if is_measured(outcome)), None)
        if first is None or where in self.made or self.unnamed[where[:2]] >= TRIES:
            return outcomes
        self.made.add(where)
        case = only(cases, first.case)
        of_gradient = (first.measure or "").startswith(GRADIENT)
        diagnosis = self._of_gradients(planned, subject, case) if of_gradient else self._of(planned, subject, case)
        explained = replace(first, detail={**(first.detail or {}), **diagnosis})
        return [explained if outcome is first else outcome for outcome in outcomes]

    def _of(self, planned: Planned, subject: Subject, case: Cases) -> dict[str, Any]:
        """The diagnosis of a case, as it is called without any rule's changes; nothing where there is no evidence."""
        key = (planned.implementation, planned.path, case.key)
        if key not in self.known:
            evidence = evidence_of(subject, case)
            diagnosis = None if evidence is None else diagnose(evidence, work=WORK)
            self.unnamed[key[:2]] += diagnosis is not None and not diagnosis.fits
            self.known[key] = {} if diagnosis is None else {"diagnosis": as_detail(diagnosis)}
        return self.known[key]

    def _of_gradients(self, planned: Planned, subject: Subject, case: Cases) -> dict[str, Any]:
        """The diagnosis of a step of training on a case, if there is evidence."""
        key = (planned.implementation, planned.path, case.key, GRADIENT)
        if key not in self.known:
            diagnosis = wrong_way_back.diagnosed(subject, case)
            self.unnamed[key[:2]] += diagnosis is not None and not diagnosis.fits
            self.known[key] = (
                {} if diagnosis is None else {"diagnosis": as_detail(diagnosis, ELSEWHERE_ON_THE_WAY_BACK)}
            )
        return self.known[key]


def is_measured(outcome: Outcome) -> bool:
    """It failed because of numbers: not because of a shape, an exception or a refusal that did not come."""
    return outcome.verdict == "fail" and outcome.detail is not None and "worst" in outcome.detail


def evidence_of(subject: Subject, case: Cases) -> Evidence | None:
    """What two calls on one case show; None where it cannot be run, or returns other shapes than documented.

    A layer that is stateful, trained or composed of others shows too little in one call.
    """
    configuration = case.configuration
    if configuration.kind not in {"ordinary", "masked"}:
        return None
    try:
        seen = subject.observe(case)
        outputs, again = seen.outputs, seen.outputs_again
    except (HostError, WrongOutputs):
        return None
    return Evidence(
        layer=configuration.layer,
        cell=subject.cell(configuration),
        arithmetic=arithmetic_of(configuration.dtype),
        weights=case.weights,
        call=Call(*case.inputs, case.mask),
        outputs=outputs,
        again=again,
        fill=subject.layout.fill(configuration.layer),
    )


def as_detail(found: Diagnosis, elsewhere: str = ELSEWHERE) -> dict[str, Any]:
    """A diagnosis as JSON; `named`: what fits, `reasons`: how a person gets there, a sentence for every mistake.

    Where the case itself is answered as by a correct LSTM, nothing is named: what fails is what the rule does besides.
    """
    if any(not fit.names for fit in found.fits):
        return {"sentence": elsewhere, "named": "", "reasons": [], "fits": [], "next_best": None}
    names = dict.fromkeys(name for fit in found.fits for name in fit.names)
    return {
        "sentence": found.sentence(),
        "named": " or ".join(str(fit) for fit in found.fits),
        "reasons": [reason(name) for name in list(names)[:NAMED]],
        "fits": [asdict(fit) for fit in found.fits],
        "next_best": None if found.next_best is None else asdict(found.next_best),
    }
