"""Chapter 13: how accurately the gates are computed, seen through the layer itself.

A final state *is* one activation of one number (`suites/harness/judge/probing.py`). The numbers are dense where
libraries differ; in half precision, all there are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import PRECISIONS, UNIT_ROUNDOFF, Arithmetic, arithmetic_of
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Examined, plain
from lstm_conformance.suites.harness.judge.comparison import Comparison, within
from lstm_conformance.suites.harness.judge.probing import OPEN, PROBES, points_of, probe, probed
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

FLUSHED = 1e3
"""In units of the smallest normal number: below it an error is told absolutely or not at all."""


def _is_probed(configuration: Configuration) -> bool:
    """A plain layer that reads as many numbers as it has units, for one step of many rows."""
    layer, shows = configuration.layer, configuration.layer.return_state and configuration.layer.return_sequences
    one_to_one = layer.input_size == layer.hidden_size and configuration.time == 1 and configuration.batch > 100
    return plain(configuration) and shows and one_to_one


@rule("13.1", where=_is_probed)
def test_the_logistic_function_of_every_gate(subject: Subject, cases: Cases) -> Examined:
    """σ of the gates i, f and o lies within the class of accuracy that the adapter declares."""
    points = points_of(cases)
    for gate in probed(subject.cell(cases.configuration)):
        outputs = subject.run(probe(cases, gate, points, np.full_like(points, PROBES[gate][1]))).outputs
        seen = outputs.h_n if gate == "o" else outputs.c_n
        yield _held(subject, cases, f"σ of {gate}", _added(subject, cases, gate, points), seen)


@rule("13.2", where=_is_probed)
def test_both_hyperbolic_tangents(subject: Subject, cases: Cases) -> Examined:
    """tanh of the candidate and of the cell state lie within the class of accuracy that the adapter declares."""
    points = points_of(cases)
    candidate = subject.run(probe(cases, "g", points, np.zeros_like(points))).outputs.c_n
    yield _held(subject, cases, "tanh of g", _exactly(cases, points), candidate)
    of_c = probe(cases, "o", np.full_like(points, OPEN), points, "c")
    outputs = subject.run(of_c).outputs
    if cases.configuration.initial_state:
        yield _held(subject, cases, "tanh of c", _exactly(cases, points), outputs.h_n)
    else:
        expected = subject.expected(of_c, 0, of_c.inputs.x, outputs.y).c_n
        yield within("c_n where c is led", outputs.c_n[0], expected, STATE_AXES)
        yield _held(subject, cases, "tanh of c", _returned(outputs.c_n[0, 0], expected.arithmetic), outputs.h_n)


def _returned(c: Array, arithmetic: Arithmetic) -> Rounded:
    """A state (N, rows, units) that the next operation saw before it was rounded to be returned."""
    return exactly(c, arithmetic) + np.zeros_like(c, np.float64)


def _added(subject: Subject, cases: Cases, gate: str, points: Array) -> Rounded:
    """The points of a gate, with what its layer adds whatever it is told: that sum is rounded."""
    bias, at = subject.cell(cases.configuration).forget_bias, _exactly(cases, points)
    return at + np.full_like(at.value, bias) if gate == "f" and bias else at


def _exactly(cases: Cases, points: Array) -> Rounded:
    """The points (rows, units) of every case, which have no error."""
    return exactly(np.repeat(points[None], len(cases), 0), arithmetic_of(cases.configuration.dtype))


def _held(subject: Subject, cases: Cases, measure: str, at: Rounded, seen: Array) -> Comparison:
    """The observed activations of numbers (N, rows, units), and in words the largest error, or the worst number."""
    cell = subject.cell(cases.configuration)
    expected = (cell.candidate if measure.startswith("tanh") else cell.gate)(at)
    comparison = within(measure, seen[0, 0], expected, "case row unit")
    wrong = ~(comparison.budget <= 1).all()
    told = _wrong(measure, at.value, comparison) if wrong else _largest(measure, cases, expected, seen[0, 0])
    return replace(comparison, measure=told, tight=True)


def _wrong(measure: str, points: Array, found: Comparison) -> str:
    """The worst number of these (N, rows, units): an error that is all of a number says little in its roundoffs."""
    worst = np.unravel_index(np.nan_to_num(found.budget, nan=np.inf).argmax(), found.budget.shape)
    function, point = measure.split(maxsplit=1)[0], points[worst]
    came, due = float(found.observed[worst]), float(found.expected[worst])
    return f"{measure}, where {function}({point:.6g}) came out as {came:.9g}, not {due:.9g},"


def _largest(measure: str, cases: Cases, expected: Rounded, seen: Array) -> str:
    """The largest error of all numbers, in unit roundoffs: of tanh relative to it."""
    compute, relative = PRECISIONS[cases.configuration.dtype].compute, measure.startswith("tanh")
    error = np.abs(seen - expected.value) / UNIT_ROUNDOFF[compute]
    size = np.abs(expected.value)
    normal = size > FLUSHED * expected.arithmetic.tiny
    largest = (error[normal] / size[normal]).max(initial=0) if relative else error.max()
    return f"{measure}: at most {largest:.2f} u{' relative' if relative else ''}"
