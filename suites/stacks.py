"""What a whole stack of layers must return, whatever its flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.lstm import layer as one_layer
from lstm_conformance.reference.merging import last, merged
from lstm_conformance.reference.rounded import Array, Rounded, exactly, stack
from lstm_conformance.suites.comparison import within
from lstm_conformance.suites.examinations import STATE_AXES, Y_AXES, Examined
from lstm_conformance.suites.subject import Subject

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
    expect = expect or returned
    layer, states = cases.configuration.layer, _given(cases)
    for call in calls(subject, cases):
        start = states if call.goes_on else _given(cases)
        expected = expect(subject, cases, start, call.outputs)
        states = expected.h_n, expected.c_n
        yield within(f"y{call.name}", call.outputs.y, expected.y, Y_AXES)
        if layer.return_state:
            yield within(f"h_n{call.name}", call.outputs.h_n, expected.h_n, f"layer {STATE_AXES}")
            yield within(f"c_n{call.name}", call.outputs.c_n, expected.c_n, f"layer {STATE_AXES}")


def returned(subject: Subject, cases: Cases, start: States, observed: Outputs[Array]) -> Outputs[Rounded]:
    """What the stack returns from these states on; inner layers follow their own outputs.

    observed: what was seen; the last layer is fed y where that shows the outputs of each direction and step.
    """
    called = cases.configuration
    layer, cell, fill = called.layer, subject.cell(called), subject.layout.fill(called.layer)
    x, h_n, c_n = exactly(cases.inputs.x, arithmetic_of(called.dtype)), [], []
    for index, directions in enumerate(cases.weights):
        is_last = index == layer.num_layers - 1
        seen = observed.y if is_last and layer.return_sequences and not layer.merges else None
        h_0, c_0 = (state[index] for state in start)
        y, h, c = one_layer(cell, directions, x, h_0, c_0, observed=seen, mask=cases.mask, fill=fill)
        y = last(y, layer.directions) if is_last and not layer.return_sequences else y
        x = merged(y, layer.merge_mode) if layer.merges else y
        h_n.append(h)
        c_n.append(c)
    return Outputs(x, stack(h_n), stack(c_n))


def calls(subject: Subject, cases: Cases) -> Iterator[Call]:
    """Two calls of a layer, two in a row of one that keeps its states, or one in training."""
    called = cases.configuration
    if called.trained:
        yield Call(" in training", subject.gradients(cases).outputs)
    elif called.layer.stateful:
        first, second = subject.calls(cases, [cases.inputs, Inputs(cases.inputs.x)], [True, False])
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
