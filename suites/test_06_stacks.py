"""Chapter 6: layers on layers. The outputs of inner layers are hidden, so the stack is cut off after each of them."""

from __future__ import annotations

from dataclasses import replace

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.suites.harness.judge.assertions import (
    STATE_AXES,
    Y_AXES,
    Examined,
    cut_off,
    layer_legal,
    other_layer,
)
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


def _is_a_stack(configuration: Configuration) -> bool:
    return configuration.layer.num_layers > 1


def _shows_its_sequence(configuration: Configuration) -> bool:
    return _is_a_stack(configuration) and configuration.layer.return_sequences


@rule("6.1", where=_is_a_stack)
def test_every_layer_reads_the_outputs_of_the_one_below(subject: Subject, cases: Cases) -> Examined:
    """In the stack cut off after each layer, that layer is legal for the observed outputs of the one below."""
    x = cases.inputs.x
    for index in range(cases.configuration.layer.num_layers):
        outputs = cut_off(subject, cases, index + 1).outputs
        yield from layer_legal(subject, cases, index, x, outputs)
        x = outputs.y


@rule("6.2", where=lambda c: _is_a_stack(c) and c.layer.return_state)
def test_the_states_of_the_inner_layers(subject: Subject, cases: Cases) -> Examined:
    """The whole stack returns the final states of every layer."""
    whole, x = subject.run(cases).outputs, cases.inputs.x
    for index in range(cases.configuration.layer.num_layers):
        y = cut_off(subject, cases, index + 1).outputs.y
        expected = subject.expected(cases, index, x, y)
        yield within(f"h_n of layer {index}", whole.h_n[index], expected.h_n, STATE_AXES)
        yield within(f"c_n of layer {index}", whole.c_n[index], expected.c_n, STATE_AXES)
        x = y


@rule("6.3", where=_shows_its_sequence)
def test_a_stack_is_its_layers_one_after_the_other(subject: Subject, cases: Cases) -> Examined:
    """The outputs of the stack are legal for the outputs of its layers as layers of their own."""
    layer, x = cases.configuration.layer, cases.inputs.x
    for index in range(layer.num_layers - 1):
        x = subject.run(_alone(cases, index, Inputs(x))).outputs.y
    y = subject.run(cases).outputs.y
    yield within("y", y, subject.expected(cases, layer.num_layers - 1, x, y).y, Y_AXES)


def _alone(cases: Cases, index: int, inputs: Inputs) -> Cases:
    """One layer of the stack, by itself, on the outputs of the one below."""
    layer = cases.configuration.layer
    layer = replace(layer, num_layers=1, input_size=layer.input_size_of(index), return_sequences=True)
    only = slice(index, index + 1)
    states = (None if a is None else a[only] for a in cases.inputs[1:])
    return other_layer(cases, f"only {index}", layer, Inputs(inputs.x, *states), only)
