"""Chapter 12: what a layer must not accept. Each configuration has one mistake (`fixtures/cases/invalid_inputs.py`)."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.suites.harness.judge.assertions import Examined, cut_off, layer_legal
from lstm_conformance.suites.harness.judge.rejection import attempt, ordinary, refused
from lstm_conformance.suites.harness.judge.rules import RuleTest, rule
from lstm_conformance.suites.harness.judge.subject import Subject


def _refused(number: str, topic: str) -> RuleTest:
    """The test that mistakes of a topic are refused; the rule of this number says what they are."""

    @rule(
        number,
        where=lambda configuration: INVALID_INPUTS[configuration.invalid_input].topic == topic,
        kinds=("mistaken",),
    )
    def is_refused(subject: Subject, cases: Cases) -> Examined:
        """The call or the constructor that is given the mistake raises an exception of the documented kind."""
        yield refused(subject, cases)

    return is_refused


test_the_rank_of_the_input = _refused("12.1", "rank")
test_the_features_of_the_input = _refused("12.2", "features")
test_the_shapes_of_the_states = _refused("12.3", "states")
test_dtypes_of_inputs_and_states = _refused("12.4", "dtypes")
test_a_sequence_without_steps = _refused("12.5", "steps")
test_values_that_a_layer_cannot_have = _refused("12.6", "values")
test_types_that_a_layer_cannot_have = _refused("12.7", "types")
test_arguments_that_do_not_go_together = _refused("12.9", "combinations")


@rule("12.8", where=lambda configuration: not configuration.layer.stateful, kinds=("mistaken",))
def test_a_refusal_leaves_nothing_behind(subject: Subject, cases: Cases) -> Examined:
    """After a mistake the next ordinary call is legal."""
    attempt(subject, cases)
    cases = ordinary(cases)
    outputs = subject.go_on(cases).outputs
    top = cases.configuration.layer.num_layers - 1
    x = cut_off(subject, cases, top).outputs.y if top else cases.inputs.x
    yield from layer_legal(subject, cases, top, x, outputs)
