"""Whether an LSTM gave the outputs that a claim handed over: the reference says it, within its bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.cell import cell_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.lstm import Outputs, lstm
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly
from lstm_conformance.reference.weights import Weights

Arrays = Mapping[str, Array]

HIDDEN_SIZE: Mapping[str, Callable[[Arrays], int]] = {
    "torch": lambda weights: weights["weight_hh_l0"].shape[1],
    "keras": lambda weights: weights["recurrent_kernel"].shape[0],
    "tf1": lambda weights: weights["kernel"].shape[1] // 4,
    "onnx": lambda weights: weights["R"].shape[2],
}
"""Of a layer, from its weights in a layout."""

EXCLUDING = 0.01
"""Outputs whose allowed error is more than this share of their size would pass if an unrelated layer gave them."""


class Judged(NamedTuple):
    """The largest share of the allowed error that an element uses, and the largest allowed error of an output."""

    budget: float
    allowed: float
    size: float

    @property
    def right(self) -> bool:
        """Whether every element lies within its bound, which keeps unrelated layers out."""
        return self.budget <= 1 and self.allowed < EXCLUDING * self.size

    def sentence(self, what: str) -> str:
        """What is printed of it."""
        return f"{what}, held against the reference: {self.budget:.2g} of the error that rounding allows: {self.right}"


def judged(about: Mapping[str, Any], arrays: Arrays) -> Judged:
    """What was handed over by `judge` of `witness.py`: about what, and the arrays x, y, w/<layer>/…, s/<layer>/h, c."""
    x, y = (_time_first(arrays[name], about["time_major"]) for name in "xy")
    about = {**about, "dtype": str(y.dtype)}
    read: Rounded = exactly(np.asarray(x, np.float64), arithmetic_of(about["dtype"]))
    shares: list[Array] = []
    for k in range(about["layers"]):
        top = k == about["layers"] - 1
        outputs = _layer(about, under(arrays, f"w/{k}/"), read, y if top and len(y) == len(x) else None)
        shares += _shares(under(arrays, f"s/{k}/"), outputs)
        read = outputs.y
    seen = read[-len(y) :]
    worst = max(float(share.max()) for share in [budget(y, seen), *shares])
    return Judged(worst, float(np.max(seen.bound)), float(np.abs(y).max()))


def _layer(about: Mapping[str, Any], weights: Arrays, read: Rounded, observed: Array | None) -> Outputs[Rounded]:
    """One layer from zeros; each step is fed the output that was observed before it, if it was."""
    hidden = HIDDEN_SIZE[about["layout"]](weights)
    layer = Layer(input_size=read.shape[-1], hidden_size=hidden, **about["options"])
    zeros = exactly(np.zeros((1, 1, read.shape[1], hidden)), read.arithmetic)
    own = _canonical(about["layout"], layer, weights)
    return lstm(cell_of(layer, "N", about["dtype"]), own, read, zeros, zeros, observed=observed)


def _canonical(layout: str, layer: Layer, weights: Arrays) -> Weights:
    native = {name: a[None] for name, a in weights.items()}
    return [[w.at(0).float64() for w in directions] for directions in LAYOUTS[layout].canonical_weights(layer, native)]


def _shares(states: Arrays, outputs: Outputs[Rounded]) -> list[Array]:
    """Of the final states of a layer that are there."""
    due = {"h": outputs.h_n, "c": outputs.c_n}
    return [budget(a, due[name].moved(lambda b: b[0, 0])) for name, a in states.items()]


def _time_first(a: Array, time_major: bool) -> Array:
    """(T, B, ·) of (B, T, ·) or, of last outputs alone, of (B, ·)."""
    if a.ndim == 2:
        return a[None]
    return a if time_major else a.swapaxes(0, 1)


def under(arrays: Arrays, prefix: str) -> dict[str, Array]:
    """Those whose names begin so, without it."""
    return {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
