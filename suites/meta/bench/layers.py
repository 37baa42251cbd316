"""What is measured: layers of four sizes in float64, with the numbers that the suite draws for them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases import draw
from lstm_conformance.fixtures.implementations.torch_nn_lstm import TorchLSTM
from lstm_conformance.fixtures.tiers import configuration
from lstm_conformance.reference.activations import logistic
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights, Weights


class Size(NamedTuple):
    """Steps, rows, width of the input, hidden size, layers."""

    time: int
    batch: int
    input_size: int
    hidden_size: int
    num_layers: int

    def __str__(self) -> str:
        layers = f" L{self.num_layers}" if self.num_layers > 1 else ""
        return f"T{self.time} B{self.batch} I{self.input_size} H{self.hidden_size}{layers}"


SIZES = (Size(5, 3, 10, 20, 2), Size(100, 32, 128, 128, 1), Size(100, 1, 300, 128, 1), Size(200, 64, 512, 512, 1))


class Drawn(NamedTuple):
    """One case: canonical weights, x (T, B, I), h_0 and c_0 (L, 1, B, H); torch's weights by name."""

    size: Size
    weights: Weights
    x: Array
    h_0: Array
    c_0: Array
    native: dict[str, Array]

    @property
    def layer(self) -> Layer:
        """How the layer is constructed."""
        size = self.size
        return Layer(input_size=size.input_size, hidden_size=size.hidden_size, num_layers=size.num_layers)


def drawn(size: Size, dtype: str) -> Drawn:
    """The first case of this size."""
    t, b, i, h, layers = size
    cases = draw(configuration(t, b, i, h, num_layers=layers, dtype=dtype), (0,), biases=2)
    native = LAYOUTS["torch"].native_weights(cases.configuration.layer, cases.weights)
    h_0, c_0 = cases.states
    return Drawn(
        size,
        [[_alone(cell) for cell in directions] for directions in cases.weights],
        cases.inputs.x[:, 0],
        h_0[:, :, 0],
        c_0[:, :, 0],
        {name: array[0].copy() for name, array in native.items()},
    )


def floor(case: Drawn) -> None:
    """The least that a layer takes: its matrix products (x W once for all steps, h U step by step), its activations."""
    steps, rows, size = case.size.time, case.size.batch, case.size.hidden_size
    below = case.x
    for (cell,) in case.weights:
        z = below.reshape(steps * rows, -1) @ cell.kernel.T
        for part in z.reshape(steps, rows, 4 * size):
            case.h_0[0, 0] @ cell.recurrent_kernel.T
            logistic(part[:, :size])
            logistic(part[:, size : 2 * size])
            np.tanh(part[:, 2 * size : 3 * size])
            logistic(part[:, 3 * size :])
            np.tanh(part[:, :size])
        below = np.zeros((steps, rows, size))


def torch_layer(case: Drawn, dtype: str) -> Callable[[], Array]:
    """`torch.nn.LSTM`, loaded and ready to be called."""
    adapter, torch = TorchLSTM(), importlib.import_module("torch")
    built = adapter.build(case.layer, dtype, "eager")
    adapter.load(built, case.native)
    x, h_0, c_0 = (adapter.tensor(a) for a in (case.x, case.h_0[:, 0].copy(), case.c_0[:, 0].copy()))

    def call() -> Array:
        with torch.no_grad():
            output: Array = built.module(x, (h_0, c_0))[0].numpy()
            return output

    return call


def onnx_layer(case: Drawn) -> Callable[[], Array] | None:
    """One LSTM node for each layer, run by `onnx.reference.ReferenceEvaluator`; None where onnx is not installed."""
    if importlib.util.find_spec("onnx") is None:
        return None
    evaluator, below = importlib.import_module("onnx.reference").ReferenceEvaluator, case.x
    calls: list[tuple[Any, dict[str, Array]]] = []
    for index, (cell,) in enumerate(case.weights):
        feeds = _onnx_feeds(cell, below, case.h_0[index], case.c_0[index])
        calls.append((evaluator(_onnx_model(feeds, case.size.hidden_size)), feeds))
        below = np.zeros((case.size.time, case.size.batch, case.size.hidden_size))

    def call() -> Array:
        x = case.x
        for session, feeds in calls:
            x = session.run(None, {**feeds, "X": x})[0][:, 0]
        return x

    return call


def _alone(cell: CellWeights) -> CellWeights:
    """The weights of the first case."""
    return CellWeights(cell.kernel[0], cell.recurrent_kernel[0], tuple(bias[0] for bias in cell.biases))


def _onnx_feeds(cell: CellWeights, x: Array, h_0: Array, c_0: Array) -> dict[str, Array]:
    """The inputs of the operator LSTM, whose gates are i, o, f, c: https://onnx.ai/onnx/operators/onnx__LSTM.html."""

    def ordered(a: Array) -> Array:
        i, f, g, o = np.split(a, 4)
        return np.concatenate([i, o, f, g])[None]

    bias = np.concatenate([ordered(each) for each in cell.biases], -1)
    return {
        "X": x,
        "W": ordered(cell.kernel),
        "R": ordered(cell.recurrent_kernel),
        "B": bias,
        "initial_h": h_0,
        "initial_c": c_0,
    }


def _onnx_model(feeds: dict[str, Array], hidden_size: int) -> Any:
    helper, double = importlib.import_module("onnx.helper"), importlib.import_module("onnx").TensorProto.DOUBLE
    names = ["X", "W", "R", "B", "", "initial_h", "initial_c"]
    node = helper.make_node("LSTM", names, ["Y", "Y_h", "Y_c"], hidden_size=hidden_size)
    inputs = [helper.make_tensor_value_info(name, double, list(a.shape)) for name, a in feeds.items()]
    output = helper.make_tensor_value_info("Y", double, None)
    return helper.make_model(helper.make_graph([node], "lstm", inputs, [output]))
