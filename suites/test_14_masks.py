"""Chapter 14: steps that do not count, because a row is shorter than others or because a mask says so."""

from __future__ import annotations

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Mask
from lstm_conformance.reference.merging import last
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined, cut_off
from lstm_conformance.suites.harness.judge.comparison import same, within
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


def _shows_its_sequence(configuration: Configuration) -> bool:
    return configuration.layer.return_sequences


@rule("14.1", where=_shows_its_sequence, kinds=("masked",))
def test_steps_that_do_not_count_change_nothing(subject: Subject, cases: Cases) -> Examined:
    """Outputs and final states of every layer are those of the steps that count."""
    yield from _legal(subject, cases)


@rule("14.2", where=lambda c: not c.layer.return_sequences, kinds=("masked",))
def test_the_last_output_alone_under_a_mask(subject: Subject, cases: Cases) -> Examined:
    """A layer that returns only its last output returns that of the last step that counts."""
    outputs, expected = subject.run(cases).outputs, subject.expected(cases, 0, cases.inputs.x, None)
    yield within("y", outputs.y, last(expected.y, cases.configuration.layer.directions), Y_AXES)
    if cases.configuration.layer.return_state:
        yield within("h_n", outputs.h_n[0], expected.h_n, STATE_AXES)
        yield within("c_n", outputs.c_n[0], expected.c_n, STATE_AXES)


@rule("14.3", where=_shows_its_sequence, kinds=("masked",))
def test_what_is_put_out_where_a_step_does_not_count(subject: Subject, cases: Cases) -> Examined:
    """Zeros, or the output before, exactly."""
    mask, y = _mask(cases), subject.run(cases).outputs.y
    fill = subject.layout.fill(cases.configuration.layer)
    yield same("y", np.where(mask[..., None], 0, y), np.where(mask[..., None], 0, _filling(y, mask, fill)), Y_AXES)


@rule("14.4", where=lambda c: _shows_its_sequence(c) and c.layer.return_state, kinds=("masked",))
def test_the_final_state_is_the_output_of_the_last_step_that_counts(subject: Subject, cases: Cases) -> Examined:
    """Exactly; a row of which nothing counts ends where it starts."""
    outputs, mask = subject.run(cases).outputs, _mask(cases)
    last = cases.configuration.layer.num_layers - 1
    width = outputs.h_n.shape[-1]
    for direction, h_n in enumerate(outputs.h_n[last]):
        y = outputs.y[..., direction * width : (direction + 1) * width]
        ends = _held(y[::-1] if direction else y, mask[::-1] if direction else mask, cases.states[0][last, direction])
        yield same(f"h_n of direction {direction}", h_n, ends[-1], "case row unit")


@rule("14.5", where=_shows_its_sequence, kinds=("masked",))
def test_what_stands_where_no_step_counts_does_not_matter(subject: Subject, cases: Cases) -> Examined:
    """Other numbers, or NaN, in these places of the input leave outputs and final states legal."""
    counts = _mask(cases)[..., None]
    for name, rubbish in (
        ("other numbers", -3 * np.abs(cases.inputs.x) - 1),
        ("NaN", np.full_like(cases.inputs.x, np.nan)),
    ):
        x = np.where(counts, cases.inputs.x, rubbish.astype(cases.inputs.x.dtype))
        soiled = cases.varied(name, inputs=Inputs(x, *cases.inputs[1:]))
        yield from _legal(subject, cases, of=soiled)


def _legal(subject: Subject, cases: Cases, of: Cases | None = None) -> Examined:
    """Every layer of the stack is legal for the outputs of the one below. `of`: the cases that are really run."""
    x, whole = cases.inputs.x, subject.run(of or cases).outputs
    for index in range(cases.configuration.layer.num_layers):
        outputs = cut_off(subject, of or cases, index + 1).outputs
        expected = subject.expected(cases, index, x, outputs.y)
        yield within("y", outputs.y, expected.y, Y_AXES)
        if cases.configuration.layer.return_state:
            yield within(f"h_n of layer {index}", whole.h_n[index], expected.h_n, STATE_AXES)
            yield within(f"c_n of layer {index}", whole.c_n[index], expected.c_n, STATE_AXES)
        x = outputs.y


def _mask(cases: Cases) -> Mask:
    if cases.mask is None:
        raise ValueError("expected a configuration with a mask")
    return cases.mask


def _held(y: Array, mask: Mask, first: Array) -> Array:
    """(T, N, B, K): at every step the last that counted, or what was first (N, B, K)."""
    held = [first]
    for t in range(len(y)):
        held.append(np.where(mask[t][..., None], y[t], held[-1]))
    return np.stack(held[1:])


def _filling(y: Array, mask: Mask, fill: str) -> Array:
    """What must be put out (T, N, B, K) where a step does not count."""
    return _held(y, mask, np.zeros_like(y[0])) if fill == "previous" else np.zeros_like(y)
