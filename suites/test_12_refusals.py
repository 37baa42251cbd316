"""Chapter 12: what a layer must not accept. Each configuration has one mistake (`fixtures/cases/invalid_inputs.py`)."""

from __future__ import annotations

from collections.abc import Callable

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.invalid_inputs import MISTAKES
from lstm_conformance.suites.harness.judge.assertions import Examined, cut_off, layer_legal
from lstm_conformance.suites.harness.judge.rejection import attempt, ordinary, refused
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


def _about(topic: str) -> Callable[[Configuration], bool]:
    return lambda configuration: MISTAKES[configuration.mistake].topic == topic


@rule("12.1", where=_about("rank"), kinds=("mistaken",))
def test_the_rank_of_the_input(subject: Subject, cases: Cases) -> Examined:
    """A call with an input of a rank that the layer does not take is refused."""
    yield refused(subject, cases)


@rule("12.2", where=_about("features"), kinds=("mistaken",))
def test_the_features_of_the_input(subject: Subject, cases: Cases) -> Examined:
    """A call with an input of another number of features is refused."""
    yield refused(subject, cases)


@rule("12.3", where=_about("states"), kinds=("mistaken",))
def test_the_shapes_of_the_states(subject: Subject, cases: Cases) -> Examined:
    """A call with initial states of another number of units, rows, layers or axes is refused."""
    yield refused(subject, cases)


@rule("12.4", where=_about("dtypes"), kinds=("mistaken",))
def test_dtypes_of_inputs_and_states(subject: Subject, cases: Cases) -> Examined:
    """A call with inputs or states of another dtype is refused."""
    yield refused(subject, cases)


@rule("12.5", where=_about("steps"), kinds=("mistaken",))
def test_a_sequence_without_steps(subject: Subject, cases: Cases) -> Examined:
    """A call with a sequence of no steps is refused."""
    yield refused(subject, cases)


@rule("12.6", where=_about("values"), kinds=("mistaken",))
def test_values_that_a_layer_cannot_have(subject: Subject, cases: Cases) -> Examined:
    """The constructor refuses values outside their documented range."""
    yield refused(subject, cases)


@rule("12.7", where=_about("types"), kinds=("mistaken",))
def test_types_that_a_layer_cannot_have(subject: Subject, cases: Cases) -> Examined:
    """The constructor refuses arguments of another type than documented."""
    yield refused(subject, cases)


@rule("12.8", where=lambda c: not c.layer.stateful, kinds=("mistaken",))
def test_a_refusal_leaves_nothing_behind(subject: Subject, cases: Cases) -> Examined:
    """After a mistake the next ordinary call is legal."""
    attempt(subject, cases)
    cases = ordinary(cases)
    outputs = subject.go_on(cases).outputs
    top = cases.configuration.layer.num_layers - 1
    x = cut_off(subject, cases, top).outputs.y if top else cases.inputs.x
    yield from layer_legal(subject, cases, top, x, outputs)


@rule("12.9", where=_about("combinations"), kinds=("mistaken",))
def test_arguments_that_do_not_go_together(subject: Subject, cases: Cases) -> Examined:
    """The constructor refuses arguments of which each alone is right."""
    yield refused(subject, cases)
