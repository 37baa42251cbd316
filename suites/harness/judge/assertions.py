"""The examinations that several rules share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.requests import WEIGHTS
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.suites.harness.judge.comparison import Comparison, Statement, same, within
from lstm_conformance.suites.harness.judge.subject import Seen, Subject

Y_AXES = "step case row unit"
STATE_AXES = "direction case row unit"

Examined = Iterator[Comparison | Statement]


def one_layer(configuration: Configuration) -> bool:
    """All outputs of the layer are observed."""
    return configuration.layer.num_layers == 1 and configuration.layer.return_sequences


def plain(configuration: Configuration) -> bool:
    """One layer in one direction with all its options at their defaults: the subject of chapters 1 to 5."""
    layer = configuration.layer
    default = Layer(
        input_size=layer.input_size,
        hidden_size=layer.hidden_size,
        return_sequences=layer.return_sequences,
        return_state=layer.return_state,
    )
    return layer == default and not configuration.unbatched


def legal(subject: Subject, cases: Cases, outputs: Outputs[Array]) -> Examined:
    """The outputs of a single layer are a trajectory of the LSTM on these cases, and c_n is where it ends.

    For a layer that returns no states, only the outputs are examined.
    """
    yield from layer_legal(subject, cases, 0, cases.inputs.x, outputs)


def layer_legal(subject: Subject, cases: Cases, index: int, x: Array, outputs: Outputs[Array]) -> Examined:
    """The outputs of the layer at this index, which was given x (T, N, B, ·), are a trajectory of the LSTM.

    outputs: y of this layer, and the states of a stack that ends with it.
    """
    expected = subject.expected(cases, index, x, outputs.y)
    yield outputs_within(subject, cases, index, x, outputs.y, expected.y)
    if len(outputs.c_n):
        yield within("c_n", outputs.c_n[index], expected.c_n, STATE_AXES)
        yield same("h_n", outputs.h_n[index], last_outputs(outputs.y, outputs.h_n[index]), STATE_AXES)


def outputs_within(subject: Subject, cases: Cases, index: int, x: Array, y: Array, expected: Rounded) -> Comparison:
    """The outputs of a layer, whose gates can be told where units of the output are units of one cell."""
    layer = cases.configuration.layer
    one_cell = not layer.bidirectional and not layer.proj_size
    return within("y", y, expected, Y_AXES, (lambda: subject.gates(cases, index, x, y)) if one_cell else None)


def cut_off(subject: Subject, cases: Cases, layers: int) -> Seen:
    """The first layers of the stack, all with their sequences; the whole stack, if it shows its own, as it is."""
    if layers == cases.configuration.layer.num_layers and cases.configuration.layer.return_sequences:
        return subject.run(cases)
    layer = replace(cases.configuration.layer, num_layers=layers, return_sequences=True)
    inputs = Inputs(cases.inputs.x, *(None if a is None else a[:layers] for a in cases.inputs[1:]))
    return subject.run(other_layer(cases, f"first {layers}", layer, inputs, slice(layers)))


def other_layer(cases: Cases, variation: str, layer: Layer, inputs: Inputs, weights: slice) -> Cases:
    """These cases on another layer, made of some of the layers' weights."""
    configuration = replace(cases.configuration, layer=layer)
    return cases.varied(variation, configuration=configuration, weights=cases.weights[weights], inputs=inputs)


def last_outputs(y: Array, states: Array) -> Array:
    """The output of each direction at the step where it ends, (D, N, B, P), from y (T, N, B, D P)."""
    width = states.shape[-1]
    return np.stack([y[0 if d else -1, ..., d * width : (d + 1) * width] for d in range(len(states))])


def whole(subject: Subject, cases: Cases) -> Examined:
    """One call, judged as a trajectory."""
    yield from legal(subject, cases, subject.run(cases).outputs)


def unchanged(before: Mapping[str, Array], after: Mapping[str, Array]) -> Examined:
    """Inputs and weights (N, ...) that a call was given are the same behind it."""
    for name, given in before.items():
        measure, left = name.removeprefix(WEIGHTS), after.get(name)
        if left is None or left.shape != given.shape:
            state = "is gone" if left is None else f"has the shape {left.shape[1:]}"
            yield Statement(measure, f"{state} after the call; before, it had {given.shape[1:]}")
            continue
        yield same(measure, left, given, " ".join(["case", *(f"axis_{k}" for k in range(given.ndim - 1))]))
