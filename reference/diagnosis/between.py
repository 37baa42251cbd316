"""The hypothesis that a stack of two layers was called in training mode, and dropped between them.

What the upper layer must have read at a step follows from what it put out: as many equations as unknowns. If it is the
output of the lower layer with some numbers zero and all others larger by one factor, that is dropout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.diagnosis.evidence import Evidence, FreeRunning
from lstm_conformance.reference.diagnosis.hypotheses import FREE_NUMBER, Hypothesis
from lstm_conformance.reference.lstm import gates
from lstm_conformance.reference.mutants.base import LSTM, Call, constant
from lstm_conformance.reference.rounded import Array, Numbers
from lstm_conformance.reference.weights import CellWeights

REASONS = {"dropout between the layers left on": "Is called in training mode, and drops of what the upper layer reads."}
"""How a person gets there, by what the name begins with."""

SOME = 0.5
"""Above it a number was kept: it is multiplied by more than one."""

STARTS = 32
"""Patterns of dropout from which Newton's method begins: it may end in another solution, or in none."""

ROUNDS = 20
"""Steps of Newton."""

SHARES = (1.0, 0.5, 0.2, 0.05)
"""Of a step of Newton, of which each row takes the one that leaves least."""

NEAR = 0.1
"""How far what was read may be from dropout, in the mean, as a share of the outputs below."""


def hypotheses(evidence: Evidence) -> Iterator[Hypothesis]:
    """For two layers of one direction, all of whose steps are seen and count."""
    layer = evidence.layer
    two = layer.num_layers == 2 and layer.directions == 1 and not layer.proj_size
    usual = (layer.activation, layer.recurrent_activation) == ("tanh", "sigmoid")
    if two and usual and evidence.shows_every_step and evidence.call.mask is None:
        with np.errstate(all="ignore"):  # what was seen may be any numbers
            factors = _factors(evidence)
        if factors is not None:
            name = f"dropout between the layers left on, at the rate {1 - 1 / factors.max():.3g}"
            yield Hypothesis((name,), _dropping(factors), layer.hidden_size + FREE_NUMBER)


def _dropping(factors: Array) -> type[LSTM]:
    class Dropping(LSTM):
        def passed_on(self, y: Numbers, x: Numbers, index: int) -> Numbers:
            read = super().passed_on(y, x, index)
            return read * constant(factors[: read.shape[0], ..., : read.shape[-2], :], read)

    return Dropping


def _factors(evidence: Evidence) -> Array | None:
    """What every output of the lower layer was multiplied by (T, 1, B, H); None where it is not 0 or one number."""
    lower, (h, c) = _lower(evidence), _upper_states(evidence)
    y, w, factor, factors = np.asarray(evidence.outputs.y, np.float64), evidence.wide_weights[1][0].at(0), 0.0, []
    for below, above in zip(lower[:, 0], y[:, 0], strict=True):
        factor = factor or _factor(_read(evidence, w, below, (h, c), above) / below)
        if not factor > 1:  # nothing was kept, or nothing dropped
            return None
        dropped, left = _nearest(evidence, w, below, factor, (h, c), above)
        if not left.max() <= NEAR:
            return None
        factors.append(dropped)
        c = _stepped(evidence, w, below * dropped, (h, c))[1]
        h = above
    return np.stack(factors)[:, None]


def _nearest(
    evidence: Evidence, w: CellWeights, below: Array, factor: float, states: tuple[Array, Array], y: Array
) -> tuple[Array, Array]:
    """Of several solutions that which is nearest to dropout: the factors (B, H), and how far off each row is (B)."""
    stream, best, least = np.random.RandomState(0), np.zeros_like(below), np.full(len(below), np.inf)
    for k in range(STARTS):
        start = below if k == 0 else below * factor * (stream.uniform(size=below.shape) < 1 / factor)
        read = _read(evidence, w, start, states, y)
        dropped = np.where(read / below > factor / 2, factor, 0.0)
        left = np.nan_to_num(np.abs(read - below * dropped).mean(-1) / np.abs(below).mean(-1), nan=np.inf)
        best = np.where((left < least)[:, None], dropped, best)
        least = np.minimum(left, least)
        if least.max() <= NEAR:
            break
    return best, least


def _factor(ratios: Array) -> float:
    """1 / (1 - p), for the rate p of two digits that is nearest to what is kept; 0 where nothing is."""
    kept = ratios[ratios > SOME]
    return 1 / (1 - min(round(1 - 1 / float(np.median(kept)), 2), 0.99)) if kept.size else 0.0


def _lower(evidence: Evidence) -> Array:
    """The outputs of the first layer (T, 1, B, H)."""
    x, h_0, c_0, _ = evidence.call
    h, c = (None if a is None else np.asarray(a[:1], np.float64) for a in (h_0, c_0))
    one = FreeRunning(replace(evidence.layer, num_layers=1), evidence.cell)
    return one(evidence.wide_weights[:1], Call(np.asarray(x, np.float64), h, c)).y


def _upper_states(evidence: Evidence) -> tuple[Array, Array]:
    """The initial states of the second layer, (B, H) both."""
    _, h_0, c_0, _ = evidence.call
    zeros = np.zeros((evidence.rows, evidence.layer.hidden_size))
    if h_0 is None or c_0 is None:
        return zeros, zeros
    return np.asarray(h_0[1, 0, 0], np.float64), np.asarray(c_0[1, 0, 0], np.float64)


def _read(evidence: Evidence, w: CellWeights, start: Array, states: tuple[Array, Array], y: Array) -> Array:
    """The input (B, I) of a step that puts out y (B, H), looked for from one that it may have been."""
    x = start
    for _ in range(ROUNDS):
        h, _, slopes = _stepped(evidence, w, x, states)
        jacobian = np.einsum("gbh,ghi->bhi", slopes, w.kernel.reshape(4, -1, w.kernel.shape[-1]))
        try:
            step = np.linalg.solve(jacobian, (h - y)[..., None])[..., 0]
        except np.linalg.LinAlgError:
            return np.full_like(start, np.nan)
        tries = np.stack([x - share * step for share in SHARES])
        left = np.stack([np.abs(_stepped(evidence, w, tried, states)[0] - y).sum(-1) for tried in tries])
        x = tries[np.nan_to_num(left, nan=np.inf).argmin(0), np.arange(len(x))]
    return x


def _stepped(
    evidence: Evidence, w: CellWeights, x: Array, states: tuple[Array, Array]
) -> tuple[Array, Array, NDArray[np.float64]]:
    """h and c (B, H) after a step, and the slopes of h with respect to the pre-activations of the gates (4, B, H)."""
    h, c = states
    i, f, g, o = gates(evidence.cell, w, x, h)
    new_c = f * c + i * g
    out = np.tanh(new_c)
    of_c = o * (1 - out**2)
    slopes = np.stack([of_c * g * i * (1 - i), of_c * c * f * (1 - f), of_c * i * (1 - g**2), out * o * (1 - o)])
    return o * out, new_c, slopes
