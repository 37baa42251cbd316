"""The examinations that several rules share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.fixtures.configurations import Configuration
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.comparison import Comparison, Statement, same, within
from lstm_conformance.suites.subject import Subject

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
    yield within("y", outputs.y, expected.y, Y_AXES)
    if len(outputs.c_n):
        yield within("c_n", outputs.c_n[index], expected.c_n, STATE_AXES)
        yield same("h_n", outputs.h_n[index], last_outputs(outputs.y, outputs.h_n[index]), STATE_AXES)


def last_outputs(y: Array, states: Array) -> Array:
    """The output of each direction at the step where it ends, (D, N, B, P), from y (T, N, B, D P)."""
    width = states.shape[-1]
    return np.stack([y[0 if d else -1, ..., d * width : (d + 1) * width] for d in range(len(states))])


def whole(subject: Subject, cases: Cases) -> Examined:
    """One call, judged as a trajectory."""
    yield from legal(subject, cases, subject.run(cases).outputs)
