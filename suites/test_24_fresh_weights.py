"""Chapter 24: what the weights of a layer are that nobody has given any (`reference/contracts/initial.py`)."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.comparison import Statement
from lstm_conformance.suites.harness.judge.fresh import as_documented, built, repeated
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("24.1", kinds=("fresh",))
def test_fresh_weights_are_as_documented(subject: Subject, cases: Cases) -> Examined:
    """Weights are drawn from the documented distribution, and are the documented constants."""
    layers = built(subject, cases.configuration, cases.numbers[0]).layers
    yield from as_documented(layers, cases.configuration.dtype)


@rule("24.2", kinds=("fresh",))
def test_nothing_begins_like_another(subject: Subject, cases: Cases) -> Examined:
    """No gate, direction or layer begins with the numbers of another one, nor does one that is built behind it."""
    yield Statement("weights", repeated(built(subject, cases.configuration, cases.numbers[0]).layers))


@rule("24.3", kinds=("fresh",))
def test_a_seed_says_what_a_layer_begins_with(subject: Subject, cases: Cases) -> Examined:
    """Two layers that are built with one seed have the same weights."""
    found = built(subject, cases.configuration, cases.numbers[0])
    for name, weight in found.first.items():
        alike = (weight == found.again[name]).all()
        yield Statement(name, None if alike else "differs from that of another layer with the same seed")
