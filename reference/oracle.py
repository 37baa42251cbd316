"""A second oracle: the equations of SPEC.md one scalar at a time, with 60 decimal digits.

It is written from SPEC.md alone, and shares nothing with `lstm.py` but the carriers of the weights. It is slow, and
its results are exact for everybody who computes in float64.

    i = σ(W_i x_t + U_i h_{t-1} + b_i)      c_t = f ⊙ c_{t-1} + i ⊙ g
    f = σ(W_f x_t + U_f h_{t-1} + b_f)      h_t = o ⊙ tanh(c_t), or W_hr (o ⊙ tanh(c_t)) with a projection
    g = tanh(W_g x_t + U_g h_{t-1} + b_g)
    o = σ(W_o x_t + U_o h_{t-1} + b_o)

With peepholes i and f see p c_{t-1} as well, and o sees p c_t. Limits, coupled gates and a forget bias at run time are
those of the chapter "Other cells".

Only the steps that count are read: a backward direction starts at the last of them, the final states are those after
the last step that was read, and the outputs of the other steps are zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from mpmath import MPContext, mpf  # type: ignore[import-untyped]
from numpy.typing import NDArray

from lstm_conformance.reference.weights import GATES, Array, CellWeights, Weights

real = MPContext()
real.dps = 60

Vector = list[mpf]
Matrix = list[Vector]
Exact = NDArray[np.object_]
Mask = NDArray[np.bool_]
Steps = Sequence[Sequence[int]]
"""Of every row, those that count."""

Carrier = Array | Exact
"""Arrays of floats or of mpmath's numbers: they carry numbers in and out, and compute nothing."""

Function = Callable[[mpf], mpf]

ACTIVATIONS: dict[str, Function] = {
    "sigmoid": lambda z: 1 / (1 + real.exp(-z)),
    "tanh": real.tanh,
    "hard_sigmoid": lambda z: min(max(z / 6 + real.mpf(1) / 2, 0), 1),
    "relu": lambda z: max(z, 0),
    "softsign": lambda z: z / (1 + abs(z)),
    "linear": lambda z: z,
}


PARAMETRIC: dict[str, Callable[..., Function]] = {
    "affine": lambda a, b: lambda z: a * z + b,
    "elu": lambda a: lambda z: z if z >= 0 else a * (real.exp(z) - 1),
    "hard_sigmoid": lambda a, b: lambda z: min(max(a * z + b, 0), 1),
    "leaky_relu": lambda a: lambda z: z if z >= 0 else a * z,
    "scaled_tanh": lambda a, b: lambda z: a * real.tanh(b * z),
    "softplus": lambda: lambda z: real.log(1 + real.exp(z)),
    "thresholded_relu": lambda a: lambda z: z if z > a else real.zero,
}
"""Those with α and β, from the manual of ONNX."""


class Gate(NamedTuple):
    """W (H, I), U (H, P) and the biases of one gate, each (H,); its peephole (H,), zeros where it has none."""

    kernel: Matrix
    recurrent_kernel: Matrix
    biases: Matrix
    peephole: Vector


class Cell(NamedTuple):
    """The gates i, f, g, o of one direction of one layer, and W_hr (P, H) where there is a projection."""

    gates: Sequence[Gate]
    projection: Matrix | None


class States(NamedTuple):
    """h (P,) and c (H,) of one row; carriers of several rows in front of `Oracle.row`."""

    h: Any
    c: Any


class Outputs(NamedTuple):
    """y (T, B, D·P), h_n (D, B, P) and c_n (D, B, H) of one layer."""

    y: Exact
    h_n: Exact
    c_n: Exact


@dataclass(frozen=True)
class Oracle:
    """The options of the cell, and the equations from the smallest to the whole layer.

    activation is that of the candidate and, if output_activation is not given, of the cell state on its way out.
    The limits are None where there are none; coupled names the gate that is 1 minus the other one of i and f.
    """

    activation: str | Function = "tanh"
    recurrent_activation: str | Function = "sigmoid"
    output_activation: str | Function | None = None
    clip: float | None = None
    cell_clip: float | None = None
    projection_clip: float | None = None
    coupled: str = ""
    forget_bias: float = 0.0

    def preactivation(self, gate: Gate, j: int, x: Vector, h: Vector) -> mpf:
        """Unit j of W x_t + U h_{t-1} + b."""
        return dot(gate.kernel[j], x) + dot(gate.recurrent_kernel[j], h) + real.fsum(b[j] for b in gate.biases)

    def unit(self, cell: Cell, j: int, x: Vector, states: States) -> tuple[mpf, mpf]:
        """o ⊙ tanh(c_t) and c_t of unit j."""
        sigmoid, tanh = function(self.recurrent_activation), function(self.activation)
        z_i, z_f, z_g, z_o = (self.preactivation(gate, j, x, states.h) for gate in cell.gates)
        p_i, p_f, _, p_o = (gate.peephole[j] for gate in cell.gates)
        i = sigmoid(limited(z_i + p_i * states.c[j], self.clip))
        f = sigmoid(limited(z_f + self.forget_bias + p_f * states.c[j], self.clip))
        i, f = 1 - f if self.coupled == "i" else i, 1 - i if self.coupled == "f" else f
        c = limited(f * states.c[j] + i * tanh(limited(z_g, self.clip)), self.cell_clip)
        o = sigmoid(limited(z_o + p_o * c, self.clip))
        return o * function(self.output_activation or self.activation)(c), c

    def step(self, cell: Cell, x: Vector, states: States) -> States:
        """h_t and c_t from h_{t-1} and c_{t-1}."""
        units = [self.unit(cell, j, x, states) for j in range(len(states.c))]
        h, c = ([unit[k] for unit in units] for k in (0, 1))
        return States(h if cell.projection is None else self.projected(cell.projection, h), c)

    def projected(self, projection: Matrix, h: Vector) -> Vector:
        """W_hr h."""
        return [limited(dot(row, h), self.projection_clip) for row in projection]

    def order(self, counts: Sequence[int], direction: int) -> Iterable[int]:
        """The steps of a row that count, as they are read: forwards (0) or backwards (1)."""
        return counts if direction == 0 else reversed(counts)

    def row(
        self, cell: Cell, x: Matrix, states: States, order: Iterable[int], observed: Matrix | None
    ) -> tuple[Matrix, States]:
        """The outputs (T, P) and the final states of one row; a step is fed the observed output of the one before."""
        y, fed = [[real.zero] * len(states.h) for _ in x], states.h
        for t in order:
            states = self.step(cell, x[t], States(fed, states.c))
            y[t] = states.h
            fed = states.h if observed is None else observed[t]
        return y, states

    def direction(
        self, index: int, cell: Cell, x: Carrier, states: States, counts: Steps, observed: Carrier | None
    ) -> Outputs:
        """y (T, B, P), h_n (B, P) and c_n (B, H): row by row, from h_0 (B, P) and c_0 (B, H)."""
        rows = []
        for b, steps in enumerate(counts):
            start = States(numbers(states.h[b]), numbers(states.c[b]))
            fed = None if observed is None else numbers(observed[:, b])
            rows.append(self.row(cell, numbers(x[:, b]), start, self.order(steps, index), fed))
        y, final = zip(*rows, strict=True)
        h_n, c_n = zip(*final, strict=True)
        return Outputs(np.array(y, object).swapaxes(0, 1), np.array(h_n, object), np.array(c_n, object))

    def layer(
        self,
        cells: Sequence[CellWeights],
        x: Carrier,
        h_0: Carrier | None = None,
        c_0: Carrier | None = None,
        *,
        mask: Mask | None = None,
        observed: Carrier | None = None,
    ) -> Outputs:
        """One layer, a cell for each direction, on x (T, B, I) from h_0 (D, B, P) and c_0 (D, B, H), zero if not given.

        mask (T, B): which steps of a row count, all if not given; where one does not, zero is put out.
        observed: the outputs (T, B, D·P) of an implementation, which the steps are fed in the place of the oracle's.
        """
        directions, (steps, rows) = len(cells), x.shape[:2]
        h = np.zeros((directions, rows, cells[0].recurrent_kernel.shape[1])) if h_0 is None else h_0
        c = np.zeros((directions, rows, cells[0].hidden_size)) if c_0 is None else c_0
        valid = np.ones((steps, rows), np.bool_) if mask is None else mask
        counts = [np.flatnonzero(valid[:, b]).tolist() for b in range(rows)]
        fed: list[Any] = [None] * directions if observed is None else np.split(observed, directions, -1)
        y, h_n, c_n = zip(
            *(self.direction(d, exact(cells[d]), x, States(h[d], c[d]), counts, fed[d]) for d in range(directions)),
            strict=True,
        )
        return Outputs(np.concatenate(y, -1), np.array(h_n), np.array(c_n))

    def stack(
        self,
        weights: Weights,
        x: Carrier,
        h_0: Carrier | None = None,
        c_0: Carrier | None = None,
        *,
        mask: Mask | None = None,
        observed: Sequence[Carrier] | None = None,
    ) -> list[Outputs]:
        """Every layer reads the outputs of the one below, the observed ones if given; h_0 (L, D, B, P), c_0 alike."""
        outputs: list[Outputs] = []
        for k, cells in enumerate(weights):
            h, c, fed = (None if a is None else a[k] for a in (h_0, c_0, observed))
            outputs.append(self.layer(cells, x, h, c, mask=mask, observed=fed))
            x = outputs[k].y if fed is None else fed
        return outputs


def dot(a: Vector, b: Vector) -> mpf:
    """Σ a_k b_k."""
    return real.fdot(zip(a, b, strict=True))


def function(named: str | Function) -> Function:
    """A function, or the one of this name."""
    return ACTIVATIONS[named] if isinstance(named, str) else named


def limited(z: mpf, limit: float | None) -> mpf:
    """The nearest number of [-limit, limit]."""
    return z if limit is None else min(max(z, -real.convert(limit)), real.convert(limit))


def numbers(a: Any) -> Any:
    """The same numbers as nested lists of mpmath's."""
    return [numbers(number) for number in a] if np.ndim(a) else real.convert(a)


def exact(weights: CellWeights) -> Cell:
    """The same weights, gate by gate; the peepholes are those of i, f and o."""
    arrays = (weights.kernel, weights.recurrent_kernel, *weights.biases)
    by_gate = zip(*(np.split(a, len(GATES)) for a in arrays), strict=True)
    nothing = np.zeros(weights.hidden_size)
    i, f, o = (nothing,) * 3 if weights.peepholes is None else weights.peepholes
    gates = [
        Gate(numbers(w), numbers(u), [numbers(b) for b in biases], numbers(peephole))
        for (w, u, *biases), peephole in zip(by_gate, (i, f, nothing, o), strict=True)
    ]
    return Cell(gates, None if weights.projection is None else numbers(weights.projection))
