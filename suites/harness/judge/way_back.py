"""What gradients must be: by the equations from the outputs alone, or step by step from the gradients that were seen.

The gradient of a pre-activation is no gradient by anything that a layer is given. It is made one: a feature of the
input that is always 0 and reaches one pre-activation alone, with the weight 1, changes no number on the way there, and
the gradient by it is that of the pre-activation. So the way back is followed step by step as the way there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lstm_conformance.fixtures.cases.call_options import LONGEST_UNSEEN
from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.backwards import WeightGradients
from lstm_conformance.reference.gradients import BackwardPass, Gradients, Observed
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.reference.stack import shows_every_output, way_back
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Examined
from lstm_conformance.suites.harness.judge.comparison import Comparison, within
from lstm_conformance.suites.harness.judge.in_a_row import cut
from lstm_conformance.suites.harness.judge.subject import Subject, Trained, drawn

Due = Gradients[Rounded]
"""What gradients must be, with the allowed error."""

X_AXES = "step case row feature"
WEIGHT_AXES = {
    "kernel": "case gate unit feature",
    "recurrent_kernel": "case gate unit fed_unit",
    "projection": "case unit inner_unit",
    "bias_0": "case gate unit",
    "bias_1": "case gate unit",
    "peepholes": "case peephole unit",
}


def shown(configuration: Configuration) -> bool:
    """Whether the gradients of all pre-activations can be shown: those of one layer."""
    return configuration.layer.num_layers == 1 and not configuration.layer.stateful


def showing(cases: Cases) -> Cases:
    """The same layer with 4H features more for each direction: each is 0, and reaches one pre-activation alone."""
    configuration, (cells,) = cases.configuration, cases.weights
    size, columns = 4 * configuration.layer.hidden_size, 4 * configuration.layer.hidden_size * len(cells)
    added: Array = np.zeros((*cases.inputs.x.shape[:-1], columns), cases.inputs.x.dtype)
    x = np.concatenate([cases.inputs.x, added], -1)
    weights = [[_reached(w, np.eye(size, columns, k * size)) for k, w in enumerate(cells)]]
    layer = replace(configuration.layer, input_size=x.shape[-1])
    return cases.varied(
        "pre-activations shown",
        configuration=replace(configuration, layer=layer),
        weights=weights,
        inputs=cases.inputs._replace(x=x),
    )


def _reached(w: CellWeights, by: Array) -> CellWeights:
    added = np.broadcast_to(by.astype(w.kernel.dtype), (len(w.kernel), *by.shape))
    return w._replace(kernel=np.concatenate([w.kernel, added], -1))


def shown_by(trained: Trained, cases: Cases) -> Array:
    """The gradients of the pre-activations (T, N, B, D 4H) that a layer showed."""
    return trained.inputs.x[..., cases.inputs.x.shape[-1] :]


def gradients(subject: Subject, cases: Cases, trained: Trained, z: Array | None = None) -> Due:
    """What the gradients of these cases must be, and the allowed error; z: those of the pre-activations, as seen."""
    layer = cases.configuration.layer
    by = way_back(subject.cell(cases.configuration), layer, subject.layout.fill(layer))
    place = ("gradients", z is None, *subject.alike(cases))
    numbers = [*drawn(cases), *trained.given, _outputs(cases, trained), z]
    return subject.expectations.recall(place, numbers, lambda: computed(cases, trained, by, z))


def computed(cases: Cases, trained: Trained, by: BackwardPass, z: Array | None = None) -> Due:
    """The same of any way back."""
    arithmetic = arithmetic_of(cases.configuration.dtype).of_gradients
    x, h_0, c_0 = (exactly(a, arithmetic) for a in (cases.inputs.x, *cases.states))
    given = Outputs(*(exactly(a, arithmetic) for a in trained.given))
    weights = [[w.float64() for w in directions] for directions in cases.weights]
    return by.gradients(weights, Call(x, h_0, c_0, cases.mask), given, Observed(_outputs(cases, trained), z))


def _outputs(cases: Cases, trained: Trained) -> Array | None:
    """Those of every step and direction of the last layer, if they are seen."""
    return trained.outputs.y if shows_every_output(cases.configuration.layer) else None


def of_inputs(trained: Trained, due: Due, loss: str = "") -> Examined:
    """Those by x and, where they are given, by the initial states; loss: what it depends on, if not on everything."""
    yield within(f"gradient by x{loss}", trained.inputs.x[..., : due.x.shape[-1]], due.x, X_AXES)
    for name, seen, expected in zip(("h_0", "c_0"), trained.inputs[1:], (due.h_0, due.c_0), strict=True):
        if seen is not None:
            yield within(f"gradient by {name}{loss}", seen, expected, f"layer {STATE_AXES}")


def of_weights(subject: Subject, cases: Cases, trained: Trained, due: Due, loss: str = "") -> Examined:
    """Those by every weight of every cell; due: of these cases, which may be a part of what was asked."""
    asked = replace(cases.configuration.layer, input_size=trained.inputs.x.shape[-1])
    seen = subject.layout.canonical_weights(asked, trained.weights)
    for index, (cells, expected) in enumerate(zip(seen, due.weights, strict=True)):
        for direction, (cell, one) in enumerate(zip(cells, expected, strict=True)):
            yield from of_cell(f"{named(asked, index, direction)}{loss}", cell, one)


def of_cell(where: str, seen: CellWeights, due: WeightGradients[Rounded]) -> Iterator[Comparison]:
    """Those by every weight of a cell; where: which cell it is, in words."""
    for name, expected in due.named.items():
        observed, axes = seen.named[name][..., : expected.shape[-1]], WEIGHT_AXES[name]
        apart = by_gate if "gate" in axes else np.asarray
        yield within(f"gradient by {name}{where}", apart(observed), expected.moved(apart), axes)


def by_gate(a: Array) -> Array:
    """(N, 4H, ...) -> (N, 4, H, ...)."""
    return a.reshape(len(a), 4, -1, *a.shape[2:])


def named(layer: Layer, index: int, direction: int) -> str:
    """Which of several cells, in words; nothing where there is one."""
    of = f" of layer {index}" if layer.num_layers > 1 else ""
    return of + (f" {('forwards', 'backwards')[direction]}" if layer.bidirectional else "")


def all_of(subject: Subject, cases: Cases, trained: Trained, loss: str = "") -> Examined:
    """Every gradient, within the bound of the equations that follow their own numbers."""
    due = gradients(subject, cases, trained)
    yield from of_inputs(trained, due, loss)
    yield from of_weights(subject, cases, trained, due, loss)


def of_loss(subject: Subject, cases: Cases, into: str = "", loss: str = "") -> Examined:
    """Every gradient of a loss; into: what it depends on, as in `cotangents`; loss: the same in words."""
    if is_long(cases.configuration):
        yield from step_by_step(subject, cases, into, loss)
    else:
        yield from all_of(subject, cases, subject.gradients(cases, into=into), loss)


def is_long(configuration: Configuration) -> bool:
    """Whether the bound of the whole way back may hold nothing; then it can be followed step by step instead."""
    return shown(configuration) and configuration.time > LONGEST_UNSEEN


def step_by_step(subject: Subject, cases: Cases, into: str = "", loss: str = "") -> Examined:
    """The gradients of all pre-activations, and everything that follows from those that were seen."""
    trained = subject.gradients(showing(cases), into=into)
    z = shown_by(trained, cases)
    due = gradients(subject, cases, trained, z)
    yield of_pre_activations(cases, z, due, loss)
    yield from of_inputs(trained, due, loss)
    yield from of_weights(subject, cases, trained, due, loss)


def of_pre_activations(cases: Cases, z: Array, due: Due, loss: str = "") -> Comparison:
    """Those by z (T, N, B, D 4H), as seen."""
    size, directions = cases.configuration.layer.hidden_size, cases.configuration.layer.directions

    def apart(a: Array) -> Array:
        return a.reshape(*a.shape[:-1], directions, 4, size)

    return within(f"gradient by z{loss}", apart(z), due.z.moved(apart), "step case row direction gate unit")


def several(subject: Subject, cases: Cases) -> list[Cases]:
    """Calls of one layer: one of fewer steps and rows between two of the same sizes, which have other numbers.

    Those are the numbers of other cases, of which nobody else asks: their cotangents are others, too.
    """
    other = draw(cases.configuration, [-1 - number for number in cases.numbers], biases=subject.layout.biases)
    smaller = cut(other, -(-cases.configuration.time // 2), -(-cases.configuration.batch // 2))
    calls = [cases, smaller, other]
    return [
        replace(call, weights=cases.weights, variation=f"{cases.key[0]}/call {index}")
        for index, call in enumerate(calls)
    ]
