"""Which layer some weights belong to, and the weights as canonical ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.reference.activations import activation
from lstm_conformance.reference.arrays.conventions import Conventions
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.reading import Arrays, Reading
from lstm_conformance.reference.bfloat16 import is_bfloat16, to_float32
from lstm_conformance.reference.cell import Cell, cell_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.inference import inferred
from lstm_conformance.reference.storage import representable
from lstm_conformance.reference.weights import Array, CellWeights, Weights


class Read(NamedTuple):
    """A layer, and its weights, canonical, with an axis of one case."""

    layer: Layer
    weights: Weights


def read(native: Arrays, conventions: Conventions, input_size: int | None = None) -> Read:
    """The layer that has these weights, and what they are; input_size: the width of x, if it is known.

    Raises BadInput for weights that no layer of the layout has.
    """
    second = _second_biases(native) if conventions.layout == "keras" else {}
    first = {name: a.reshape(-1)[: a.size // 2] if name in second else a for name, a in native.items()}
    layer = layer_of(first, conventions, input_size)
    weights = Reading(conventions.lays, layer, 1, 1).weights(first)
    if not second:
        return Read(layer, weights)
    names = [name for name in conventions.lays.weight_shapes(layer) if name.endswith("bias")]
    biases = iter([second.get(name) for name in names])
    return Read(layer, [[_with(w, next(biases)) for w in directions] for directions in weights])


def layer_of(native: Arrays, conventions: Conventions, input_size: int | None) -> Layer:
    """Sizes, layers and directions as the shapes say, everything else as the conventions say."""
    shapes = {name: a.shape for name, a in native.items()}
    layer = inferred(conventions.lays, shapes, input_size, conventions.merge_mode)
    return replace(
        layer,
        batch_first=conventions.rows_first,
        go_backwards=conventions.go_backwards,
        activation=conventions.activation,
        recurrent_activation=conventions.recurrent_activation,
        return_sequences=conventions.return_sequences,
        return_state=conventions.return_state,
        zero_output_for_mask=conventions.zero_output_for_mask,
        clip=conventions.clip,
        cell_clip=conventions.cell_clip,
        proj_clip=conventions.proj_clip,
        input_forget=layer.input_forget or conventions.input_forget,
    )


def cell(layer: Layer, conventions: Conventions, dtype: str) -> Cell:
    """What the layer computes in a dtype, forget bias and all. Raises BadInput for activations that nobody knows."""
    try:
        for name in (layer.activation, layer.recurrent_activation):
            activation(name)
    except ValueError as error:
        raise BadInput(f"{error}; name one of them") from error
    if conventions.accuracy not in {"N", "S", "X"}:
        raise BadInput(f"expected the class of accuracy N, S or X, came {conventions.accuracy!r}: N allows most")
    plain = cell_of(layer, conventions.accuracy, dtype, conventions.lays.coupled)
    return plain._replace(forget_bias=conventions.added)


def below(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The arrays whose names begin with the prefix, without it."""
    return {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}


def wide(a: Array) -> Array:
    """An array that NumPy can compute with."""
    return to_float32(a) if is_bfloat16(a) else a.astype(np.float32) if a.dtype.name == "bfloat16" else a


def exact(name: str, a: Array, dtype: str) -> Array:
    """The numbers as a layer of this dtype gets them. Raises BadInput unless all are finite."""
    with np.errstate(over="ignore"):
        numbers = representable(wide(a), dtype)
    if bad := int(np.sum(~np.isfinite(numbers))):
        raise BadInput(f"{name} holds NaN or infinity as {dtype} ({bad} of {a.size} numbers), expected finite numbers")
    return numbers


def _second_biases(weights: Arrays) -> Mapping[str, Array]:
    """The second half of every bias of 8H numbers: CuDNNLSTM has two in one, of which Keras' LSTM takes the sum."""
    biases = {}
    for name, a in weights.items():
        kernel = weights.get(name.removesuffix("bias") + "recurrent_kernel")
        if name.endswith("bias") and kernel is not None and a.size == 2 * kernel.shape[-1]:
            biases[name] = a.reshape(-1)[kernel.shape[-1] :]
    return biases


def _with(w: CellWeights, bias: Array | None) -> CellWeights:
    return w if bias is None else w._replace(biases=(*w.biases, bias[None]))
