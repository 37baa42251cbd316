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


@rule("9.5", where=lambda c: one_layer(c) and c.layer.use_peepholes)
def test_peepholes(subject: Subject, cases: Cases) -> Examined:
    """i and f see the cell state before the step, o the one after it."""
    yield from whole(subject, cases)


@rule("9.6", where=lambda c: one_layer(c) and _has_limits(c.layer))
def test_limits(subject: Subject, cases: Cases) -> Examined:
    """What is limited is limited from both sides, and before it is read."""
    yield from whole(subject, cases)


@rule("9.7", where=lambda c: one_layer(c) and c.layer.input_forget)
def test_coupled_gates(subject: Subject, cases: Cases) -> Examined:
    """The forget gate is 1 minus the input gate."""
    yield from whole(subject, cases)


@rule("9.8", where=lambda c: one_layer(c) and c.layer.forget_bias != 0)
def test_a_forget_bias_at_run_time(subject: Subject, cases: Cases) -> Examined:
    """It is added to the pre-activation of the forget gate in every step, once."""
    yield from whole(subject, cases)


def _has_other_activations(layer: Layer) -> bool:
    return (layer.activation, layer.recurrent_activation) != (Layer.activation, Layer.recurrent_activation)


def _has_limits(layer: Layer) -> bool:
    return bool(layer.clip or layer.cell_clip or layer.proj_clip)
