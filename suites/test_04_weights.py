"""Chapter 4: weights go in and come out."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.comparison import same
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject


@rule("4.1")
def test_weights_are_kept_as_they_are(subject: Subject, cases: Cases) -> Examined:
    """Weights come out of the layer as they were put in, also by way of the canonical form."""
    layer, layout = cases.configuration.layer, subject.layout
    copied_out = subject.observe(cases).weights
    put_in = layout.native_weights(layer, cases.weights)
    put_back = layout.native_weights(layer, layout.canonical_weights(layer, copied_out))
    for name, weight in put_in.items():
        axes = " ".join(["case", "row", "column"][: weight.ndim])
        yield same(name, copied_out[name], weight, axes)
        yield same(f"{name} put back", put_back[name], weight, axes)
