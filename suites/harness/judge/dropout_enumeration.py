"""What a layer that drops may return, whatever its flags: the equations, with some of its numbers dropped.

Which ones chance has dropped nobody knows. Where they are few, every choice is computed, and every row of what was
returned is held against the choice that explains it best: a number that is neither 0 nor scaled is explained by none.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded, budget
from lstm_conformance.suites.harness.judge.dropout_masks import promised
from lstm_conformance.suites.harness.judge.stacks import States, returned
from lstm_conformance.suites.harness.judge.subject import Subject

GATES = 4
"""A layer may draw for all gates together, or for each by itself."""

MOST = 8
"""Numbers that may be dropped of a row; there are 2 to the power of them choices."""

CASES = -3
"""The axis of the cases, of inputs, states and outputs."""


def can_be_guessed(subject: Subject, configuration: Configuration) -> bool:
    """Whether a row has few enough numbers that may be dropped, the same ones at every step."""
    return promised(subject).constant and sum(part.size for part in _parts(configuration)) <= MOST


def guessed(subject: Subject, cases: Cases, start: States, observed: Outputs[Array]) -> Outputs[Rounded]:
    """What the layer returns from these states on, of every row with the choice that explains best what was returned.

    Takes a single case of a layer that can be guessed.
    """
    tried = _with_all_choices(cases)
    h_0, c_0 = (state.moved(lambda a: np.repeat(a, len(tried), CASES)) for state in start)
    seen = Outputs(*(np.repeat(a, len(tried), CASES) for a in observed))
    possible = returned(subject, tried, (h_0, c_0), seen)
    used = [_by_row(budget(a, b)) for a, b in zip(seen, possible, strict=True) if a.size]
    best = np.argmin(np.max(used, 0), 0)
    return Outputs(*(output.moved(lambda a: _chosen(a, best)) for output in possible))


class _Part(NamedTuple):
    """Numbers that one direction of one layer may drop: of what it reads, or of its h."""

    layer: int
    direction: int
    kernel: str
    rate: float
    width: int

    @property
    def size(self) -> int:
        return GATES * self.width


def _parts(configuration: Configuration) -> list[_Part]:
    layer, parts = configuration.layer, []
    for index, direction in product(range(layer.num_layers), range(layer.directions)):
        width = layer.input_size if index == 0 else layer.output_size * (1 if layer.merges else layer.directions)
        parts += [_Part(index, direction, "kernel", layer.dropout, width)] if layer.dropout else []
        of_h = _Part(index, direction, "recurrent_kernel", layer.recurrent_dropout, layer.output_size)
        parts += [of_h] if layer.recurrent_dropout else []
    return parts


def _with_all_choices(cases: Cases) -> Cases:
    """A case for every choice, whose weights do to the numbers as they are what the choice does to the numbers."""
    parts = _parts(cases.configuration)
    sizes = [part.size for part in parts]
    kept = np.array(list(product((0.0, 1.0), repeat=sum(sizes))))
    count = len(kept)
    weights = [[cell.at(np.zeros(count, int)) for cell in directions] for directions in cases.weights]
    for part, of_part in zip(parts, np.split(kept, np.cumsum(sizes)[:-1], 1), strict=True):
        cell = weights[part.layer][part.direction]
        factors = of_part.reshape(count, GATES, part.width) / (1 - part.rate)
        scaled = getattr(cell, part.kernel) * np.repeat(factors, cell.hidden_size, 1)
        weights[part.layer][part.direction] = cell._replace(**{part.kernel: scaled})
    x, *states = (None if a is None else np.repeat(a, count, CASES) for a in cases.inputs)
    mask = None if cases.mask is None else np.repeat(cases.mask, count, 1)
    inputs = Inputs(x, *states)  # type: ignore[arg-type]  # x is never None
    return replace(cases, numbers=tuple(range(count)), weights=weights, inputs=inputs, mask=mask)


def _by_row(used: Array) -> Array:
    """The largest budget (N, B) of an output (..., N, B, F)."""
    return np.asarray(used.max(-1).reshape(-1, *used.shape[-3:-1]).max(0))


def _chosen(a: Array, best: Array) -> Array:
    """Of (..., N, B, F) for every row the case that is best, (..., 1, B, F)."""
    return np.asarray(a[..., best, np.arange(len(best)), :][..., None, :, :])
