"""Chapter 10: what changes with the input, and what must not.

Each relation runs a changed case, undoes the change on the outputs, and asks whether they are legal for the case
itself: two legal trajectories of a chaotic layer may differ by more than any tolerance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.harness.judge.assertions import Y_AXES, Examined, legal, one_layer
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

LARGEST = 5000
"""Pre-activations: enough for several rows, units and steps."""


def _relates(configuration: Configuration) -> bool:
    """One layer whose states are returned, small and mild: relations test wiring, not arithmetic."""
    small = configuration.regime == "mild" and configuration.size <= LARGEST
    return one_layer(configuration) and configuration.layer.return_state and small


def _has_rows(configuration: Configuration) -> bool:
    return _relates(configuration) and configuration.batch > 1


@rule("10.1", where=_has_rows)
def test_rows_do_not_see_each_other(subject: Subject, cases: Cases) -> Examined:
    """The last row's outputs stay legal when all other rows are given other inputs and states."""
    other = draw(cases.configuration, cases.numbers, biases=subject.layout.biases, seed=-1).inputs
    pairs = zip(cases.inputs[1:], other[1:], strict=True)
    states = (None if a is None or b is None else _last_row_of(a, b) for a, b in pairs)
    mixed = Inputs(_last_row_of(cases.inputs.x, other.x), *states)
    outputs = subject.run(cases.varied("other rows", inputs=mixed)).outputs
    last_row = cases.varied("last row", inputs=mixed.each(lambda a: a[..., -1:, :]))
    yield from legal(subject, last_row, Outputs(*(a[..., -1:, :] for a in outputs)))


@rule("10.2", where=_has_rows)
def test_the_order_of_the_rows(subject: Subject, cases: Cases) -> Examined:
    """Reversing the order of the rows reverses that of the outputs."""
    reversed_rows = cases.inputs.each(lambda a: a[..., ::-1, :])
    outputs = subject.run(cases.varied("rows reversed", inputs=reversed_rows)).outputs
    yield from legal(subject, cases, Outputs(*(a[..., ::-1, :] for a in outputs)))


@rule("10.3", where=lambda c: _relates(c) and c.layer.hidden_size > 1 and not c.layer.proj_size)
def test_the_order_of_the_units(subject: Subject, cases: Cases) -> Examined:
    """Rotating the hidden units in weights and states rotates those of the outputs."""
    weights = [[_units_rotated(cell) for cell in directions] for directions in cases.weights]
    inputs = cases.inputs.each(lambda a: np.roll(a, 1, -1))._replace(x=cases.inputs.x)
    y, h_n, c_n = subject.run(cases.varied("units rotated", weights=weights, inputs=inputs)).outputs
    by_direction = y.reshape(*y.shape[:-1], cases.configuration.layer.directions, -1)
    y = np.roll(by_direction, -1, -1).reshape(y.shape)
    yield from legal(subject, cases, Outputs(y, np.roll(h_n, -1, -1), np.roll(c_n, -1, -1)))


@rule("10.4", where=lambda c: _relates(c) and _has_a_half(c) and c.initial_state)
def test_two_halves_are_the_whole(subject: Subject, cases: Cases) -> Examined:
    """The second half, from the final states of the first, continues the sequence."""
    half, x = cases.configuration.time // 2, cases.inputs.x
    first = _half(subject, cases, "first half", Inputs(x[:half], *cases.states))
    second = _half(subject, cases, "second half", Inputs(x[half:], first.h_n, first.c_n))
    y = np.concatenate([first.y, second.y])
    yield from legal(subject, cases, Outputs(y, second.h_n, second.c_n))


@rule("10.5", where=lambda c: _relates(c) and _has_a_half(c))
def test_what_comes_later_changes_nothing_before(subject: Subject, cases: Cases) -> Examined:
    """Other inputs in the second half leave the outputs of the first half legal."""
    half, x = cases.configuration.time // 2, cases.inputs.x
    other = cases.inputs._replace(x=np.concatenate([x[:half], x[half:] * x.dtype.type(-0.5)]))
    y = subject.run(cases.varied("other end", inputs=other)).outputs.y[:half]
    yield within("y", y, subject.expected(cases, 0, x[:half], y).y, Y_AXES)


def _has_a_half(configuration: Configuration) -> bool:
    """The layer runs in one direction, through at least two steps, and canonical time is the framework's."""
    layer = configuration.layer
    return configuration.time > 1 and not layer.bidirectional and not layer.go_backwards


def _half(subject: Subject, cases: Cases, name: str, inputs: Inputs) -> Outputs[Array]:
    configuration = replace(cases.configuration, time=len(inputs.x))
    return subject.run(cases.varied(name, configuration=configuration, inputs=inputs)).outputs


def _last_row_of(a: Array, b: Array) -> Array:
    """The rows of b (..., B, K), but for the last, which is that of a."""
    return np.concatenate([b[..., :-1, :], a[..., -1:, :]], -2)


def _units_rotated(cell: CellWeights) -> CellWeights:
    """The last unit of every gate first; in the recurrent kernel, its columns too."""

    def rows(a: Array) -> Array:
        by_gate = a.reshape(a.shape[0], 4, -1, *a.shape[2:])
        return np.roll(by_gate, 1, 2).reshape(a.shape)

    recurrent_kernel = np.roll(rows(cell.recurrent_kernel), 1, -1)
    return cell._replace(
        kernel=rows(cell.kernel),
        recurrent_kernel=recurrent_kernel,
        biases=tuple(rows(b) for b in cell.biases),
        peepholes=None if cell.peepholes is None else np.roll(cell.peepholes, 1, -1),
    )
