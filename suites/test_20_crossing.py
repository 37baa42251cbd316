"""Chapter 20: flags against flags. In each of these configurations many are set at once (`fixtures/crossing.py`)."""

from __future__ import annotations

from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.suites.examinations import Examined
from lstm_conformance.suites.rules import rule
from lstm_conformance.suites.stacks import computed
from lstm_conformance.suites.subject import Subject


@rule("20.1", where=lambda c: not c.drops, crossed=True)
def test_flags_together_mean_what_each_of_them_means(subject: Subject, cases: Cases) -> Examined:
    """Whatever its flags, a layer computes the equations."""
    yield from computed(subject, cases)
