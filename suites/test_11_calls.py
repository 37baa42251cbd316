"""Chapter 11: a call leaves nothing behind."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.requests import WEIGHTS
from lstm_conformance.suites.harness.judge.assertions import Examined, cut_off, layer_legal, unchanged
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Seen, Subject


@rule("11.1", kinds=("ordinary", "masked"))
def test_inputs_and_states_are_not_modified(subject: Subject, cases: Cases) -> Examined:
    """A call leaves its input and its initial states as they were."""
    yield from _unchanged(subject.observe(cases), weights=False)


@rule("11.2", kinds=("ordinary", "masked"))
def test_weights_are_not_modified(subject: Subject, cases: Cases) -> Examined:
    """A call without training leaves the weights as they were."""
    yield from _unchanged(subject.observe(cases), weights=True)


@rule("11.3", where=lambda c: c.layer.return_sequences)
def test_a_second_call(subject: Subject, cases: Cases) -> Examined:
    """A second call on the same inputs is legal for them: nothing is kept from the first."""
    top = cases.configuration.layer.num_layers - 1
    x = cut_off(subject, cases, top).outputs.y if top else cases.inputs.x
    yield from layer_legal(subject, cases, top, x, subject.observe(cases).outputs_again)


def _unchanged(seen: Seen, *, weights: bool) -> Examined:
    """The arrays that the call was given are still what they were."""
    yield from unchanged(
        {name: a for name, a in seen.before.items() if name.startswith(WEIGHTS) == weights}, seen.after
    )
