"""What is measured: layers of four sizes in float64, with the numbers that the suite draws for them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.implementations.torch.lstm import TorchLSTM
from lstm_conformance.reference.activations import logistic
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import Weights
from lstm_conformance.suites.meta.onnx_node import evaluator, feeds_of


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
        [[cell.at(0) for cell in directions] for directions in cases.weights],
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
    described = configuration(*case.size[:4], num_layers=case.size.num_layers, dtype=dtype).described
    built = adapter.build(SimpleNamespace(**described), dtype, "eager")
    adapter.load(built, case.native)
    x, h_0, c_0 = (adapter.tensor(a) for a in (case.x, case.h_0[:, 0].copy(), case.c_0[:, 0].copy()))

    def call() -> Array:
        with torch.no_grad():
            output: Array = built.module(x, (h_0, c_0))[0].numpy()
            return output

    return call


def onnx_layer(case: Drawn) -> Callable[[], Array]:
    """One LSTM node for each layer, run by the reference evaluator of ONNX."""
    below, calls = case.x, []
    for cells, h_0, c_0 in zip(case.weights, case.h_0, case.c_0, strict=True):
        feeds = feeds_of(cells, below, h_0, c_0)
        calls.append((evaluator(feeds, case.size.hidden_size), feeds))
        below = np.zeros((case.size.time, case.size.batch, case.size.hidden_size))

    def call() -> Array:
        x = case.x
        for node, feeds in calls:
            x = node({**feeds, "X": x})[0][:, 0]
        return x

    return call
