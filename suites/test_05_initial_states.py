"""Chapter 5: where the layer starts from. (That a given state is used is rule 1.1, whose cases all have one.)"""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined, one_layer, whole
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("5.1", where=lambda c: one_layer(c) and not c.initial_state)
def test_no_state_is_a_zero_state(subject: Subject, cases: Cases) -> Examined:
    """Where no initial state is given, the layer starts from zeros."""
    yield from whole(subject, cases)
