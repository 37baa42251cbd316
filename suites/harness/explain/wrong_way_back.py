"""What is wrong with gradients: the known wrong ways back are tried, each within its own bound."""

from __future__ import annotations

from collections.abc import Iterator

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.client import HostError
from lstm_conformance.reference.diagnosis.findings import Diagnosis, Fit
from lstm_conformance.reference.layouts.base import WeightsMismatch
from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.reference.mutants.base import LSTMWithGradients, LSTMWithOptimizer
from lstm_conformance.suites.harness.judge import way_back
from lstm_conformance.suites.harness.judge.comparison import Comparison
from lstm_conformance.suites.harness.judge.subject import Subject, Trained, WrongOutputs

KNOWN = {
    name: kind
    for name, kind in MUTANTS.items()
    if issubclass(kind, LSTMWithGradients) and not issubclass(kind, LSTMWithOptimizer)
}
"""By name; those whose gradients are right explain none."""


def diagnosed(subject: Subject, case: Cases) -> Diagnosis | None:
    """What a step of training on this case shows, of a loss that depends on all outputs; None where it cannot be run.

    The right way back is the only thing that fits where it does: what fails is what a rule does besides.
    """
    try:
        trained = subject.gradients(case)
        right = _largest(subject, case, trained, LSTMWithGradients)
        if right <= 1:
            return Diagnosis((Fit((), right),), None)
        tried = [Fit((name,), _largest(subject, case, trained, kind)) for name, kind in KNOWN.items()]
    except (HostError, WrongOutputs, WeightsMismatch):
        return None
    fits = sorted((fit for fit in tried if fit.budget <= 1), key=lambda fit: fit.budget)
    next_best = min((fit for fit in tried if not fit.budget <= 1), key=lambda fit: fit.budget, default=None)
    return Diagnosis(tuple(fits), next_best, pairs=False)


def _largest(subject: Subject, case: Cases, trained: Trained, kind: type[LSTMWithGradients]) -> float:
    """The largest error ÷ bound, if this is the layer that was trained."""
    layer = case.configuration.layer
    lstm = kind(layer, subject.cell(case.configuration))
    lstm.fill = subject.layout.fill(layer)
    due = way_back.computed(case, trained, lstm)
    return max((comparison.worst(0) for comparison in _compared(subject, case, trained, due)), default=0.0)


def _compared(subject: Subject, case: Cases, trained: Trained, due: way_back.Due) -> Iterator[Comparison]:
    examined = (*way_back.of_inputs(trained, due), *way_back.of_weights(subject, case, trained, due))
    yield from (comparison for comparison in examined if isinstance(comparison, Comparison))
