"""Chapter 13: how accurately the gates are computed, seen through the layer itself.

One step, in which all gates but one are open or shut: an open gate is exactly 1, a shut one exactly 0, so that a final
state *is* one activation of one number. The numbers are dense where libraries differ; in half precision, all there are.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lstm_conformance.fixtures.bfloat16 import rounded
from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.fixtures.configurations import Configuration
from lstm_conformance.reference.arithmetic import PRECISIONS, UNIT_ROUNDOFF, arithmetic_of
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.reference.weights import GATES, CellWeights
from lstm_conformance.suites.comparison import Comparison, within
from lstm_conformance.suites.examinations import Examined, plain
from lstm_conformance.suites.rules import rule
from lstm_conformance.suites.subject import Subject

OPEN, SHUT = 200.0, -200.0
"""Biases: σ(200) is 1 and σ(-200) at most 1e-86, in every dtype; tanh(200) is 1."""

FLUSHED = 1e3
"""In units of the smallest normal number: below it an error is told absolutely or not at all."""

SATURATED = 1000.0
"""A cell state whose tanh is 1."""

PROBES: dict[str, tuple[dict[str, float], float]] = {
    "i": ({"f": SHUT, "g": OPEN, "o": OPEN}, 0.0),  # c_n = σ(x) 1
    "f": ({"i": SHUT, "o": OPEN}, 1.0),  # c_n = σ(x) c_0
    "o": ({"i": SHUT, "f": OPEN}, SATURATED),  # h_n = σ(x) tanh(c_0)
    "g": ({"i": OPEN, "f": SHUT, "o": OPEN}, 0.0),  # c_n = 1 tanh(x)
}
"""For the gate that is probed: the biases of the others, and the cell state before the step."""


def _is_probed(configuration: Configuration) -> bool:
    """A plain layer that reads as many numbers as it has units, for one step of many rows."""
    layer, shows = configuration.layer, configuration.layer.return_state and configuration.layer.return_sequences
    one_to_one = layer.input_size == layer.hidden_size and configuration.time == 1 and configuration.batch > 100
    return plain(configuration) and configuration.initial_state and shows and one_to_one


@rule("13.1", where=_is_probed)
def test_the_logistic_function_of_every_gate(subject: Subject, cases: Cases) -> Examined:
    """σ of the gates i, f and o lies within the class of accuracy that the adapter declares."""
    for gate in "ifo":
        points, state = _points(cases), PROBES[gate][1]
        probe = _probe(cases, gate, points, np.full_like(points, state))
        outputs = subject.run(probe).outputs
        seen = outputs.h_n if gate == "o" else outputs.c_n
        yield _held(subject, cases, f"σ of {gate}", points, seen)


@rule("13.2", where=_is_probed)
def test_both_hyperbolic_tangents(subject: Subject, cases: Cases) -> Examined:
    """tanh of the candidate and of the cell state lie within the class of accuracy that the adapter declares."""
    points = _points(cases)
    candidate = subject.run(_probe(cases, "g", points, np.zeros_like(points))).outputs.c_n
    yield _held(subject, cases, "tanh of g", points, candidate)
    state = subject.run(_probe(cases, "o", np.full_like(points, OPEN), points, "c")).outputs.h_n
    yield _held(subject, cases, "tanh of c", points, state)


def _held(subject: Subject, cases: Cases, measure: str, points: Array, seen: Array) -> Comparison:
    """The observed activations of the points (rows, units), and in words the largest error, or the worst number."""
    cell, arithmetic = subject.cell(cases.configuration), arithmetic_of(cases.configuration.dtype)
    expected = (cell.candidate if measure.startswith("tanh") else cell.gate)(exactly(points, arithmetic))
    each_case = expected[None].moved(lambda a: np.repeat(a, len(cases), 0))
    found = within(measure, seen[0, 0], each_case, "case row unit")
    wrong = ~(found.budget <= 1).all()
    told = _wrong(measure, points, found) if wrong else _largest(measure, cases, expected, seen)
    return replace(found, measure=told, tight=True)


def _wrong(measure: str, points: Array, found: Comparison) -> str:
    """The worst number, in words: an error that is all of a number says little in its roundoffs."""
    worst = np.unravel_index(np.nan_to_num(found.budget, nan=np.inf).argmax(), found.budget.shape)
    function, point = measure.split(maxsplit=1)[0], points[worst[1:]]
    came, due = float(found.observed[worst]), float(found.expected[worst])
    return f"{measure}, where {function}({point:.6g}) came out as {came:.9g}, not {due:.9g},"


def _largest(measure: str, cases: Cases, expected: Rounded, seen: Array) -> str:
    """The largest error of all points, in unit roundoffs: of tanh relative to it."""
    compute, relative = PRECISIONS[cases.configuration.dtype].compute, measure.startswith("tanh")
    error = np.abs(seen[0, 0] - expected.value).max(0) / UNIT_ROUNDOFF[compute]
    size = np.abs(expected.value)
    normal = size > FLUSHED * arithmetic_of(cases.configuration.dtype).tiny
    largest = (error[normal] / size[normal]).max() if relative else error.max()
    return f"{measure}: at most {largest:.2f} u{' relative' if relative else ''}"


def _probe(cases: Cases, gate: str, points: Array, c_0: Array, name: str = "") -> Cases:
    """The layer with one gate's pre-activation equal to its input (rows, units), the others open or shut."""
    size, dtype = points.shape[-1], cases.inputs.x.dtype
    kernel, bias = np.zeros((4, size, size)), np.zeros((4, size))
    kernel[GATES.index(gate)] = np.eye(size)
    for other, value in PROBES[gate][0].items():
        bias[GATES.index(other)] = value
    biases = [bias.reshape(-1)] + [np.zeros(4 * size) for _ in cases.weights[0][0].biases[1:]]
    arrays = [kernel.reshape(-1, size), np.zeros((4 * size, size)), *biases]
    w, u, *b = (np.repeat(a[None].astype(dtype), len(cases), 0) for a in arrays)
    x, c = (np.repeat(a.astype(dtype)[None, None], len(cases), 1) for a in (points, c_0))
    inputs = Inputs(x, np.zeros_like(c)[None], c[None])
    configuration = replace(cases.configuration, batch=len(points))
    return cases.varied(
        f"probe {name or gate}", configuration=configuration, weights=[[CellWeights(w, u, tuple(b))]], inputs=inputs
    )


def _points(cases: Cases) -> Array:
    """Numbers to probe, (rows, units), exact in the dtype that is computed in."""
    size, compute = cases.configuration.layer.hidden_size, PRECISIONS[cases.configuration.dtype].compute
    if compute in {"bfloat16", "float16"}:
        points = _all_halves(compute)
    else:
        small = np.geomspace(1e-30, 1e-3, 500)
        dense = [np.linspace(-20, -4, 1600), np.linspace(-12, 12, 1496), small, -small]
        points = np.concatenate(dense).astype(compute)
    return points[: points.size // size * size].reshape(-1, size)


def _all_halves(dtype: str) -> Array:
    """Every finite number of a 16-bit dtype up to 30, where σ and tanh have reached their limits."""
    patterns = np.arange(2**16, dtype=np.uint32)
    if dtype == "float16":
        numbers = patterns.astype(np.uint16).view(np.float16).astype(np.float32)
    else:
        numbers = (patterns << 16).view(np.float32)
    return rounded(numbers[np.abs(numbers) < 30]) if dtype == "bfloat16" else numbers[np.abs(numbers) < 30]
