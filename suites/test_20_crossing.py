"""Chapter 20: flags against flags. In each of these configurations many are set at once.

`fixtures/cases/crossing.py` says which.
"""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.stacks import computed
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("20.1", where=lambda c: not c.drops, crossed=True)
def test_flags_together_mean_what_each_of_them_means(subject: Subject, cases: Cases) -> Examined:
    """Whatever its flags, a layer computes the equations."""
    yield from computed(subject, cases)
