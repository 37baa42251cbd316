"""Chapter 11: a call leaves nothing behind."""

from __future__ import annotations

from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.suites.comparison import same, within
from lstm_conformance.suites.examinations import STATE_AXES, Y_AXES, Examined, legal
from lstm_conformance.suites.rules import rule
from lstm_conformance.suites.subject import Seen, Subject

WEIGHTS = "weights/"


@rule("11.1")
def test_inputs_and_states_are_not_modified(subject: Subject, cases: Cases) -> Examined:
    """A call leaves its input and its initial states as they were."""
    yield from _unchanged(subject.run(cases), weights=False)


@rule("11.2")
def test_weights_are_not_modified(subject: Subject, cases: Cases) -> Examined:
    """A call without training leaves the weights as they were."""
    yield from _unchanged(subject.run(cases), weights=True)


@rule("11.3", where=lambda c: c.layer.num_layers == 1)
def test_a_second_call(subject: Subject, cases: Cases) -> Examined:
    """A second call on the same inputs is legal for them: nothing is kept from the first."""
    outputs = subject.run(cases).outputs_again
    if cases.configuration.layer.return_sequences:
        yield from legal(subject, cases, outputs)
        return
    expected = subject.expected(cases, 0, cases.inputs.x, None)
    yield within("y", outputs.y, expected.y[-1:], Y_AXES)
    if len(outputs.c_n):
        yield within("c_n", outputs.c_n[0], expected.c_n, STATE_AXES)


def _unchanged(seen: Seen, *, weights: bool) -> Examined:
    """The arrays that the call was given are still what they were."""
    for name, before in seen.before.items():
        if name.startswith(WEIGHTS) == weights:
            axes = " ".join(["case", *(f"axis_{k}" for k in range(before.ndim - 1))])
            yield same(name.removeprefix(WEIGHTS), seen.after[name], before, axes)
