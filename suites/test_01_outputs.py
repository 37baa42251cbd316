"""Chapter 1: the outputs and the cell state of every step."""

from __future__ import annotations

from dataclasses import replace

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.merging import last
from lstm_conformance.suites.harness.judge.assertions import (
    STATE_AXES,
    Y_AXES,
    Examined,
    one_layer,
    outputs_within,
    plain,
)
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

STEPS = 20
"""Chunks of one step are asked for one by one: longer sequences would show nothing more."""

STEP_STYLES = {"mild", "cancelling", "remembering", "forgetting"}
"""In the other styles the cell state holds no more than the outputs show."""


def _can_be_cut(configuration: Configuration) -> bool:
    layer = configuration.layer
    one_way = layer.num_layers == 1 and not layer.bidirectional and not layer.go_backwards
    return layer.return_state and one_way


@rule("1.1", where=lambda c: one_layer(c) and plain(c))
def test_every_output_follows_from_the_one_before(subject: Subject, cases: Cases) -> Examined:
    """Every output lies within the bound, given the observed output of the step before."""
    y = subject.run(cases).outputs.y
    x = cases.inputs.x
    yield outputs_within(subject, cases, 0, x, y, subject.expected(cases, 0, x, y).y)


@rule("1.2", where=lambda c: one_layer(c) and plain(c) and c.layer.return_state)
def test_the_final_cell_state(subject: Subject, cases: Cases) -> Examined:
    """The final cell state lies within the bound of the one that the equations carry."""
    outputs = subject.run(cases).outputs
    yield within("c_n", outputs.c_n[0], subject.expected(cases, 0, cases.inputs.x, outputs.y).c_n, STATE_AXES)


@rule("1.3", where=lambda c: _can_be_cut(c) and c.time <= STEPS and c.regime in STEP_STYLES)
def test_one_step_at_a_time(subject: Subject, cases: Cases) -> Examined:
    """Called step by step with its own returned states, h and c of every step are one step from the states before."""
    yield from (_step_by_step if cases.configuration.initial_state else _from_the_beginning)(subject, cases)


@rule("1.4", where=lambda c: not c.layer.return_sequences and c.layer.num_layers == 1)
def test_the_last_output_alone(subject: Subject, cases: Cases) -> Examined:
    """The only output that is returned is the last of the whole sequence."""
    y = subject.run(cases).outputs.y
    expected = subject.expected(cases, 0, cases.inputs.x, None)
    yield within("y", y, last(expected.y, cases.configuration.layer.directions), Y_AXES)
    if cases.configuration.layer.return_state:
        yield within("c_n", subject.run(cases).outputs.c_n[0], expected.c_n, STATE_AXES)


def _step_by_step(subject: Subject, cases: Cases) -> Examined:
    one_step = replace(cases.configuration, time=1)
    chunk = cases
    for t in range(cases.configuration.time):
        inputs = Inputs(cases.inputs.x[t : t + 1], *chunk.states)
        chunk = cases.varied(f"step {t}", configuration=one_step, inputs=inputs)
        outputs = subject.run(chunk).outputs
        expected = subject.expected(chunk, 0, inputs.x, outputs.y)
        yield within(f"h after step {t}", outputs.h_n[0], expected.h_n, STATE_AXES)
        yield within(f"c after step {t}", outputs.c_n[0], expected.c_n, STATE_AXES)
        chunk = chunk.varied("end", inputs=Inputs(inputs.x, outputs.h_n, outputs.c_n))


def _from_the_beginning(subject: Subject, cases: Cases) -> Examined:
    """A layer that is given no states cannot go on: it is called on one step, on two, and so on."""
    for t in range(1, cases.configuration.time + 1):
        configuration = replace(cases.configuration, time=t)
        part = cases.varied(f"first {t} steps", configuration=configuration, inputs=Inputs(cases.inputs.x[:t]))
        outputs = subject.run(part).outputs
        expected = subject.expected(part, 0, part.inputs.x, outputs.y if configuration.layer.return_sequences else None)
        yield within(f"h after step {t - 1}", outputs.h_n[0], expected.h_n, STATE_AXES)
        yield within(f"c after step {t - 1}", outputs.c_n[0], expected.c_n, STATE_AXES)
