"""`lstm_conformance.convert` between all layouts, judged by running the frameworks of the targets themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lstm_conformance import convert
from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.client import Hello, Hosted
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reference.weights import Array
from lstm_conformance.suites.harness.judge.subject import Subject, canonical_outputs, numbered
from lstm_conformance.suites.meta.needing import param
from lstm_conformance.suites.meta.test_convert import KINDS, PAIRS, arrays, run

OTHERS = {"plain", "no bias"}
RUN = {
    "torch.nn.LSTM": {*KINDS} - {"peepholes"},
    "keras.layers.LSTM": OTHERS,
    "keras.layers.Bidirectional": {"two directions"},
    "keras.Model": {"a stack", "a stack in two directions"},
    "tf_keras.layers.LSTM": OTHERS,
    "onnx.reference.LSTM": {*OTHERS, "two directions", "peepholes"},
    "onnxruntime.LSTM": {*OTHERS, "two directions", "peepholes"},
    "tf.compat.v1.nn.rnn_cell.LSTMCell": {"plain", "a projection", "peepholes"},
    "tf.raw_ops.BlockLSTM": {"plain", "peepholes"},
    "tf.raw_ops.BlockLSTMV2": {"plain", "peepholes"},
    "openvino.LSTMSequence": {"plain", "two directions"},
    "flax.linen.LSTMCell": {"plain"},
    "flax.nnx.LSTMCell": {"plain"},
    "flax.nnx.OptimizedLSTMCell": {"plain"},
    "haiku.LSTM": {"plain"},
    "equinox.nn.LSTMCell": OTHERS,
    "sonnet.LSTM": {"plain"},
    "brevitas.nn.QuantLSTM": {*OTHERS, "two directions"},
    "mlx.nn.LSTM": OTHERS,
    "dynet.VanillaLSTMBuilder": {"plain"},
    "nnabla.parametric_functions.lstm": {*KINDS} - {"a projection", "peepholes"},
}
"""What is built of converted weights. The layout `gates` is that of nobody's framework."""


def target_of(cases: Cases, kind: str, hello: Hello) -> Configuration:
    """The layer that converted weights are for, as it is built by default; biases are zeros where it must have some."""
    layer = cases.configuration.layer
    bias = layer.bias or hello.layout not in KINDS[kind][1]
    made = replace(layer, bias=bias, forget_bias=hello.promised.forget_bias)
    return replace(cases.configuration, layer=made, initial_state=False)


def ran(subject: Subject, configuration: Configuration, weights: dict[str, Array], cases: Cases) -> Array:
    """y (T, B, D P) of the framework itself."""
    inputs = subject.layout.native_inputs(configuration.layer, cases.inputs._replace(h_0=None, c_0=None))
    given = {"x": np.ascontiguousarray(inputs.x[:1])} | {f"weights/{name}": a[None] for name, a in weights.items()}
    _, answer = subject.implementation.request("run", subject.fields(configuration) | {"cases": 1}, given, 120.0)
    return canonical_outputs(subject.layout, configuration, numbered(answer, "output/")).y[:, 0]


@pytest.mark.deep
@pytest.mark.parametrize("name", [param(name) for name in RUN])
def test_a_framework_computes_the_same_of_converted_weights(name: str) -> None:
    """From every layout that has such a layer, within the bound of the layer that the weights are of."""
    with Hosted(IMPLEMENTATIONS[name].spec) as host:
        hello = host.hello()
        offer = hello.offers[0]
        subject, dtype = Subject(host, hello, offer.path), offer.dtypes[0]
        asked = [(kind, source) for kind, source, target in PAIRS if target == hello.layout and kind in RUN[name]]
        for kind, source in asked:
            cases, weights = arrays(kind, source, dtype)
            due, error = run(source, weights, cases, dtype)
            found, _ = convert(weights, source, hello.layout)
            seen = ran(subject, target_of(cases, kind, hello), found, cases)
            assert (np.abs(seen - due) <= error).all(), (kind, source)

    assert {kind for kind, _ in asked} == RUN[name]
