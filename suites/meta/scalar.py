"""The LSTM once more, number by number: Python floats, `math`, and the equations of SPEC.md.

Slow and naive on purpose. It shares no line with `reference/lstm.py`, and no arithmetic of NumPy: one row of one case
at a time, in lists.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

Vector = list[float]
Matrix = list[Vector]
Function = Callable[[float], float]


def sigmoid(z: float) -> float:
    """1 / (1 + exp(-z)), in the form that cannot overflow."""
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


FUNCTIONS: dict[str, Function] = {
    "sigmoid": sigmoid,
    "tanh": math.tanh,
    "hard_sigmoid": lambda z: min(max(z / 6 + 0.5, 0.0), 1.0),
    "relu": lambda z: z if z > 0 else 0.0,
    "softsign": lambda z: z / (1 + abs(z)),
    "linear": lambda z: z,
}


class Cell(NamedTuple):
    """Weights of one layer in one direction, and its two activations."""

    kernel: Matrix
    recurrent_kernel: Matrix
    biases: list[Vector]
    projection: Matrix | None
    gate: Function
    other: Function


class Row(NamedTuple):
    """Outputs of every layer (L, T, D P), final states (L, D, P) and (L, D, H) of one row of one case."""

    ys: list[Matrix]
    h_n: list[Matrix]
    c_n: list[Matrix]


def stack(layers: list[list[Cell]], x: Matrix, h_0: list[Matrix], c_0: list[Matrix], length: int) -> Row:
    """Layers on layers, for one row: x (T, I), h_0 (L, D, P), c_0 (L, D, H), of which `length` steps count."""
    row = Row([], [], [])
    for cells, h_first, c_first in zip(layers, h_0, c_0, strict=True):
        ends = [
            _sequence(cell, x, h, c, reversed(range(length)) if backwards else range(length))
            for backwards, (cell, h, c) in enumerate(zip(cells, h_first, c_first, strict=True))
        ]
        x = [[number for y, _, _ in ends for number in y[t]] for t in range(len(x))]
        row.ys.append(x)
        row.h_n.append([h for _, h, _ in ends])
        row.c_n.append([c for _, _, c in ends])
    return row


def _sequence(cell: Cell, x: Matrix, h: Vector, c: Vector, steps: Iterable[int]) -> tuple[Matrix, Vector, Vector]:
    """Outputs at every step (zero where no step is made), and the last h and c."""
    y = [[0.0] * len(h) for _ in x]
    for t in steps:
        h, c = _step(cell, x[t], h, c)
        y[t] = h
    return y, h, c


def _step(cell: Cell, x: Vector, h: Vector, c: Vector) -> tuple[Vector, Vector]:
    """The six equations."""
    size = len(c)
    z = [_pre_activation(cell, row, x, h) for row in range(4 * size)]
    new_c, emitted = [], []
    for unit in range(size):
        i = cell.gate(z[unit])
        f = cell.gate(z[size + unit])
        g = cell.other(z[2 * size + unit])
        o = cell.gate(z[3 * size + unit])
        new_c.append(f * c[unit] + i * g)
        emitted.append(o * cell.other(new_c[unit]))
    if cell.projection is not None:
        emitted = [_dot(weights, emitted) for weights in cell.projection]
    return emitted, new_c


def _pre_activation(cell: Cell, row: int, x: Vector, h: Vector) -> float:
    total = _dot(cell.kernel[row], x) + _dot(cell.recurrent_kernel[row], h)
    for bias in cell.biases:
        total += bias[row]
    return total


def _dot(weights: Vector, numbers: Vector) -> float:
    total = 0.0
    for weight, number in zip(weights, numbers, strict=True):
        total += weight * number
    return total
