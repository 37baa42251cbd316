"""Chapter 15: layers that go on where their last call ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.in_a_row import outputs_in_a_row
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

FIRST_PARTS = (1, 2)
"""Steps of the parts of a sequence but the last."""


def _one_way(configuration: Configuration) -> bool:
    """There are steps for three parts; a backward direction goes on, too, but not with the sequence: rule 16.3."""
    return configuration.time > sum(FIRST_PARTS) and not configuration.layer.bidirectional


@rule("15.1", where=_one_way, kinds=("stateful",))
def test_a_stateful_layer_goes_on(subject: Subject, cases: Cases) -> Examined:
    """Calls on the parts of a sequence, one after the other, are legal for the whole."""
    yield from _continued(subject, cases, outputs_in_a_row(subject, cases, _parts(cases), [True, False, False]))


@rule("15.2", where=_one_way, kinds=("stateful",))
def test_a_stateful_layer_that_is_reset_starts_again(subject: Subject, cases: Cases) -> Examined:
    """After a reset the calls on the parts of a sequence are legal for the whole, whatever was called before."""
    first, *others = outputs_in_a_row(subject, cases, [cases.inputs, *_parts(cases)], [True, True, False, False])
    del first
    yield from _continued(subject, cases, others)


@rule("15.3", where=lambda c: _one_way(c) and c.initial_state, kinds=("stateful",))
def test_a_given_state_comes_before_a_kept_one(subject: Subject, cases: Cases) -> Examined:
    """A call that is given initial states starts from them, and the next one goes on from there."""
    _, *others = outputs_in_a_row(subject, cases, [Inputs(cases.inputs.x), *_parts(cases)], [True, False, False, False])
    yield from _continued(subject, cases, others)


def _parts(cases: Cases) -> list[Inputs]:
    """One step, two steps and the rest of the sequence; only the first part has the states, if there are any."""
    x, *states = cases.inputs
    first, second, rest = np.split(x, np.cumsum(FIRST_PARTS))
    return [Inputs(first, *states), Inputs(second), Inputs(rest)]


def _continued(subject: Subject, cases: Cases, parts: Sequence[Outputs[Array]]) -> Examined:
    """The outputs of the parts are those of the whole sequence."""
    y = np.concatenate([outputs.y for outputs in parts])
    shows = cases.configuration.layer.return_sequences
    expected = subject.trajectory(cases, y if shows else None)
    steps = slice(None) if shows else [0, 2, cases.configuration.time - 1]
    yield within("y", y, expected.y.moved(lambda a: a[steps]), Y_AXES)
    if cases.configuration.layer.return_state:
        yield within("h_n", parts[-1].h_n, expected.h_n, f"layer {STATE_AXES}")
        yield within("c_n", parts[-1].c_n, expected.c_n, f"layer {STATE_AXES}")
