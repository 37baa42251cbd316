"""The LSTM, written once.

    i = σ(W_i x_t + U_i h_{t-1} + b_i)      input gate
    f = σ(W_f x_t + U_f h_{t-1} + b_f)      forget gate
    g = tanh(W_g x_t + U_g h_{t-1} + b_g)   candidate
    o = σ(W_o x_t + U_o h_{t-1} + b_o)      output gate
    c_t = f ⊙ c_{t-1} + i ⊙ g
    h_t = o ⊙ tanh(c_t)

Gers, Schmidhuber & Cummins, "Learning to Forget: Continual Prediction with LSTM" (2000), in the form of the manuals of
torch.nn.LSTM and keras.layers.LSTM. With a projection, h_t = W_hr (o ⊙ tanh(c_t)): Sak, Senior & Beaufays (2014).

The functions are generic in their numbers: arrays give the reference, `Rounded` numbers give the reference and the
allowed error. Axes: x (T, ..., B, I), outputs (T, ..., B, P), states (..., B, P) and (..., B, H), where `...` are axes
of independent cases. A mask (T, ..., B) says which steps of which rows count: at the others h and c stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.rounded import (
    Array,
    Numbers,
    concatenate,
    dot,
    same_kind,
    stack,
    where,
    zeros_like,
)
from lstm_conformance.reference.weights import CellWeights, Weights

Mask = NDArray[np.bool_]

Fill = Literal["zeros", "previous"]
"""What is put out at a step that does not count: zeros, or the output before, which is zero before the first."""


class Cell(NamedTuple):
    """The three activations: of the gates i, f, o; of the candidate g; of the cell state on its way out."""

    gate: Activation = activation("sigmoid")
    candidate: Activation = activation("tanh")
    output: Activation = activation("tanh")


class Outputs(NamedTuple, Generic[Numbers]):
    """y (T, ..., B, D P), and the states after the last valid step: h_n (L, D, ..., B, P), c_n (L, D, ..., B, H)."""

    y: Numbers
    h_n: Numbers
    c_n: Numbers


def lstm(
    cell: Cell,
    weights: Weights,
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    *,
    observed: Array | None = None,
    mask: Mask | None = None,
    fill: Fill = "zeros",
) -> Outputs[Numbers]:
    """A stack of layers: each reads the outputs of the one below, under the same mask.

    x (T, ..., B, I), h_0 (L, D, ..., B, P), c_0 (L, D, ..., B, H), mask (T, ..., B).
    observed (T, ..., B, D P): the outputs seen of the last layer, which is then fed them step by step.
    """
    h_n, c_n, last = [], [], len(weights) - 1
    for index, directions in enumerate(weights):
        seen = observed if index == last else None
        x, h, c = layer(cell, directions, x, h_0[index], c_0[index], observed=seen, mask=mask, fill=fill)
        h_n.append(h)
        c_n.append(c)
    return Outputs(x, stack(h_n), stack(c_n))


def layer(
    cell: Cell,
    directions: Sequence[CellWeights],
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    *,
    observed: Array | None = None,
    mask: Mask | None = None,
    fill: Fill = "zeros",
) -> Outputs[Numbers]:
    """One layer in all its directions; h_0 (D, ..., B, P) and c_0 (D, ..., B, H), and the final states likewise.

    The second direction reads the sequence from its end; its outputs stand where their inputs stood. As steps that do
    not count change nothing, it begins in effect at the last step of a row that counts.
    observed (T, ..., B, D P): the outputs seen; then every step is fed the observed output of the step before it.
    """
    parts, h_n, c_n = [], [], []
    for direction, w in enumerate(directions):
        size, turn = w.recurrent_kernel.shape[-1], slice(None, None, -1 if direction == 1 else 1)
        seen = None if observed is None else observed[turn, ..., direction * size : (direction + 1) * size]
        valid = None if mask is None else mask[turn]
        h, c = run(cell, w, x[turn], h_0[direction], c_0[direction], observed=seen, mask=valid)
        h_n.append(h[-1])
        c_n.append(c[-1])
        y = h if valid is None else filled(h, valid, fill)
        parts.append(y[turn])
    return Outputs(concatenate(parts, -1), stack(h_n), stack(c_n))


def run(
    cell: Cell,
    weights: CellWeights,
    x: Numbers,
    h_0: Numbers,
    c_0: Numbers,
    *,
    observed: Array | None = None,
    mask: Mask | None = None,
) -> tuple[Numbers, Numbers]:
    """h and c after every step, (T, ..., B, P) and (T, ..., B, H); where the mask (T, ..., B) is unset they stay."""
    w = weights.float64()
    z_x = dot(x, w.kernel)
    for bias in w.biases:
        z_x = z_x + bias[..., None, :]
    with np.errstate(over="ignore"):  # σ(z) is 0 where exp(-z) overflows
        if observed is None:
            return _free_running(cell, w, z_x, h_0, c_0, mask)
        return _teacher_forced(cell, w, z_x, h_0, c_0, same_kind(observed, h_0), mask)


def _free_running(
    cell: Cell, w: CellWeights, z_x: Numbers, h: Numbers, c: Numbers, mask: Mask | None
) -> tuple[Numbers, Numbers]:
    """Every step is fed its own output of the step before."""
    hs, cs = [], []
    for t in range(z_x.shape[0]):
        i, f, g, o = gates(cell, z_x[t] + dot(h, w.recurrent_kernel))
        new_c = f * c + i * g
        new_h = emitted(cell, w, o, new_c)
        h, c = (new_h, new_c) if mask is None else (_kept(mask[t], new_h, h), _kept(mask[t], new_c, c))
        hs.append(h)
        cs.append(c)
    return stack(hs), stack(cs)


def _teacher_forced(
    cell: Cell, w: CellWeights, z_x: Numbers, h_0: Numbers, c: Numbers, observed: Numbers, mask: Mask | None
) -> tuple[Numbers, Numbers]:
    """Every step is fed the observed output of the step before: all steps at once, but for the scan of c.

    The recurrence of c is diagonal with 0 < f < 1, so errors are never amplified, however long the sequence.
    """
    i, f, g, o = gates(cell, z_x + dot(_shifted(h_0, observed, mask), w.recurrent_kernel))
    entering, cs = i * g, []
    for t in range(z_x.shape[0]):
        new_c = f[t] * c + entering[t]
        c = new_c if mask is None else _kept(mask[t], new_c, c)
        cs.append(c)
    all_c = stack(cs)
    h = emitted(cell, w, o, all_c)
    return h if mask is None else _held(h_0, h, mask), all_c


def gates(cell: Cell, z: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """i, f, g, o (..., H) from their pre-activations z (..., 4H)."""
    size = z.shape[-1] // 4
    i = cell.gate(z[..., :size])
    f = cell.gate(z[..., size : 2 * size])
    g = cell.candidate(z[..., 2 * size : 3 * size])
    o = cell.gate(z[..., 3 * size :])
    return i, f, g, o


def emitted(cell: Cell, w: CellWeights, o: Numbers, c: Numbers) -> Numbers:
    """h from the output gate and the new cell state."""
    h = o * cell.output(c)
    return h if w.projection is None else dot(h, w.projection)


def within_lengths(steps: int, lengths: NDArray[np.integer]) -> Mask:
    """The mask (T, ..., B) of rows of these lengths (..., B). Raises ValueError for lengths that are not in 0 … T."""
    if (lengths < 0).any() or (lengths > steps).any():
        raise ValueError(f"expected lengths from 0 to {steps}, came {lengths}")
    return np.asarray(np.arange(steps).reshape(-1, *(1,) * lengths.ndim) < lengths)


def filled(h: Numbers, mask: Mask, fill: Fill) -> Numbers:
    """The outputs (T, ..., B, P), from h after every step."""
    if fill == "zeros":
        return where(mask[..., None], h, zeros_like(h))
    return _held(zeros_like(h[0]), h, mask)


def _kept(counts: Mask, new: Numbers, old: Numbers) -> Numbers:
    """The new state (..., B, K) in the rows where the step counts (..., B), the old one elsewhere."""
    return where(counts[..., None], new, old)


def _shifted(h_0: Numbers, observed: Numbers, mask: Mask | None) -> Numbers:
    """h before every step: the initial state, then the last output that counted."""
    after = observed if mask is None else _held(h_0, observed, mask)
    return concatenate([h_0[None], after[:-1]], 0)


def _held(h_0: Numbers, h: Numbers, mask: Mask) -> Numbers:
    """h after every step: where a step does not count, what it was before."""
    held = [h_0]
    for t in range(h.shape[0]):
        held.append(_kept(mask[t], h[t], held[-1]))
    return stack(held[1:])
