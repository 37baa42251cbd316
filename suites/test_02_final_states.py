"""Chapter 2: the final hidden state is an output."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Examined, last_outputs
from lstm_conformance.suites.harness.judge.comparison import same
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("2.1", where=lambda c: c.layer.return_sequences and c.layer.return_state)
def test_h_n_is_the_last_output(subject: Subject, cases: Cases) -> Examined:
    """The final hidden state of the last layer equals the last output of its direction, exactly."""
    outputs = subject.run(cases).outputs
    yield same("h_n", outputs.h_n[-1], last_outputs(outputs.y, outputs.h_n[-1]), STATE_AXES)


@rule("2.2", where=lambda c: not c.layer.return_sequences and c.layer.return_state)
def test_a_last_output_is_the_final_hidden_state(subject: Subject, cases: Cases) -> Examined:
    """The last output, returned alone, equals the final hidden state exactly."""
    outputs = subject.run(cases).outputs
    yield same("h_n", outputs.h_n[-1], last_outputs(outputs.y, outputs.h_n[-1]), STATE_AXES)
