"""What a layer that drops may return, whatever its flags: the equations, with some of its numbers dropped.

Which ones chance has dropped nobody knows. Where they are few, every choice is computed, and every row of what was
returned is held against the choice that explains it best: a number that is neither 0 nor scaled is explained by none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly, scaled
from lstm_conformance.reference.stack import way_back
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.dropout_masks import promised
from lstm_conformance.suites.harness.judge.stacks import States, returned
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.judge.way_back import Due, computed, of_inputs, of_weights

GATES = 4
"""A layer may draw for all gates together, or for each by itself."""

MOST = 8
"""Numbers that may be dropped of a row; there are 2 to the power of them choices."""

CASES = -3
"""The axis of the cases, of inputs, states and outputs."""


def can_be_guessed(subject: Subject, configuration: Configuration) -> bool:
    """Whether a row has few enough numbers that may be dropped, or none, the same ones at every step."""
    parts = _parts(configuration, promised(subject).first)
    same_ones = promised(subject).constant or configuration.time == 1 or not parts
    return same_ones and sum(part.size for part in parts) <= MOST


def guessed(subject: Subject, cases: Cases, start: States, observed: Outputs[Array]) -> Outputs[Rounded]:
    """What the layer returns from these states on, of every row with the choice that explains best what was returned.

    Takes a single case of a layer that can be guessed.
    """
    possible, best = _explained(subject, _choices(subject, cases).tried, start, observed)
    return Outputs(*(output.moved(lambda a: _chosen(a, best)) for output in possible))


def gradients_of_what_was_kept(subject: Subject, cases: Cases, draw: str) -> Examined:
    """Every gradient of a step of training, of the numbers that the outputs of the same step show to be kept.

    draw: which of several this is, in words.

    Takes a single case of a single row, of a layer that can be guessed.
    """
    trained, choices = subject.gradients(cases), _choices(subject, cases)
    start = [exactly(state, arithmetic_of(cases.configuration.dtype)) for state in cases.states]
    _, (best,) = _explained(subject, choices.tried, (start[0], start[1]), trained.outputs)
    chosen = replace(cases, weights=choices.weights_of(best))
    layer = cases.configuration.layer
    back = way_back(subject.cell(cases.configuration), layer, subject.layout.fill(layer))
    due = choices.of_weights(computed(chosen, trained, back), best)
    yield from of_inputs(trained, due, draw)
    yield from of_weights(subject, cases, trained, due, draw)


def _explained(
    subject: Subject, tried: Cases, start: States, observed: Outputs[Array]
) -> tuple[Outputs[Rounded], NDArray[np.intp]]:
    """What every choice returns, and of every row (B) the one that explains best what was seen."""
    h_0, c_0 = (state.moved(lambda a: np.repeat(a, len(tried), CASES)) for state in start)
    seen = Outputs(*(np.repeat(a, len(tried), CASES) for a in observed))
    possible = returned(subject, tried, (h_0, c_0), seen)
    used = [_by_row(budget(a, b)) for a, b in zip(seen, possible, strict=True) if a.size]
    return possible, np.argmin(np.max(used, 0), 0)


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


class _Choices(NamedTuple):
    """A case for every choice, whose weights do to the numbers as they are what the choice does to the numbers.

    factors: by what each weight of a part is multiplied (C, 4H, K), for every one of C choices.
    """

    tried: Cases
    factors: Mapping[_Part, Array]

    def weights_of(self, choice: int) -> list[list[CellWeights]]:
        """The weights of one choice, for a single case."""
        return [[cell.at(np.array([choice])) for cell in directions] for directions in self.tried.weights]

    def of_weights(self, due: Due, choice: int) -> Due:
        """The same gradients, by the weights as they were before this choice multiplied them."""
        weights = [list(directions) for directions in due.weights]
        for part, factors in self.factors.items():
            cell = weights[part.layer][part.direction]
            gradient = scaled(getattr(cell, part.kernel), factors[choice : choice + 1])
            weights[part.layer][part.direction] = cell._replace(**{part.kernel: gradient})
        return due._replace(weights=weights)


def _parts(configuration: Configuration, first: int) -> list[_Part]:
    """Of the layers from the first one on that drop of what they read, and of all that drop of h."""
    layer, parts = configuration.layer, []
    for index, direction in product(range(layer.num_layers), range(layer.directions)):
        width = layer.input_size if index == 0 else layer.output_size * (1 if layer.merges else layer.directions)
        reads = layer.dropout and index >= first
        parts += [_Part(index, direction, "kernel", layer.dropout, width)] if reads else []
        of_h = _Part(index, direction, "recurrent_kernel", layer.recurrent_dropout, layer.output_size)
        parts += [of_h] if layer.recurrent_dropout else []
    return parts


def _choices(subject: Subject, cases: Cases) -> _Choices:
    """All of a single case, from that in which everything is dropped to that in which nothing is."""
    parts = _parts(cases.configuration, promised(subject).first)
    sizes = [part.size for part in parts]
    kept = np.array(list(product((0.0, 1.0), repeat=sum(sizes))))
    count = len(kept)
    weights = [[cell.at(np.zeros(count, int)) for cell in directions] for directions in cases.weights]
    scales: dict[_Part, Array] = {}
    for part, of_part in zip(parts, np.split(kept, np.cumsum(sizes, dtype=int), 1)[:-1], strict=True):
        cell = weights[part.layer][part.direction]
        factors = of_part.reshape(count, GATES, part.width) / (1 - part.rate)
        scales[part] = np.repeat(factors, cell.hidden_size, 1)
        weights[part.layer][part.direction] = cell._replace(**{part.kernel: getattr(cell, part.kernel) * scales[part]})
    x, *states = (None if a is None else np.repeat(a, count, CASES) for a in cases.inputs)
    mask = None if cases.mask is None else np.repeat(cases.mask, count, 1)
    inputs = Inputs(x, *states)  # type: ignore[arg-type]  # x is never None
    tried = replace(cases, numbers=tuple(range(count)), weights=weights, inputs=inputs, mask=mask)
    return _Choices(tried, scales)


def _by_row(used: Array) -> Array:
    """The largest budget (N, B) of an output (..., N, B, F)."""
    return np.asarray(used.max(-1).reshape(-1, *used.shape[-3:-1]).max(0))


def _chosen(a: Array, best: NDArray[np.intp]) -> Array:
    """Of (..., N, B, F) for every row the case that is best, (..., 1, B, F)."""
    return np.asarray(a[..., best, np.arange(len(best)), :][..., None, :, :])
