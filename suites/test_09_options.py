"""Chapter 9: the options of a single layer."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layer import Layer
from lstm_conformance.suites.harness.judge.assertions import Examined, one_layer, whole
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("9.1", where=lambda c: one_layer(c) and not c.layer.bias)
def test_without_biases(subject: Subject, cases: Cases) -> Examined:
    """A layer without biases computes the equations without them."""
    yield from whole(subject, cases)


@rule("9.2", where=lambda c: one_layer(c) and c.layer.proj_size > 0)
def test_projections(subject: Subject, cases: Cases) -> Examined:
    """The projected output is what is put out and what is fed back."""
    yield from whole(subject, cases)


@rule("9.3", where=lambda c: one_layer(c) and c.layer.unroll)
def test_unrolled(subject: Subject, cases: Cases) -> Examined:
    """An unrolled layer computes the same equations."""
    yield from whole(subject, cases)


@rule("9.4", where=lambda c: one_layer(c) and _has_other_activations(c.layer))
def test_other_activations(subject: Subject, cases: Cases) -> Examined:
    """`recurrent_activation` acts on the gates, `activation` on the candidate and on the cell state."""
    yield from whole(subject, cases)


def _has_other_activations(layer: Layer) -> bool:
    return (layer.activation, layer.recurrent_activation) != (Layer.activation, Layer.recurrent_activation)
