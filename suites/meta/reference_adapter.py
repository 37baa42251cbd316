"""Two adapters that are right: the LSTM in plain NumPy, in the dtype under test, with all options of torch and Keras.

They share no line with `reference/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.implementations.adapter import Adapter, check_names_and_shapes

Array = NDArray[Any]
Function = Callable[[Array], Array]


def sigmoid(z: Array) -> Array:
    """The logistic function in the dtype of z; where exp overflows it is 0."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-z)))


ACTIVATIONS: Mapping[str, Function] = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "hard_sigmoid": lambda z: np.clip(z / 6 + z.dtype.type(0.5), 0, 1),
    "relu": lambda z: np.maximum(z, 0),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "linear": lambda z: z,
}


class Cell(NamedTuple):
    """One layer in one direction: kernel (I, 4H), recurrent (P, 4H), bias (4H), projection (H, P); gates i, f, g, o."""

    kernel: Array
    recurrent: Array
    bias: Array
    projection: Array | None = None
    gate: Function = sigmoid
    activation: Function = np.tanh

    def run(self, x: Array, h: Array, c: Array) -> tuple[Array, Array, Array]:
        """Outputs (T, B, P) and the last h (B, P) and c (B, H), from x (T, B, I) and the first ones."""
        outputs = []
        for x_t in x:
            i, f, g, o = np.split(x_t @ self.kernel + h @ self.recurrent + self.bias, 4, axis=-1)
            c = self.gate(f) * c + self.gate(i) * self.activation(g)
            h = self.gate(o) * self.activation(c)
            h = h if self.projection is None else h @ self.projection
            outputs.append(h)
        return np.stack(outputs), h, c


class Built:
    """A layer: how it is described, and its weights."""

    def __init__(self, layer: Any, shapes: Mapping[str, tuple[int, ...]], dtype: str) -> None:
        self.layer = layer
        self.weights: dict[str, Array] = {name: np.zeros(shape, dtype) for name, shape in shapes.items()}


class InNumpy(Adapter):
    """What both layouts have in common: weights that are kept in a dict."""

    packages = ("numpy",)

    def load(self, built: Built, weights: Mapping[str, Array]) -> None:
        """Copy the weights, of the right names and shapes, into the layer."""
        check_names_and_shapes({name: array.shape for name, array in built.weights.items()}, weights)
        for name, array in built.weights.items():
            array[...] = weights[name]

    def weights(self, built: Built) -> dict[str, Array]:
        """The weights, copied."""
        return {name: array.copy() for name, array in built.weights.items()}


class ReferenceLSTM(InNumpy):
    """In torch's layout, with all that torch's layer claims."""

    name = "reference_adapter.ReferenceLSTM"
    layout = "torch"
    claims: tuple[str, ...] = (
        "layers",
        "bidirectional",
        "no_bias",
        "projection",
        "batch_first",
        "unbatched",
        "initial_state",
    )

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """A layer whose weights are zero; the one path is eager execution."""
        del path
        shapes: dict[str, tuple[int, ...]] = {}
        rows, width = 4 * layer.hidden_size, layer.proj_size or layer.hidden_size
        for index, suffix in _cells(layer):
            columns = (2 if layer.bidirectional else 1) * width if index else layer.input_size
            shapes[f"weight_ih{suffix}"] = (rows, columns)
            shapes[f"weight_hh{suffix}"] = (rows, width)
            shapes |= {f"{bias}{suffix}": (rows,) for bias in ("bias_ih", "bias_hh") if layer.bias}
            shapes |= {f"weight_hr{suffix}": (width, layer.hidden_size)} if layer.proj_size else {}
        return Built(layer, shapes, dtype)

    def call(self, built: Built, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """Output, h_n, c_n."""
        layer, unbatched = built.layer, x.ndim == 2
        if unbatched:
            x, states = x[:, None], None if states is None else (states[0][:, None], states[1][:, None])
        elif layer.batch_first:
            x = x.swapaxes(0, 1)
        y, h_n, c_n = _stack(built, x, states or _zeros(built, x))
        if unbatched:
            return [y[:, 0], h_n[:, 0], c_n[:, 0]]
        return [y.swapaxes(0, 1) if layer.batch_first else y, h_n, c_n]


class ReferenceKerasLSTM(InNumpy):
    """In Keras' layout, with all that Keras' layer claims."""

    name = "reference_adapter.ReferenceKerasLSTM"
    layout = "keras"
    claims: tuple[str, ...] = (
        "layers",
        "no_bias",
        "initial_state",
        "return_sequences",
        "return_state",
        "go_backwards",
        "unroll",
        "activations",
    )

    def build(self, layer: Any, dtype: str, path: str) -> Built:
        """Layers whose weights are zero; whether they are unrolled makes no difference here."""
        del path
        shapes: dict[str, tuple[int, ...]] = {}
        columns = 4 * layer.hidden_size
        for index, prefix in _layers(layer):
            shapes[f"{prefix}kernel"] = (layer.hidden_size if index else layer.input_size, columns)
            shapes[f"{prefix}recurrent_kernel"] = (layer.hidden_size, columns)
            shapes |= {f"{prefix}bias": (columns,)} if layer.bias else {}
        return Built(layer, shapes, dtype)

    def call(self, built: Built, x: Array, states: tuple[Array, Array] | None) -> list[Array]:
        """The output and, if asked for, h and c of every layer; x is (B, T, I)."""
        layer, weights, final_states = built.layer, built.weights, []
        zeros = np.zeros((layer.num_layers, len(x), layer.hidden_size), x.dtype)
        h_0, c_0 = states or (zeros, zeros)
        x = x.swapaxes(0, 1)
        for index, prefix in _layers(layer):
            cell = Cell(
                weights[f"{prefix}kernel"],
                weights[f"{prefix}recurrent_kernel"],
                weights.get(f"{prefix}bias", np.zeros(4 * layer.hidden_size, x.dtype)),
                gate=ACTIVATIONS[layer.recurrent_activation],
                activation=ACTIVATIONS[layer.activation],
            )
            x, h, c = cell.run(x[::-1] if layer.go_backwards else x, h_0[index], c_0[index])
            final_states += [h, c]
        y = x.swapaxes(0, 1) if layer.return_sequences else x[-1]
        return [y, *final_states] if layer.return_state else [y]


def _cells(layer: Any) -> list[tuple[int, str]]:
    """The index of the layer, and the end of the names of its weights: forwards and backwards in each layer."""
    ends = ["", "_reverse"] if layer.bidirectional else [""]
    return [(index, f"_l{index}{end}") for index in range(layer.num_layers) for end in ends]


def _layers(layer: Any) -> list[tuple[int, str]]:
    """The index of the layer, and the beginning of the names of its weights."""
    return [(index, f"layer_{index}/" if layer.num_layers > 1 else "") for index in range(layer.num_layers)]


def _zeros(built: Built, x: Array) -> tuple[Array, Array]:
    layer = built.layer
    first = (len(_cells(layer)), x.shape[1])
    width = layer.proj_size or layer.hidden_size
    return np.zeros((*first, width), x.dtype), np.zeros((*first, layer.hidden_size), x.dtype)


def _stack(built: Built, x: Array, states: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    """Output (T, B, D P), h_n and c_n (L D, B, ·): every layer reads the outputs of the one below."""
    h_n, c_n, outputs = [], [], []
    for k, (_, suffix) in enumerate(_cells(built.layer)):
        backwards = suffix.endswith("_reverse")
        y, h, c = _cell(built, suffix).run(x[::-1] if backwards else x, states[0][k], states[1][k])
        outputs.append(y[::-1] if backwards else y)
        h_n.append(h)
        c_n.append(c)
        if backwards or not built.layer.bidirectional:
            x, outputs = np.concatenate(outputs, -1), []
    return x, np.stack(h_n), np.stack(c_n)


def _cell(built: Built, suffix: str) -> Cell:
    weights = built.weights
    zero = np.zeros(4 * built.layer.hidden_size, weights[f"weight_ih{suffix}"].dtype)
    projection = weights.get(f"weight_hr{suffix}")
    return Cell(
        weights[f"weight_ih{suffix}"].T,
        weights[f"weight_hh{suffix}"].T,
        weights.get(f"bias_ih{suffix}", zero) + weights.get(f"bias_hh{suffix}", zero),
        None if projection is None else projection.T,
    )
