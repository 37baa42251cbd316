"""Chapter 17: the smallest and the largest of everything.

Where a number is infinite or NaN, a reference that carries errors cannot follow. It is given a number that is large
enough to saturate in place of infinity; where the reference itself is NaN, NaN is what must be seen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined, cut_off, layer_legal
from lstm_conformance.suites.harness.judge.comparison import Statement, same, within
from lstm_conformance.suites.harness.judge.rejection import attempt, refused, undocumented
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

SATURATING = 1e30
"""Stands for infinity: with any weight of a case it opens or shuts a gate, and no square of it overflows."""

LONG = 100
"""Steps from which a sequence is very long."""

LARGEST = 5000
"""Pre-activations: every kind of layer is there, and edges are no matter of size."""


def _has_edges(configuration: Configuration) -> bool:
    """A small layer with three rows or more, whose gates are the usual ones and whose states are returned."""
    layer = configuration.layer
    usual = (layer.activation, layer.recurrent_activation) == (Layer.activation, Layer.recurrent_activation)
    small = configuration.time >= 4 and configuration.batch >= 3 and configuration.size <= LARGEST
    exact = configuration.dtype in {"float32", "float64"} and configuration.regime == "mild"
    return usual and small and exact and layer.return_sequences and layer.return_state


def _has_edges_and_states(configuration: Configuration) -> bool:
    """Through a peephole, an infinite cell state shuts its own gate: 0 times ∞ is nothing that could be asked."""
    return _has_edges(configuration) and configuration.initial_state and not configuration.layer.use_peepholes


def _is_one_of_something(configuration: Configuration) -> bool:
    layer = configuration.layer
    sizes = (configuration.time, configuration.batch, layer.input_size, layer.hidden_size)
    return 1 in sizes and layer.return_sequences and configuration.time < LONG


def _about(topic: str) -> Callable[[Configuration], bool]:
    return lambda configuration: INVALID_INPUTS[configuration.invalid_input].topic == topic


@rule("17.1", where=_is_one_of_something)
def test_one_of_everything(subject: Subject, cases: Cases) -> Examined:
    """A layer with one unit, one feature, one row or one step is an ordinary layer."""
    top = cases.configuration.layer.num_layers - 1
    x = cut_off(subject, cases, top).outputs.y if top else cases.inputs.x
    yield from layer_legal(subject, cases, top, x, subject.run(cases).outputs)


@rule("17.2", where=_about("rows"), kinds=("mistaken",), undocumented=True)
def test_no_rows(subject: Subject, cases: Cases) -> Examined:
    """A batch of no rows is refused, or answered with the documented outputs, of no rows."""
    configuration, answer = cases.configuration, attempt(subject, cases)
    shapes = list(subject.layout.output_shapes(configuration.layer, configuration.time, 0).values())
    found = shapes if answer.error else [a.shape[1:] for a in answer.native]
    yield Statement("shapes", None if found == shapes else f"{found}, documented is {shapes}")
    yield undocumented(cases, answer)


@rule("17.3", where=_has_edges)
def test_infinite_and_largest_numbers_in_the_input(subject: Subject, cases: Cases) -> Examined:
    """They open and shut gates: outputs and states are those of large numbers."""
    x = cases.inputs.x
    for name, number in (("infinity", np.inf), ("the largest number", float(np.finfo(x.dtype).max))):
        extreme = x.copy()
        extreme[1, :, 0, 0], extreme[-1, :, 1, -1] = number, -number
        yield from _legal(subject, cases.varied(name, inputs=Inputs(extreme, *cases.inputs[1:])))


@rule("17.4", where=_has_edges_and_states)
def test_infinite_states(subject: Subject, cases: Cases) -> Examined:
    """They open and shut gates; a cell state that is infinite stays so."""
    h_0, c_0 = (a.copy() for a in cases.states)
    h_0[..., 0, 0] = np.inf
    c_0[..., 1, 0], c_0[..., 2, 0] = np.inf, -np.inf
    yield from _legal(subject, cases.varied("infinite states", inputs=Inputs(cases.inputs.x, h_0, c_0)))


@rule("17.5", where=_has_edges)
def test_the_smallest_numbers(subject: Subject, cases: Cases) -> Examined:
    """Inputs and states that are all but zero."""
    smallest = np.finfo(cases.inputs.x.dtype).smallest_subnormal
    inputs = cases.inputs.each(lambda a: np.copysign(smallest, a))
    yield from _legal(subject, cases.varied("the smallest numbers", inputs=inputs))


@rule("17.6", where=_has_edges)
def test_nan_stays_in_its_row(subject: Subject, cases: Cases) -> Examined:
    """NaN is where the equations compute with it, and nowhere else."""
    x, h_0, c_0 = cases.inputs.each(np.copy)
    x[len(x) // 2, :, 0, 0] = np.nan
    if c_0 is not None:
        c_0[..., 2, 0] = np.nan
    yield from _legal(subject, cases.varied("NaN", inputs=Inputs(x, h_0, c_0)))


@rule("17.7", where=lambda c: c.time >= LONG and c.layer.num_layers == 1)
def test_a_very_long_sequence(subject: Subject, cases: Cases) -> Examined:
    """Its outputs are legal to the end."""
    yield from layer_legal(subject, cases, 0, cases.inputs.x, subject.run(cases).outputs)


@rule("17.8", where=_about("masks"), kinds=("mistaken",))
def test_lengths_and_masks_that_do_not_fit(subject: Subject, cases: Cases) -> Examined:
    """A call with lengths or a mask of other rows or steps than the input has is refused."""
    yield refused(subject, cases)


@rule("17.9", where=_about("kept rows"), kinds=("mistaken",))
def test_other_rows_than_a_stateful_layer_keeps(subject: Subject, cases: Cases) -> Examined:
    """A call of a stateful layer with another number of rows is refused."""
    yield refused(subject, cases)


def _legal(subject: Subject, cases: Cases) -> Examined:
    """Every layer is legal for the outputs of the one below, where numbers are finite, and NaN where it must be."""
    finite = cases.varied("finite", inputs=cases.inputs.each(_finite))
    x, whole = finite.inputs.x, subject.run(cases).outputs
    for index in range(cases.configuration.layer.num_layers):
        y = cut_off(subject, cases, index + 1).outputs.y
        expected = subject.expected(finite, index, x, y)
        yield from _held("y", y, expected.y, Y_AXES)
        yield from _held(f"h_n of layer {index}", whole.h_n[index], expected.h_n, STATE_AXES)
        yield from _held(f"c_n of layer {index}", whole.c_n[index], expected.c_n, STATE_AXES)
        x = y


def _finite(a: Array) -> Array:
    """Saturating numbers in the place of larger ones; NaN stays."""
    return np.clip(a.astype(np.float64), -SATURATING, SATURATING)


def _held(measure: str, observed: Array, expected: Rounded, axes: str) -> Examined:
    """NaN and infinities stand where they must, and all else is within its bound."""
    due = np.where(np.abs(expected.value) > np.sqrt(SATURATING), np.inf * np.sign(expected.value), expected.value)
    special = ~np.isfinite(due)
    yield same(f"NaN and ∞ in {measure}", _special(observed), _special(due), axes)
    ordinary = expected.moved(lambda a: np.where(special, 0, a))
    yield within(measure, np.where(special, 0, observed), ordinary, axes)


def _special(a: Array) -> Array:
    """NaN and infinities as they are, 0 in the place of all else."""
    return np.where(np.isfinite(a), 0, a)
