"""Which LSTM: what its equations leave open, and what frameworks let their users choose."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.layer import Layer

Coupled = Literal["", "i", "f"]
"""The gate that is not computed, if there is one: it is 1 minus the other one of i and f."""

OTHER: Mapping[Coupled, Coupled] = MappingProxyType({"i": "f", "f": "i"})
"""The gate that is computed, by the one that is 1 minus it."""


class Cell(NamedTuple):
    """The options of the equations; the defaults are those of torch.nn.LSTM and keras.layers.LSTM.

    gate, candidate, output: the activations of i, f and o; of g; of the cell state on its way out.
    clip: the pre-activations of all four are limited to [-clip, clip]; ONNX calls it so.
    cell_clip, projection_clip: limits of c_t, before o and h_t read it, and of h_t behind a projection, as in
    tf.compat.v1.nn.rnn_cell.LSTMCell.
    coupled: the gate that is not computed: "f" is 1 - i, as in onnxruntime with `input_forget`, "i" is 1 - f.
    forget_bias: what is added to the pre-activation of f in every step, besides the biases, as in TensorFlow 1.

    Sources: https://onnx.ai/onnx/operators/onnx__LSTM.html,
    https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/LSTMCell,
    Greff et al., "LSTM: A Search Space Odyssey" (2017), for coupled gates.
    """

    gate: Activation = activation("sigmoid")
    candidate: Activation = activation("tanh")
    output: Activation = activation("tanh")
    clip: float | None = None
    cell_clip: float | None = None
    projection_clip: float | None = None
    coupled: Coupled = ""
    forget_bias: float = 0.0


def cell_of(layer: Layer, accuracy: str = "N", dtype: str = "float32", coupled: Coupled = "") -> Cell:
    """The cell of a layer, as an implementation of this class of accuracy computes it in this dtype.

    coupled: the gate for which its layout has no weights, whatever the layer is told.
    """
    gate, other = (activation(name, accuracy, dtype) for name in (layer.recurrent_activation, layer.activation))
    return Cell(
        gate,
        other,
        other,
        clip=layer.clip or None,
        cell_clip=layer.cell_clip or None,
        projection_clip=layer.proj_clip or None,
        coupled=coupled or ("f" if layer.input_forget else ""),
        forget_bias=layer.forget_bias,
    )
