"""Chapter 7: forwards and backwards."""

from __future__ import annotations

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.assertions import Examined, legal, one_layer, whole
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("7.1", where=lambda c: one_layer(c) and c.layer.bidirectional)
def test_both_directions(subject: Subject, cases: Cases) -> Examined:
    """The first half of every output is the forward layer's, the second half the backward layer's."""
    yield from whole(subject, cases)


@rule("7.2", where=lambda c: one_layer(c) and c.layer.go_backwards)
def test_backwards(subject: Subject, cases: Cases) -> Examined:
    """The layer reads its input from the end, and returns the outputs in that order."""
    yield from whole(subject, cases)


@rule("7.3", where=lambda c: one_layer(c) and c.layer.bidirectional)
def test_reversed_input_exchanged_directions(subject: Subject, cases: Cases) -> Examined:
    """Reversing time and exchanging the directions reverses the outputs and exchanges their halves."""
    exchanged = [directions[::-1] for directions in cases.weights]
    inputs = cases.inputs.each(lambda a: a[:, ::-1])._replace(x=cases.inputs.x[::-1])
    outputs = subject.run(cases.varied("reversed", weights=exchanged, inputs=inputs)).outputs
    y = _halves_exchanged(outputs.y[::-1])
    yield from legal(subject, cases, Outputs(y, outputs.h_n[:, ::-1], outputs.c_n[:, ::-1]))


def _halves_exchanged(y: Array) -> Array:
    half = y.shape[-1] // 2
    return np.concatenate([y[..., half:], y[..., :half]], -1)
