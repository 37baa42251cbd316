"""Chapter 0: what must hold before anything else is worth asking."""

from __future__ import annotations

from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.suites import smoke
from lstm_conformance.suites.examinations import Examined
from lstm_conformance.suites.rules import rule
from lstm_conformance.suites.subject import Subject


@rule(smoke.RULE)
def test_a_small_plain_layer_runs(subject: Subject, cases: Cases) -> Examined:
    """A small plain layer is built, takes its weights, and returns the documented outputs in the documented shapes."""
    yield from smoke.examine(subject, cases)
