"""Chapter 8: where the axis of batch is."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined, one_layer, whole
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("8.1", where=lambda c: one_layer(c) and c.layer.batch_first and not c.unbatched)
def test_batch_first(subject: Subject, cases: Cases) -> Examined:
    """Input and output are (B, T, ·); states and values are those of the layer without the option."""
    yield from whole(subject, cases)


@rule("8.2", where=lambda c: one_layer(c) and c.unbatched)
def test_without_a_batch(subject: Subject, cases: Cases) -> Examined:
    """An input without the axis of batch is a batch of one."""
    yield from whole(subject, cases)
