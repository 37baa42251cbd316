"""Where outputs begin to be wrong, and what to save where they say too little."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.diagnosis.evidence import Evidence
from lstm_conformance.reference.diagnosis.findings import Beginning
from lstm_conformance.reference.lstm import gates
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly
from lstm_conformance.reference.weights import GATES


def advice(evidence: Evidence) -> str:
    """What to save instead, where unrelated layers would fit as well."""
    if not evidence.shows_every_step:
        return (
            "save the outputs of all steps instead of the last one (Keras: return_sequences=True, torch: output and "
            "not output[-1]), or a call of fewer steps"
        )
    if not np.any(evidence.call.x):
        return "save a call whose input is not zero"
    return "save a call with other inputs and more units, in float32 or float64"


def next_step(evidence: Evidence) -> str:
    """What to try where nothing known fits."""
    if not evidence.shows_every_step:
        return f"{advice(evidence)}; and save h_0 and c_0 if the layer kept them from another call"
    if evidence.layer.num_layers > 1:
        return "save a call of the first layer alone; in training mode a stack drops between its layers"
    if evidence.steps > 1 or evidence.rows > 1:
        return "save a call of one step and one row, without states, and then one with a single input that is not zero"
    return "save calls in which one array of the weights is zero, one after the other: the one that mends it is wrong"


def beginning_of(evidence: Evidence, right: Rounded) -> Beginning | None:
    """The first element that is wrong, in the order of the steps; None where it is in no output y."""
    y = evidence.outputs.y
    bad = ((budget(evidence.seen, right) > 1) & np.isfinite(right.bound))[: y.size].reshape(y.shape)
    if not bad.any():
        return None
    at = tuple(int(k) for k in np.argwhere(bad)[0])
    due = right.value[: y.size].reshape(y.shape)
    step = at[0] if evidence.shows_every_step else evidence.steps - 1
    wrong = bad[at[0]]
    return Beginning(
        step=step,
        row=at[-2],
        unit=at[-1],
        expected=float(due[at]),
        came=float(y[at]),
        rows=(int(wrong.any(-1).sum()), evidence.rows),
        units=(int(wrong.any(-2).sum()), y.shape[-1]),
        gates=_gates_that_could(evidence, wrong) if step == 0 else (),
        then=next_step(evidence),
    )


def _gates_that_could(evidence: Evidence, wrong: Array) -> tuple[str, ...]:
    """The gates of which each alone, with a value in its range, gives what the first step returned where it is wrong.

    Empty for more than one cell, or one whose h is not o tanh(c).
    """
    layer, call = evidence.layer, evidence.call
    one = layer.num_layers == layer.directions == 1 and not layer.proj_size and evidence.shows_every_step
    if not one or (layer.activation, layer.recurrent_activation) != ("tanh", "sigmoid") or call.mask is not None:
        return ()
    w, by, seen = evidence.wide_weights[0][0], evidence.arithmetic, np.asarray(evidence.outputs.y[0], np.float64)
    h, c = LSTM(layer, evidence.cell).initial_states(call)
    step = gates(evidence.cell, w, exactly(call.x[0], by), exactly(h[0, 0], by))
    i, f, g, o = (gate.value for gate in step)
    old = np.asarray(c[0, 0], np.float64)
    new_c = np.arctanh(seen / o)
    needed = {
        "i": ((new_c - f * old) / g, 0.0),
        "f": ((new_c - i * g) / old, 0.0),
        "g": ((new_c - f * old) / i, -1.0),
        "o": (seen / np.tanh(f * old + i * g), 0.0),
    }
    return tuple(k for k in GATES if _within(needed[k][0], needed[k][1])[wrong].all())


def _within(a: Array, lowest: float) -> Array:
    return np.asarray((a >= lowest) & (a <= 1))
