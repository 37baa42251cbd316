"""Chapter 15: layers that go on where their last call ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layer import METHODS
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


RESETS = 5
"""Calls that begin anew, before those that are judged: a reset may work at first."""

DOZENS = 24
"""Calls after which nothing may have been lost."""


def _one_way(configuration: Configuration) -> bool:
    """There are steps for three parts; a backward direction goes on, too, but not with the sequence: rule 16.3."""
    by_itself = not configuration.layer.bidirectional and not configuration.structure
    return sum(FIRST_PARTS) < configuration.time < DOZENS and by_itself


@rule("15.1", where=_one_way, kinds=("stateful",))
def test_a_stateful_layer_goes_on(subject: Subject, cases: Cases) -> Examined:
    """Calls on the parts of a sequence, one after the other, are legal for the whole."""
    calls = outputs_in_a_row(subject, cases, _parts(cases), [True, False, False])
    yield from _continued(subject, cases, _lengths(cases), calls)


@rule("15.2", where=_one_way, kinds=("stateful",))
def test_a_stateful_layer_that_is_reset_starts_again(subject: Subject, cases: Cases) -> Examined:
    """After a reset the calls on the parts of a sequence are legal for the whole, however often it was reset before."""
    calls = [*[cases.inputs] * RESETS, *_parts(cases)]
    seen = outputs_in_a_row(subject, cases, calls, [*[True] * RESETS, True, False, False])
    yield from _continued(subject, cases, _lengths(cases), seen[RESETS:])


@rule("15.3", where=lambda c: _one_way(c) and c.initial_state, kinds=("stateful",))
def test_a_given_state_comes_before_a_kept_one(subject: Subject, cases: Cases) -> Examined:
    """A call that is given initial states starts from them, and the next one goes on from there."""
    _, *others = outputs_in_a_row(subject, cases, [Inputs(cases.inputs.x), *_parts(cases)], [True, False, False, False])
    yield from _continued(subject, cases, _lengths(cases), others)


@rule("15.4", where=lambda c: c.time >= DOZENS, kinds=("stateful",))
def test_a_stateful_layer_goes_on_for_dozens_of_calls(subject: Subject, cases: Cases) -> Examined:
    """Calls on the single steps of a long sequence, one after the other, are legal for the whole."""
    x, *states = cases.inputs
    first, *others = np.split(x, len(x))
    steps = [Inputs(first, *states), *map(Inputs, others)]
    calls = outputs_in_a_row(subject, cases, steps, [True, *(False for _ in others)])
    yield from _continued(subject, cases, [1] * len(x), calls)


@rule("15.5", where=lambda c: c.structure in METHODS, kinds=("stateful",))
def test_a_stateful_layer_goes_on_through_the_methods_of_its_model(subject: Subject, cases: Cases) -> Examined:
    """Batches that a method of a model is given, in one call and in the next, are legal for the whole."""
    halves = np.array_split(cases.inputs.x, 2)
    calls = outputs_in_a_row(subject, cases, list(map(Inputs, halves)), [True, False])
    yield from _continued(subject, cases, list(map(len, halves)), calls)


def _lengths(cases: Cases) -> list[int]:
    """Steps of the parts."""
    return [*FIRST_PARTS, cases.configuration.time - sum(FIRST_PARTS)]


def _parts(cases: Cases) -> list[Inputs]:
    """One step, two steps and the rest of the sequence; only the first part has the states, if there are any."""
    x, *states = cases.inputs
    first, second, rest = np.split(x, np.cumsum(FIRST_PARTS))
    return [Inputs(first, *states), Inputs(second), Inputs(rest)]


def _continued(subject: Subject, cases: Cases, lengths: Sequence[int], parts: Sequence[Outputs[Array]]) -> Examined:
    """The outputs of the parts, of so many steps each, are those of the whole sequence."""
    y = np.concatenate([outputs.y for outputs in parts])
    shows = cases.configuration.layer.return_sequences
    expected = subject.trajectory(cases, y if shows else None)
    steps = slice(None) if shows else np.cumsum(lengths) - 1
    yield within("y", y, expected.y.moved(lambda a: a[steps]), Y_AXES)
    if cases.configuration.layer.return_state:
        yield within("h_n", parts[-1].h_n, expected.h_n, f"layer {STATE_AXES}")
        yield within("c_n", parts[-1].c_n, expected.c_n, f"layer {STATE_AXES}")
