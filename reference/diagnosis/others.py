"""Hypotheses that are no wrong LSTM: a right one that starts from another state, or computes in another arithmetic."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.arithmetic import Arithmetic, narrow, uniform
from lstm_conformance.reference.diagnosis.evidence import Evidence, expected
from lstm_conformance.reference.diagnosis.findings import Fit
from lstm_conformance.reference.diagnosis.formats import binary
from lstm_conformance.reference.excludes import DECISIVE, bits
from lstm_conformance.reference.lstm import Outputs, gates
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Rounded, budget, concatenate, exactly, moved

ANOTHER_STATE = "a correct LSTM from another initial state"

_AS_ACCURATE_AS = "a correct LSTM no more accurate than with "

LESS_ACCURATE = {
    "arithmetic of float32": uniform("float32"),
    "arithmetic of float16": narrow("float16"),
    "arithmetic of bfloat16": narrow("bfloat16"),
}
"""From accurate to inaccurate. Other kinds, as float16 throughout, are mistakes in the catalogue."""

REASONS = {
    ANOTHER_STATE: "Keeps the state of an earlier call, or was given one that is not among the arguments seen.",
    _AS_ACCURATE_AS: "Computes in another arithmetic: all its outputs are numbers of that dtype.",
}
"""How a person gets there, by what the name begins with."""


def in_another_arithmetic(evidence: Evidence) -> list[tuple[Fit, Rounded]]:
    """The most accurate arithmetic in which the right LSTM fits, if it is less accurate than the one declared.

    Only where all outputs are numbers of its dtype: whatever is computed in an arithmetic is.
    """
    for name, arithmetic in LESS_ACCURATE.items():
        grid = binary(name.rpartition(" ")[-1])
        if _is_wider(arithmetic, evidence.arithmetic) and np.array_equal(grid.rounded(evidence.seen), evidence.seen):
            right = expected(LSTM, evidence, arithmetic)
            share = np.inf if right is None else float(budget(evidence.seen, right).max(initial=0))
            if right is not None and share <= 1 and evidence.excludes(right):
                return [(Fit((_AS_ACCURATE_AS + name,), share), right)]
    return []


def is_of_narrower_dtype(evidence: Evidence) -> bool:
    """Input, weights and outputs are all numbers of a narrower dtype: it is what the layer computes in."""
    cells = [w for directions in evidence.wide_weights for w in directions]
    arrays = [evidence.call.x, evidence.seen, *(a for w in cells for a in (w.kernel, w.recurrent_kernel, *w.biases))]
    grids = [
        binary(name.rpartition(" ")[-1]) for name, by in LESS_ACCURATE.items() if _is_wider(by, evidence.arithmetic)
    ]
    return any(all(np.array_equal(grid.rounded(a), a) for a in arrays) for grid in grids)


def _is_wider(a: Arithmetic, b: Arithmetic) -> bool:
    return a.elementwise > b.elementwise


def from_another_state(evidence: Evidence) -> list[Fit]:
    """A right LSTM that started elsewhere: the second output tells the cell state, from which the others follow."""
    if not _tells_its_state(evidence):
        return []
    seen, given, due = (
        concatenate([_after_two_steps(evidence, outputs(evidence, call)) for call in evidence.calls], 0)
        for outputs in (_as_seen, _as_given, _continued)
    )
    share = float(budget(seen.value, due).max())
    fits = share <= 1 and not (budget(seen.value, given) <= 1).all()
    return [Fit((ANOTHER_STATE,), share)] if fits and _excludes(evidence, due) else []


def _excludes(evidence: Evidence, due: Rounded) -> bool:
    """Whether what follows the second output keeps unrelated layers out, of which all follow from their states, too."""
    others = evidence.others[:, 2:]
    like = due[: evidence.outputs.y[2:].size].moved(lambda a: a.reshape(evidence.outputs.y[2:].shape))
    return bits(like[: others.shape[1]], others) >= DECISIVE


def _tells_its_state(evidence: Evidence) -> bool:
    """One cell without a projection, whose h is o tanh(c), of which four outputs are seen or more."""
    layer = evidence.layer
    one_cell = layer.num_layers == layer.directions == 1 and not layer.proj_size and layer.activation == "tanh"
    return one_cell and evidence.shows_every_step and evidence.call.mask is None and evidence.steps >= 4


def _after_two_steps(evidence: Evidence, outputs: Outputs[Rounded]) -> Rounded:
    """In a row, what is seen of the outputs that follow the second, and of the final states."""
    parts = [outputs.y[2:]]
    parts += [outputs.h_n, outputs.c_n] if len(evidence.outputs.c_n) else []
    return concatenate([moved(a, np.ravel) for a in parts], 0)


def _as_seen(evidence: Evidence, seen: Outputs[Array]) -> Outputs[Rounded]:
    return Outputs(*(exactly(a, evidence.arithmetic) for a in seen))


def _as_given(evidence: Evidence, seen: Outputs[Array]) -> Outputs[Rounded]:
    """The right LSTM from the state that it was given."""
    x, h_0, c_0, _ = evidence.call
    h, c = (None if a is None else exactly(a, evidence.arithmetic) for a in (h_0, c_0))
    call = Call(exactly(x, evidence.arithmetic), h, c)
    return LSTM(evidence.layer, evidence.cell)(evidence.wide_weights, call, seen.y)


def _continued(evidence: Evidence, seen: Outputs[Array]) -> Outputs[Rounded]:
    """The right LSTM from the state in which it must have been after two steps."""
    x, y = evidence.call.x, seen.y
    h, c = exactly(y[1], evidence.arithmetic), _cell_state(evidence, x[1], y[0], y[1])
    call = Call(exactly(x[2:], evidence.arithmetic), h[None, None], c[None, None])
    later = LSTM(evidence.layer, evidence.cell)(evidence.wide_weights, call, y[2:])
    return later._replace(y=concatenate([exactly(y[:2], evidence.arithmetic), later.y], 0))


def _cell_state(evidence: Evidence, x: Array, h: Array, new_h: Array) -> Rounded:
    """The cell state after a step (..., B, H), from its input, the output before it and its own: h' = o tanh(c)."""
    w, by = evidence.wide_weights[0][0], evidence.arithmetic
    o = gates(evidence.cell, w, exactly(x, by), exactly(h, by)).o
    squashed = new_h / o.value
    of_function = evidence.cell.output.relative * np.abs(squashed) + evidence.cell.output.absolute
    doubt = (o.bound + (by.elementwise + by.storage) * o.value) * np.abs(squashed) / (o.value - o.bound)
    doubt += of_function * by.activation + by.storage * np.abs(squashed) + by.tiny
    low, high = np.arctanh(squashed - doubt), np.arctanh(squashed + doubt)
    middle = (low + high) / 2
    return Rounded(middle, high - middle, np.zeros_like(middle), by)
