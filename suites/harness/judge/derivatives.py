"""What other derivatives than the gradients of a loss must be: in a direction, of the second order, of every row.

The first two are computed by the same equations as outputs and gradients, in numbers that move (`reference/moving.py`).
"""

from __future__ import annotations

from typing import Any

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.tangents import direction, rows_apart
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.gradients import Gradients
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.moving import Moving, tangents_of
from lstm_conformance.reference.rounded import Array, Rounded, exactly, zeros_like
from lstm_conformance.reference.stack import Stack, way_back
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.stacks import legal_call
from lstm_conformance.suites.harness.judge.subject import Subject, Trained, drawn
from lstm_conformance.suites.harness.judge.way_back import WEIGHT_AXES, by_gate, computed, named, of_inputs, of_weights


def moving_outputs(subject: Subject, cases: Cases) -> Examined:
    """How every output moves, from what was seen of how it does at the step before; and the outputs themselves."""
    outputs, tangents = subject.jvp(cases)
    numbers = [*drawn(cases), outputs.y, tangents.y]

    def compute() -> Outputs[Any]:
        weights, call = _moving(cases)
        layer = cases.configuration.layer
        engine = Stack(subject.cell(cases.configuration), layer, subject.layout.fill(layer))
        due = engine.returned(weights, call, Moving(outputs.y, tangents.y))  # type: ignore[arg-type]
        return Outputs(*_parts(due))

    due = subject.expectations.recall(("jvp", *subject.alike(cases)), numbers, compute)
    for name, seen, (value, tangent) in zip(("y", "h_n", "c_n"), zip(outputs, tangents, strict=True), due, strict=True):
        axes = Y_AXES if name == "y" else f"layer {STATE_AXES}"
        if seen[0].size:
            yield within(name, seen[0], value, axes)
            yield within(f"tangent of {name}", seen[1], tangent, axes)


def _parts(outputs: Outputs[Any]) -> list[tuple[Rounded, Rounded]]:
    return [(output.value, output.tangent) for output in outputs]


def hessian_times_direction(subject: Subject, cases: Cases) -> Examined:
    """The products with the Hessian of the sum of all outputs times their cotangents, by inputs, states and weights."""
    seen = subject.hvp(cases)
    numbers = [*drawn(cases), *seen.given]

    def compute() -> Gradients[Any]:
        (weights, call), layer = _moving(cases), cases.configuration.layer
        by = way_back(subject.cell(cases.configuration), layer, subject.layout.fill(layer))
        given = [exactly(a, arithmetic_of(cases.configuration.dtype).of_gradients) for a in seen.given]
        still: list[Any] = [Moving(a, zeros_like(a)) for a in given]
        tangents: Gradients[Any] = tangents_of(by.gradients(weights, call, Outputs(*still)))
        return tangents

    due = subject.expectations.recall(("hvp", *subject.alike(cases)), numbers, compute)
    yield from legal_call(subject, cases, "", seen.outputs)
    yield from of_inputs(seen, due, " of a gradient in a direction")
    yield from of_weights(subject, cases, seen, due, " of a gradient in a direction")


def _moving(cases: Cases) -> tuple[Any, Call[Any]]:
    """Weights and arguments of a call, with the direction in which they move."""
    by, along = arithmetic_of(cases.configuration.dtype).of_gradients, direction(cases)

    def lifted(a: Array, tangent: Array) -> Moving:
        return Moving(exactly(a, by), exactly(tangent, by))

    weights = [
        [w.float64().map(Moving, v.float64()) for w, v in zip(*both, strict=True)]  # type: ignore[arg-type]
        for both in zip(cases.weights, along.weights, strict=True)
    ]
    states = along.states if cases.inputs.h_0 is not None else tuple(0 * a for a in cases.states)
    moved: list[Any] = [
        lifted(a, b) for a, b in zip((cases.inputs.x, *cases.states), (along.inputs.x, *states), strict=True)
    ]
    return weights, Call(moved[0], moved[1], moved[2], cases.mask)


def of_every_row(subject: Subject, cases: Cases) -> Examined:
    """The gradients by weights of every row are those of a batch in which it is alone."""
    seen, apart = subject.per_sample(cases), rows_apart(cases)
    layer = cases.configuration.layer
    by = way_back(subject.cell(cases.configuration), layer, subject.layout.fill(layer))
    numbers = [*drawn(apart), *seen.given, seen.outputs.y]
    place = ("per_sample", *subject.alike(cases))
    due = subject.expectations.recall(place, numbers, lambda: computed(apart, seen, by))
    yield from legal_call(subject, cases, "", of_rows(seen.outputs, len(cases)))
    yield from _of_rows(subject, cases, seen, due)


def of_rows(apart: Outputs[Array], count: int) -> Outputs[Array]:
    """Outputs (..., N B, 1, ·) of rows that are a case each as those of N cases (..., N, B, ·)."""
    return Outputs(*(a.reshape(*a.shape[:-3], count, -1, a.shape[-1]) for a in apart))


def _of_rows(subject: Subject, cases: Cases, seen: Trained, due: Gradients[Rounded]) -> Examined:
    layer, (count, rows) = cases.configuration.layer, cases.inputs.x.shape[1:3]
    weights = subject.layout.canonical_weights(layer, seen.weights)
    for index, (cells, expected) in enumerate(zip(weights, due.weights, strict=True)):
        for direction_, (cell, one) in enumerate(zip(cells, expected, strict=True)):
            for name, bound in one.named.items():
                axes = WEIGHT_AXES[name].replace("case", "case row")

                def by_row(a: Array, axes: str = axes) -> Array:
                    gated = by_gate(a) if "gate" in axes else a
                    return gated.reshape(count, rows, *gated.shape[1:])

                measure = f"gradient by {name}{named(layer, index, direction_)} of a row"
                yield within(measure, by_row(cell.named[name]), bound.moved(by_row), axes)
