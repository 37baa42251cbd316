"""A call of a right LSTM in float32, and what people do to its numbers, as evidence for the diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.diagnosis import Evidence
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Outputs, lstm
from lstm_conformance.reference.merging import last
from lstm_conformance.reference.mutants.base import Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights, Weights

STREAM = np.random.RandomState
Change = Callable[[Array], Array]


def in_float32(a: ArrayLike) -> Array:
    """The numbers of float32, in which the reference computes on."""
    return np.asarray(a, np.float32).astype(np.float64)


def drawn(layer: Layer, seed: int = 0, scale: float = 1.0) -> Weights:
    """Weights as torch draws them, within ±1/√H, times a scale."""
    stream, reach, rows = STREAM(seed), scale / np.sqrt(layer.hidden_size), 4 * layer.hidden_size

    def numbers(*shape: int) -> Array:
        return in_float32(stream.uniform(-reach, reach, (1, *shape)))

    def cell(size: int) -> CellWeights:
        return CellWeights(numbers(rows, size), numbers(rows, layer.hidden_size), (numbers(rows), numbers(rows)))

    return [[cell(layer.input_size_of(k)) for _ in range(layer.directions)] for k in range(layer.num_layers)]


def x_of(layer: Layer, steps: int = 7, rows: int = 3, seed: int = 0) -> Array:
    """An input (T, 1, B, I)."""
    return in_float32(STREAM(seed + 1).standard_normal((steps, 1, rows, layer.input_size)))


def y_of(layer: Layer, weights: Weights, x: Array) -> Array:
    """What a right LSTM returns in float32, from zero states."""
    zeros = np.zeros((layer.num_layers, layer.directions, 1, x.shape[-2], layer.hidden_size))
    return in_float32(lstm(Cell(), weights, x, zeros, zeros).y)


def evidence(layer: Layer, weights: Weights, x: Array, y: Array) -> Evidence:
    """What the file holds: y of all steps, or of one."""
    nothing = np.zeros((0, layer.directions, 1, x.shape[-2], layer.hidden_size))
    return Evidence(
        layer=layer,
        cell=Cell(),
        arithmetic=arithmetic_of("float32"),
        weights=weights,
        call=Call(x),
        outputs=Outputs(y, nothing, nothing),
    )


def changed(weights: Weights, kernels: Change, biases: Change | None = None) -> Weights:
    """Every cell with other arrays."""

    def cell(w: CellWeights) -> CellWeights:
        kept = w.biases if biases is None else tuple(map(biases, w.biases))
        return CellWeights(kernels(w.kernel), kernels(w.recurrent_kernel), kept)

    return [[cell(w) for w in directions] for directions in weights]


PLAIN = Layer(input_size=6, hidden_size=8)


def plain() -> Evidence:
    """A call of a right layer with 8 units."""
    return shown(PLAIN)


def shown(layer: Layer, steps: int = 7, rows: int = 3) -> Evidence:
    """A call of a right layer, of which everything is shown."""
    weights, x = drawn(layer), x_of(layer, steps, rows)
    return evidence(layer, weights, x, y_of(layer, weights, x))


def with_y(seen: Evidence, change: Change) -> Evidence:
    """The same with other outputs."""
    return replace(seen, outputs=seen.outputs._replace(y=in_float32(change(seen.outputs.y))))


def of_weights(seen: Evidence, weights: Weights) -> Evidence:
    """The outputs of a layer that has other weights than the file holds."""
    return with_y(seen, lambda _: y_of(seen.layer, weights, seen.call.x))


def last_alone(seen: Evidence) -> Evidence:
    """The same with the last output alone."""
    return replace(seen, outputs=seen.outputs._replace(y=last(seen.outputs.y, seen.layer.directions)))
