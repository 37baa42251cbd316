"""What a whole stack of layers must return, whatever its flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference import lstm as reference
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.reference.stack import Stack, shows_every_output
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined
from lstm_conformance.suites.harness.judge.comparison import within
from lstm_conformance.suites.harness.judge.in_a_row import outputs_in_a_row
from lstm_conformance.suites.harness.judge.subject import Subject, drawn

States = tuple[Rounded, Rounded]
"""h (L, D, N, B, P) and c (L, D, N, B, H)."""


class Call(NamedTuple):
    """What is seen of one call; whether it goes on where the one before it ended, and else starts as the case says."""

    name: str
    outputs: Outputs[Array]
    goes_on: bool = False


Expectation = Callable[[Subject, Cases, States, Outputs[Array]], Outputs[Rounded]]
"""What a call returns that begins with these states, where this was seen."""


def computed(subject: Subject, cases: Cases, expect: Expectation | None = None) -> Examined:
    """The outputs and states of all calls of a layer are legal: of two, of one in training, of two in a row.

    expect: what they are held against, the equations if it is not said.
    """
    states = _given(cases)
    for call in calls(subject, cases):
        start = states if call.goes_on else _given(cases)
        expected = expect(subject, cases, start, call.outputs) if expect else _by_equations(subject, cases, start, call)
        states = expected.h_n, expected.c_n
        yield from _compared(call, expected)


def legal_call(subject: Subject, cases: Cases, name: str, outputs: Outputs[Array]) -> Examined:
    """The outputs and states of one call are legal for these cases; name: which call it is."""
    call = Call(name, outputs)
    yield from _compared(call, _by_equations(subject, cases, _given(cases), call))


def _compared(call: Call, expected: Outputs[Rounded]) -> Examined:
    yield within(f"y{call.name}", call.outputs.y, expected.y, Y_AXES)
    if len(call.outputs.c_n):
        yield within(f"h_n{call.name}", call.outputs.h_n, expected.h_n, f"layer {STATE_AXES}")
        yield within(f"c_n{call.name}", call.outputs.c_n, expected.c_n, f"layer {STATE_AXES}")


def _by_equations(subject: Subject, cases: Cases, start: States, call: Call) -> Outputs[Rounded]:
    """What a call returns by the equations: computed once for all who return the same, in a second call as well."""
    begun = [part for state in start for part in (state.value, state.err, state.var)]
    fed = call.outputs.y if shows_every_output(cases.configuration.layer) else None
    numbers = [*drawn(cases), *begun, fed]
    place = ("stack", call.goes_on, *subject.alike(cases))
    return subject.expectations.recall(place, numbers, lambda: returned(subject, cases, start, call.outputs))


def returned(subject: Subject, cases: Cases, start: States, observed: Outputs[Array]) -> Outputs[Rounded]:
    """What the stack returns from these states on; inner layers follow their own outputs.

    observed: what was seen; the last layer is fed y where that shows the outputs of each direction and step.
    """
    configuration, layer = cases.configuration, cases.configuration.layer
    stack = Stack(subject.cell(configuration), layer, subject.layout.fill(layer))
    x = exactly(cases.inputs.x, arithmetic_of(configuration.dtype))
    return stack.returned(cases.weights, reference.Call(x, *start, cases.mask), observed.y)


def calls(subject: Subject, cases: Cases) -> Iterator[Call]:
    """Two calls of a layer, two in a row of one that keeps its states, or one in training."""
    configuration = cases.configuration
    if configuration.trained:
        yield Call(" in training", subject.gradients(cases).outputs)
    elif configuration.layer.stateful:
        first, second = outputs_in_a_row(subject, cases, [cases.inputs, Inputs(cases.inputs.x)], [True, False])
        yield Call("", first)
        yield Call(" of the next call", second, goes_on=True)
    else:
        seen = subject.observe(cases)
        yield Call("", seen.outputs)
        yield Call(" of a second call", seen.outputs_again)


def _given(cases: Cases) -> States:
    arithmetic = arithmetic_of(cases.configuration.dtype)
    h_0, c_0 = (exactly(a, arithmetic) for a in cases.states)
    return h_0, c_0
