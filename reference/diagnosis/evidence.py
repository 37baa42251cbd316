"""What was seen of one case, and what a hypothesis expects there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from lstm_conformance.reference.arithmetic import Arithmetic
from lstm_conformance.reference.excludes import DECISIVE, bits, unrelated
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.lstm import Cell, Fill, Outputs
from lstm_conformance.reference.merging import last
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, concatenate, exactly, moved
from lstm_conformance.reference.weights import Weights


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One case: a layer, what it was called with, what it returned. All arrays are canonical.

    There is an axis of cases of length 1 or none, the same in all arrays: x (T, ..., B, I), outputs y (T, ..., B, D P),
    or (1, ..., B, D P) where only the last output is returned; h_n and c_n are empty (L = 0) where they were not seen.
    `again`: what a second call of the same layer with the same arguments returned.
    `fill`: what is to be put out where a step does not count.
    """

    layer: Layer
    cell: Cell
    arithmetic: Arithmetic
    weights: Weights
    call: Call[Array]
    outputs: Outputs[Array]
    again: Outputs[Array] | None = None
    fill: Fill = "zeros"

    @property
    def steps(self) -> int:
        """T."""
        return len(self.call.x)

    @property
    def rows(self) -> int:
        """B."""
        return int(self.call.x.shape[-2])

    @property
    def shows_every_step(self) -> bool:
        """The outputs of all steps were seen, so that every next step can be fed them."""
        return len(self.outputs.y) == self.steps

    @property
    def calls(self) -> list[Outputs[Array]]:
        """The outputs of the first call and, if there was one, of the second."""
        return [self.outputs] if self.again is None else [self.outputs, self.again]

    @cached_property
    def seen(self) -> Array:
        """Every number that was seen, in one row."""
        return np.asarray(concatenate([_in_a_row(self, outputs) for outputs in self.calls], 0), np.float64)

    @cached_property
    def wide_weights(self) -> Weights:
        """The weights in float64."""
        return [[w.float64() for w in directions] for directions in self.weights]

    def in_short(self) -> Evidence:
        """The same without a second call that returned the same."""
        same = self.again is not None and all(map(np.array_equal, self.outputs, self.again))
        return replace(self, again=None) if same else self

    def first(self, steps: int, rows: Sequence[int] | None = None) -> Evidence:
        """The first steps, of some rows alone. Where not all steps are kept, final states are left out."""
        every = steps >= self.steps
        if every and rows is None:
            return self
        pick = slice(None) if rows is None else list(rows)
        x, h_0, c_0, mask = self.call
        h, c = (None if a is None else a[..., pick, :] for a in (h_0, c_0))
        call = Call(x[:steps, ..., pick, :], h, c, None if mask is None else mask[:steps, ..., pick])
        calls = [_first(outputs, steps, pick, final=every) for outputs in self.calls]
        return replace(self, call=call, outputs=calls[0], again=calls[1] if len(calls) > 1 else None)

    @cached_property
    def beginning(self) -> Evidence:
        """A few steps of all rows, if all are seen: enough to find a number by, and to tell unrelated layers."""
        short = replace(self, again=None)
        return short.first(BEGINNING) if self.shows_every_step and self.call.mask is None else short

    @cached_property
    def others(self) -> Array:
        """What unrelated layers of this size return at the beginning, of K layers y (K, T or 1, ..., B, D P)."""
        few = self.beginning
        alike = [estimated(FreeRunning, replace(few, weights=weights)) for weights in unrelated(self.weights)]
        shape = few.outputs.y.shape
        return np.stack([a[: math.prod(shape)].reshape(shape) for a in alike if a is not None])

    def excludes(self, due: Rounded, freedom: float = 0.0) -> bool:
        """Whether all that is expected of this evidence (n) keeps unrelated layers out by its outputs y.

        freedom: bits that were taken from the outputs, or that say which of many hypotheses it is.
        """
        y = self.outputs.y
        like = due[: y.size].moved(lambda a: np.broadcast_to(a, y.size).reshape(y.shape))
        return bits(like[: len(self.beginning.outputs.y)], self.others) >= DECISIVE + freedom


class FreeRunning(LSTM):
    """A right LSTM that is not fed what was seen."""

    feeds_back_its_outputs = False


BEGINNING = 8
"""Steps of the beginning."""


def _first(outputs: Outputs[Array], steps: int, rows: Any, *, final: bool) -> Outputs[Array]:
    """The outputs of the first steps and of some rows, without the final states where these are not final."""
    y, h_n, c_n = (a[..., rows, :] for a in outputs)
    return Outputs(y, h_n, c_n) if final else Outputs(y[:steps], h_n[:0], c_n[:0])


def expected(mutant: type[LSTM], evidence: Evidence, arithmetic: Arithmetic | None = None) -> Rounded | None:
    """Everything that was seen (n) as the mutant computes it, with its bound; None where the mutant does not apply."""
    by = arithmetic or evidence.arithmetic
    return _returned(mutant, evidence, lambda a: exactly(a, by))


def estimated(mutant: type[LSTM], evidence: Evidence) -> Array | None:
    """The same in float64 and without a bound: ten times as fast."""
    return _returned(mutant, evidence, lambda a: np.asarray(a, np.float64))


def _returned(mutant: type[LSTM], evidence: Evidence, numbers: Callable[[Array], Numbers]) -> Numbers | None:
    """What the mutant returns in all calls, in one row; None where it raises, or returns other shapes."""
    lstm, weights, call, parts = mutant(evidence.layer, evidence.cell), evidence.wide_weights, evidence.call, []
    lstm.fill = evidence.fill
    try:
        for seen in evidence.calls:
            fed = seen.y if evidence.shows_every_step else None
            outputs = lstm(weights, _as(numbers, call), fed)
            parts.append(_in_a_row(evidence, outputs))
            weights, call = _left_weights(lstm, weights), _left_arguments(lstm, call, seen)
        return concatenate(parts, 0)
    except (ValueError, LookupError):  # where an axis or a bias is used that is missing, or has another size
        return None


def _as(numbers: Callable[[Array], Numbers], call: Call[Array]) -> Call[Numbers]:
    """The arguments as numbers of another kind."""
    h_0, c_0 = (None if a is None else numbers(a) for a in (call.h_0, call.c_0))
    return Call(numbers(call.x), h_0, c_0, call.mask)


def _left_weights(lstm: LSTM, weights: Weights) -> Weights:
    """The weights that the next call finds. Few change them, so that few are bound to the layout that they are for."""
    if type(lstm).left_in_weights is LSTM.left_in_weights:
        return weights
    layout = LAYOUTS[lstm.layout]
    left = lstm.left_in_weights(layout.native_weights(lstm.constructed, weights))
    return layout.canonical_weights(lstm.constructed, left)


def _left_arguments(lstm: LSTM, call: Call[Array], seen: Outputs[Array]) -> Call[Array]:
    """The arguments that the next call finds in the same arrays; seen: what this one returned."""
    after = lstm.left_behind(call, seen)
    return call._replace(**{name: a for name, a in after._asdict().items() if getattr(call, name) is not None})


def _in_a_row(evidence: Evidence, outputs: Outputs[Numbers]) -> Numbers:
    """All numbers of the outputs whose like was seen. Raises ValueError where their shapes are others."""
    y = outputs.y if evidence.shows_every_step else last(outputs.y, evidence.layer.directions)
    pairs = zip((y, outputs.h_n, outputs.c_n), evidence.outputs, strict=True)
    given = [(a, like) for a, like in pairs if len(like)]
    if any(a.shape != like.shape for a, like in given):
        raise ValueError(f"expected shapes {[like.shape for _, like in given]}, came {[a.shape for a, _ in given]}")
    return concatenate([moved(a, np.ravel) for a, _ in given], 0)
