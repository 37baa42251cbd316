"""Chapter 16: layers made of layers. What becomes of two directions' outputs, models, layers that make masks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.layer import METHODS
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import lstm
from lstm_conformance.reference.merging import last, merged
from lstm_conformance.reference.rounded import exactly
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined, cut_off
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.in_a_row import outputs_in_a_row
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

IN_FRONT = {"Masking", "Embedding"}
"""Structures that make the mask themselves: it comes with the tensors."""


def _put_into(*structures: str) -> Callable[[Configuration], bool]:
    return lambda configuration: configuration.structure in structures and configuration.kind != "composed"


@rule("16.1", where=lambda c: c.layer.merges, kinds=("composed",))
def test_outputs_that_are_merged(subject: Subject, cases: Cases) -> Examined:
    """The outputs are the sum, the average or the product of two trajectories that nobody observed."""
    layer, outputs = cases.configuration.layer, subject.run(cases).outputs
    expected = subject.expected(cases, 0, cases.inputs.x, None)
    y = expected.y if layer.return_sequences else last(expected.y, layer.directions)
    yield within("y", outputs.y, merged(y, layer.merge_mode), Y_AXES)
    if layer.return_state:
        yield within("h_n", outputs.h_n[0], expected.h_n, STATE_AXES)
        yield within("c_n", outputs.c_n[0], expected.c_n, STATE_AXES)


@rule("16.2", where=lambda c: c.layer.merge_mode == "none", kinds=("ordinary", "masked"))
def test_outputs_that_are_kept_apart(subject: Subject, cases: Cases) -> Examined:
    """Without merging the outputs of both directions are returned one after the other."""
    yield from _follows(subject, cases)


@rule("16.3", where=lambda c: c.layer.bidirectional, kinds=("stateful",))
def test_both_directions_go_on_from_where_they_ended(subject: Subject, cases: Cases) -> Examined:
    """In the second call of a stateful layer each direction starts from its own final state of the first."""
    cell, arithmetic = subject.cell(cases.configuration), arithmetic_of(cases.configuration.dtype)
    parts, (h, c) = np.split(cases.inputs.x, [2]), (exactly(a, arithmetic) for a in cases.states)
    both = outputs_in_a_row(subject, cases, [Inputs(part) for part in parts], [True, False])
    for name, x, outputs in zip(("first", "second"), parts, both, strict=True):
        y, h, c = lstm(cell, cases.weights, exactly(x, arithmetic), h, c, observed=outputs.y)
        yield within(f"y of the {name} call", outputs.y, y, Y_AXES)


@rule(
    "16.4",
    where=_put_into("Sequential", "functional", "predict", "nested", "constant_states"),
    kinds=("ordinary", "masked"),
)
def test_layers_in_a_model(subject: Subject, cases: Cases) -> Examined:
    """In a model the layers compute what they compute by themselves."""
    yield from _follows(subject, cases)


@rule("16.8", where=_put_into(*METHODS), kinds=("ordinary",))
def test_models_in_the_methods_that_feed_them(subject: Subject, cases: Cases) -> Examined:
    """What a model puts out for the batches of a method is what its layers compute by themselves."""
    yield from _follows(subject, cases)


@rule("16.5", where=_put_into("shared", "TimeDistributed"), kinds=("ordinary", "masked"))
def test_layers_that_are_called_several_times(subject: Subject, cases: Cases) -> Examined:
    """The layers' other calls do not show in this one."""
    yield from _follows(subject, cases)


@rule("16.6", where=_put_into(*IN_FRONT), kinds=("masked",))
def test_masks_that_come_with_the_tensors(subject: Subject, cases: Cases) -> Examined:
    """A mask that is made by a layer in front is that of every layer of the stack."""
    yield from _follows(subject, cases)


@rule("16.7", where=lambda c: c.layer.go_backwards and c.structure in IN_FRONT, kinds=("composed",))
def test_a_mask_is_handed_on_with_the_outputs_that_it_belongs_to(subject: Subject, cases: Cases) -> Examined:
    """Outputs of go_backwards stand in reverse order, and so does the mask that the next layer is given."""
    below = cut_off(subject, cases, 1).outputs.y[::-1]
    turned = cases.varied("turned", mask=None if cases.mask is None else cases.mask[::-1])
    y = subject.run(cases).outputs.y
    yield within("y", y, subject.expected(turned, 1, below, y).y, Y_AXES)


def _follows(subject: Subject, cases: Cases) -> Examined:
    """The outputs of the last layer follow from those of the stack without it, and the states from them."""
    layer, x = cases.configuration.layer, cases.inputs.x
    top, outputs = layer.num_layers - 1, subject.run(cases).outputs
    below = cut_off(subject, cases, top).outputs.y if top else x
    expected = subject.expected(cases, top, below, outputs.y if layer.return_sequences else None)
    y = expected.y if layer.return_sequences else last(expected.y, layer.directions)
    yield within("y", outputs.y, y, Y_AXES)
    if layer.return_state:
        yield within("h_n", outputs.h_n[top], expected.h_n, STATE_AXES)
        yield within("c_n", outputs.c_n[top], expected.c_n, STATE_AXES)
