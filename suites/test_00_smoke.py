"""Chapter 0: what must hold before anything else is worth asking."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan import smoke


@rule(smoke.RULE)
def test_a_small_plain_layer_runs(subject: Subject, cases: Cases) -> Examined:
    """A small plain layer is built, takes its weights, and returns the documented outputs in the documented shapes."""
    yield from smoke.examine(subject, cases)
