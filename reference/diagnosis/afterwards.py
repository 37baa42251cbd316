"""Hypotheses of what was done to the outputs of a right LSTM: activated again, scaled, dropped, put in other rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log2

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.diagnosis.evidence import Evidence, FreeRunning, estimated
from lstm_conformance.reference.diagnosis.hypotheses import FREE_NUMBER, Hypothesis
from lstm_conformance.reference.lstm import Fill, Mask, Outputs, filled
from lstm_conformance.reference.mutants.base import LSTM, Call, activated
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, concatenate, moved, where
from lstm_conformance.reference.weights import CellWeights

REASONS = {
    "tanh applied again to the outputs": "Applies an activation behind the layer, whose outputs have had it.",
    "sigmoid applied to the outputs": "Applies an activation behind the layer, whose outputs have had it.",
    "outputs scaled ": "Multiplies the outputs behind the layer.",
    "outputs shifted ": "Adds a number to the outputs behind the layer.",
    "rows returned in the order ": "Sorts the rows of the batch, or shuffles them, and does not put them back.",
    "dropout of the outputs left on": "Is called in training mode, and drops of what it returns.",
    "lengths not in the file": "Was given lengths or a mask, as packed sequences have them, unlike the file.",
    "last place of both directions": "Takes output[-1], where the backward direction has only begun.",
}
"""How a person gets there, by what the name begins with."""


def hypotheses(evidence: Evidence) -> Iterator[Hypothesis]:
    """Those that the shapes and the numbers of this evidence allow."""
    yield Hypothesis(("tanh applied again to the outputs",), _mapped(activation("tanh"), np.arctanh))
    yield Hypothesis(("sigmoid applied to the outputs",), _mapped(activation("sigmoid"), _logit))
    if evidence.layer.directions == 2 and not evidence.shows_every_step:
        yield Hypothesis(("last place of both directions",), LastPlace)
    right = estimated(FreeRunning, evidence.beginning)
    if right is None or not np.isfinite(right).all():
        return
    y = np.asarray(evidence.beginning.outputs.y, np.float64)
    due = right[: y.size].reshape(y.shape)
    yield from _scaled(due, y)
    yield from _in_other_rows(due, y)
    yield from _dropped(evidence, due)
    yield from _masked(evidence)


def _mapped(by: Activation, inverse: Callable[[Array], Array]) -> type[LSTM]:
    """A function behind the layer, which is undone before an output that was seen is fed to the next step."""

    class Mapped(LSTM):
        def computed(self, call: Call[Numbers], observed: Array) -> Array:
            return np.asarray(inverse(np.asarray(super().computed(call, observed), np.float64)))

        def pre_activation(self, w: CellWeights, z_x: Numbers, h: Numbers) -> Numbers:
            return super().pre_activation(w, z_x, _undone(h, by))

        def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
            y, h_n, c_n = super().returned(call, outputs)
            return Outputs(activated(y, by), h_n, c_n)

    return Mapped


def _undone(h: Numbers, by: Activation) -> Numbers:
    """With the error of undoing: that of f(h) where it was computed and stored, divided by the slope of f there."""
    if not isinstance(h, Rounded):
        return h
    of = h.arithmetic
    seen = np.abs(by.function(h.value))
    error = (of.activation * by.relative + of.elementwise + of.storage) * seen + of.activation * by.absolute
    slope = np.abs(by.function(h.value + STEP) - by.function(h.value - STEP)) / (2 * STEP)
    return Rounded(h.value, h.err + error / slope, h.var, of)


STEP = 1e-6
"""By which the slope of a function is found."""


def _logit(y: Array) -> Array:
    return -np.log(1 / y - 1)


def _scaled(due: Array, y: Array) -> Iterator[Hypothesis]:
    """By the factor, the shift or both that fit best at the beginning."""
    a, b = due.ravel(), y.ravel()
    ones = np.ones_like(a)
    scale, shift = float(a @ b / (a @ a)), float(np.mean(b - a))
    yield Hypothesis((f"outputs scaled by {scale:.7g}",), _linear(scale, 0), FREE_NUMBER)
    yield Hypothesis((f"outputs shifted by {shift:.2g}",), _linear(1, shift), FREE_NUMBER)
    both, *_ = np.linalg.lstsq(np.stack([a, ones], 1), b, rcond=None)
    name = f"outputs scaled by {both[0]:.7g} and shifted by {both[1]:.2g}"
    yield Hypothesis((name,), _linear(float(both[0]), float(both[1])), 2 * FREE_NUMBER)


def _linear(scale: float, shift: float) -> type[LSTM]:
    by = Activation(lambda z: scale * z + shift, lambda z, _: np.full_like(z, abs(scale)), relative=4)
    return _mapped(by, lambda y: (y - shift) / scale)


def _in_other_rows(due: Array, y: Array) -> Iterator[Hypothesis]:
    """In the order in which the rows of the beginning are most alike, if it is one."""
    rows = due.shape[-2]
    a, b = (np.moveaxis(array, -2, 0).reshape(rows, -1) for array in (due, y))
    order = tuple(int(np.abs(a - row).max(1).argmin()) for row in b)
    if sorted(order) == list(range(rows)) != list(order):
        name = f"rows returned in the order {', '.join(map(str, order))}"
        yield Hypothesis((name,), _rows(np.array(order)), log2(rows))


def _rows(order: NDArray[np.intp]) -> type[LSTM]:
    back = np.argsort(order)

    class Rows(LSTM):
        def computed(self, call: Call[Numbers], observed: Array) -> Array:
            return super().computed(call, observed)[..., back, :]

        def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
            y, h_n, c_n = super().returned(call, outputs)
            return Outputs(moved(y, lambda a: a[..., order, :]), h_n, c_n)

    return Rows


def _dropped(evidence: Evidence, due: Array) -> Iterator[Hypothesis]:
    """Zeros among the outputs of all steps, about as many as the rate says by which all others are larger."""
    y = evidence.outputs.y
    kept = y != 0
    share = float(np.mean(kept))
    if not evidence.shows_every_step or not 0.02 < share < 0.98:
        return
    a, b = due.ravel(), np.asarray(evidence.beginning.outputs.y, np.float64).ravel()
    scale = float(a[b != 0] @ b[b != 0] / (a[b != 0] @ a[b != 0]))
    rate = 1 - 1 / scale
    if 0 < rate < 1 and rate / 2 <= 1 - share <= 2 * rate:
        yield Hypothesis((f"dropout of the outputs left on, at the rate {rate:.3g}",), _kept(kept, scale), FREE_NUMBER)


def _kept(kept: NDArray[np.bool_], scale: float) -> type[LSTM]:
    """Outputs that were dropped say nothing, whatever they would have been: they are let pass."""

    class Dropped(FreeRunning):
        def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
            y, h_n, c_n = super().returned(call, outputs)
            larger = activated(y, Activation(lambda z: scale * z, lambda z, _: np.full_like(z, scale), relative=4))
            here = kept[: y.shape[0], ..., : y.shape[-2], :]
            return Outputs(where(here, larger, _anything(larger)), h_n, c_n)

    return Dropped


def _anything(y: Numbers) -> Numbers:
    """Zeros with a bound that excludes nothing."""
    if not isinstance(y, Rounded):
        return np.zeros_like(y)
    return Rounded(np.zeros_like(y.value), np.full_like(y.value, 1e3), np.zeros_like(y.value), y.arithmetic)


def _masked(evidence: Evidence) -> Iterator[Hypothesis]:
    """Rows that end in zeros, as packed sequences do, or in a repetition, as masked ones of Keras do."""
    y = evidence.outputs.y
    if evidence.call.mask is not None or not evidence.shows_every_step:
        return
    ends: dict[Fill, NDArray[np.bool_]] = {"zeros": (y == 0).all(-1), "previous": _repeated(y)}
    for fill, padding in ends.items():
        counts = ~np.logical_and.accumulate(padding[::-1])[::-1]
        if not counts.all() and counts.any():
            lengths = ", ".join(map(str, counts.sum(0).ravel()))
            yield Hypothesis((f"lengths not in the file, which are {lengths}",), _with_mask(counts, fill))


def _repeated(y: Array) -> NDArray[np.bool_]:
    """Where every output is the one before."""
    return np.concatenate([np.zeros(y.shape[1:-1], bool)[None], (y[1:] == y[:-1]).all(-1)])


def _with_mask(counts: Mask, fill_here: Fill) -> type[LSTM]:
    class WithMask(LSTM):
        def taken(self, call: Call[Numbers]) -> Call[Numbers]:
            call = super().taken(call)
            return call._replace(mask=counts[: call.x.shape[0], ..., : call.x.shape[-2]])

        def put_out(self, h: Numbers, mask: Mask | None) -> Numbers:
            return h if mask is None else filled(h, mask, fill_here)

    return WithMask


class LastPlace(LSTM):
    """Takes the last place of both directions, where the backward one has only begun."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """The backward half of the last place, where the only output of a layer is looked for: in the first."""
        y, h_n, c_n = super().returned(call, outputs)
        size = y.shape[-1] // 2
        both = concatenate([y[..., :size], y[::-1][..., size:]], -1)
        return Outputs(both, h_n, c_n)
