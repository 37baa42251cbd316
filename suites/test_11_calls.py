"""Chapter 11: a call leaves nothing behind."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined, cut_off, layer_legal
from lstm_conformance.suites.harness.judge.comparison import Statement, same
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Seen, Subject

WEIGHTS = "weights/"


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
    for name, before in seen.before.items():
        if name.startswith(WEIGHTS) == weights:
            measure, after = name.removeprefix(WEIGHTS), seen.after.get(name)
            if after is None or after.shape != before.shape:
                found = "is gone" if after is None else f"has the shape {after.shape[1:]}"
                yield Statement(measure, f"{found} after the call; before, it had {before.shape[1:]}")
                continue
            yield same(measure, after, before, " ".join(["case", *(f"axis_{k}" for k in range(before.ndim - 1))]))
