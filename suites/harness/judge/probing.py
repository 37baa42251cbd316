"""Layers in which a final state *is* one activation of one number: all gates but one are open or shut.

An open gate is exactly 1, a shut one exactly 0. The cell state in which the step begins is given; where a layer cannot
be given any, steps in front of it bring it there: each adds ±1 to it, the last one what is left.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.reference.bfloat16 import rounded
from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import GATES, CellWeights

OPEN, SHUT = 200.0, -200.0
"""Biases: σ(200) is 1 and σ(-200) at most 1e-86, in every dtype; tanh(200) is 1."""

SATURATED = 20.0
"""A cell state whose tanh is 1: what is missing is 8e-18."""

PROBES: dict[str, tuple[dict[str, float], float]] = {
    "i": ({"f": SHUT, "g": OPEN, "o": OPEN}, 0.0),  # c_n = σ(x) 1
    "f": ({"i": SHUT, "o": OPEN}, 1.0),  # c_n = σ(x) c_0
    "o": ({"i": SHUT, "f": OPEN}, SATURATED),  # h_n = σ(x) tanh(c_0)
    "g": ({"i": OPEN, "f": SHUT, "o": OPEN}, 0.0),  # c_n = 1 tanh(x)
}
"""For the gate that is probed: the biases of the others, and the cell state before the step."""


def probed(cell: Cell) -> str:
    """The gates of the logistic function that are computed: of coupled ones, one is what the other leaves."""
    return "ifo".replace(cell.coupled, "")


def probe(cases: Cases, gate: str, points: Array, c_0: Array, name: str = "") -> Cases:
    """The layer with one gate's pre-activation equal to its input (rows, units), the others open or shut.

    c_0 (rows, units): the cell state in which the last step begins.
    """
    configuration, size = cases.configuration, points.shape[-1]
    kernel: Array = np.zeros((4, size, size))
    bias: Array = np.zeros((4, size))
    kernel[GATES.index(gate)] = np.eye(size)
    for other, value in PROBES[gate][0].items():
        bias[GATES.index(other)] = value
    x: Array = points[None]
    if not configuration.initial_state and c_0.any():
        x, kernel = _led(points, c_0), _leading(kernel, bias)
    layer = replace(configuration.layer, input_size=x.shape[-1])
    return cases.varied(
        f"probe {name or gate}",
        configuration=replace(configuration, layer=layer, time=len(x), batch=len(points)),
        weights=[[_cell(cases, kernel, bias)]],
        inputs=_repeated(cases, x, c_0),
    )


def points_of(cases: Cases) -> Array:
    """Numbers to probe, (rows, units), exact in the dtype that is computed in."""
    size, compute = cases.configuration.layer.hidden_size, PRECISIONS[cases.configuration.dtype].compute
    if compute in {"bfloat16", "float16"}:
        points = _all_halves(compute)
    else:
        small = np.geomspace(1e-30, 1e-3, 500)
        dense = [np.linspace(-20, -4, 1600), np.linspace(-12, 12, 1496), small, -small]
        points = np.concatenate(dense).astype(compute)
    return points[: points.size // size * size].reshape(-1, size)


def _cell(cases: Cases, kernel: Array, bias: Array) -> CellWeights:
    """The same weights in all cases, without recurrence, and with as many biases as these have."""
    size, dtype = bias.shape[-1], cases.inputs.x.dtype
    biases = [bias.reshape(-1)] + [np.zeros(4 * size) for _ in cases.weights[0][0].biases[1:]]
    arrays = [kernel.reshape(4 * size, -1), np.zeros((4 * size, size)), *biases]
    w, u, *b = (np.repeat(a[None].astype(dtype), len(cases), 0) for a in arrays)
    return CellWeights(w, u, tuple(b))


def _repeated(cases: Cases, x: Array, c_0: Array) -> Inputs:
    """The same inputs (T, rows, ·) in all cases, and the cell state, if it can be given."""
    x = np.repeat(x[:, None].astype(cases.inputs.x.dtype), len(cases), 1)
    if not cases.configuration.initial_state:
        return Inputs(x)
    c = np.repeat(c_0[None, None, None].astype(x.dtype), len(cases), 2)
    return Inputs(x, np.zeros_like(c), c)


def _led(points: Array, c_0: Array) -> Array:
    """Inputs (S + 1, rows, 2H + 1): S steps that bring c from 0 to c_0, and the one that is probed.

    Each holds the points, what the candidate reads, and 1 where c is led, 0 where it is probed.
    """
    whole = np.trunc(c_0)
    steps = np.arange(int(np.abs(whole).max()) + 1)[:, None, None]
    candidates = np.where(steps < np.abs(whole), OPEN * np.sign(whole), 0.0)
    candidates[-1] = np.arctanh(c_0 - whole)
    led = np.concatenate([np.zeros_like(candidates), candidates, np.ones_like(candidates[..., :1])], -1)
    probed = np.concatenate([points, np.zeros((len(points), points.shape[-1] + 1))], -1)
    return np.concatenate([led, probed[None]])


def _leading(kernel: Array, bias: Array) -> Array:
    """The kernel (4, H, 2H + 1) for such inputs: where c is led, i and f are open, and the candidate has no bias."""
    size = kernel.shape[-1]
    wide = np.concatenate([kernel, np.zeros((4, size, size + 1))], -1)
    wide[GATES.index("g"), :, size:-1] = np.eye(size)
    for gate, due in (("i", OPEN), ("f", OPEN), ("g", 0.0)):
        wide[GATES.index(gate), :, -1] = due - bias[GATES.index(gate)]
    return wide


def _all_halves(dtype: str) -> Array:
    """Every finite number of a 16-bit dtype up to 30, where σ and tanh have reached their limits."""
    patterns = np.arange(2**16, dtype=np.uint32)
    if dtype == "float16":
        numbers = patterns.astype(np.uint16).view(np.float16).astype(np.float32)
    else:
        numbers = (patterns << 16).view(np.float32)
    return rounded(numbers[np.abs(numbers) < 30]) if dtype == "bfloat16" else numbers[np.abs(numbers) < 30]
