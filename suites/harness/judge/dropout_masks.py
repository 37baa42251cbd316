"""Which inputs and states of a layer were dropped in a call: read from its outputs.

Weights are made so that every unit reads one number, through one of its gates, and all its other gates are open or
shut; where inputs and states are dropped, half of the units read these, and half of them those.
Its output then has one of two values, that of the number dropped or that of it scaled by 1 / (1 - rate): both are
computed by the reference, with their bounds, from weights that are 0 or scaled instead of the number.
In a sequence only the last layer reads, because nobody sees every output of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.contracts.dropout import Dropout
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.lstm import layer as one_layer
from lstm_conformance.reference.rounded import Array, Rounded, exactly, where
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES
from lstm_conformance.suites.harness.judge.comparison import Comparison, within
from lstm_conformance.suites.harness.judge.subject import Subject

Mask = NDArray[np.bool_]

I, F, G, O = range(4)  # noqa: E741  # the gates are called so
OPEN, SHUT, AJAR = 200.0, -200.0, 0.25
"""Biases: a gate is 1, it is 0, or it moves with what the unit reads, and is not 0 where that is."""

READING = 0.5
"""The weight of the number that a unit reads."""


@dataclass(frozen=True)
class Read:
    """What was dropped in one layer of what its units read, (T, N, B, D P), of an inner layer (1, N, B, D P).

    compared: its outputs and states, held against the nearer of their two legal values.
    by_chance: whether it is a layer that should drop, and whose units read.
    """

    index: int
    by_chance: bool
    dropped: Mask
    compared: Sequence[Comparison]


def promised(subject: Subject) -> Dropout:
    """On what dropout acts, by the contract of a subject. Raises TypeError where it says nothing of dropout."""
    dropout = subject.hello.promised.dropout
    if dropout is None:
        raise TypeError(f"{subject.hello.implementation} promises nothing of dropout: ask nothing of it")
    return dropout


def readable(cases: Cases, seed: int) -> Cases:
    """These cases with weights and numbers from which it can be read what was dropped, of a layer with a seed."""
    weights = [
        [_cell(cases.configuration, index, d, cell) for d, cell in enumerate(directions)]
        for index, directions in enumerate(cases.weights)
    ]
    h_0, c_0 = cases.states
    inputs = Inputs(_distinct(cases.inputs.x), _distinct(h_0), np.ones_like(c_0))
    return seeded(cases.varied("readable", weights=weights, inputs=inputs), seed)


def seeded(cases: Cases, number: int) -> Cases:
    """These cases on a layer with a seed that follows from them; number: which of several."""
    configuration = cases.configuration
    digest = hashlib.sha256(f"{cases.origin}/{cases.numbers[0]}/{number}".encode()).digest()
    seed = 1 + int.from_bytes(digest[:3], "little")
    return cases.varied(
        f"seed {number}", configuration=replace(configuration, layer=replace(configuration.layer, seed=seed))
    )


def rate_of(layer: Layer) -> float:
    """The larger of the rates of inputs and states."""
    return max(layer.dropout, layer.recurrent_dropout)


class Source(NamedTuple):
    """Some numbers that a layer reads; which units read them in every direction, and the chance that one is dropped."""

    name: str
    first: int
    units: int
    chance: Fraction

    def of(self, a: Mask) -> Mask:
        """Those of its units (..., P), of one direction, or of (..., D P) where it is the only source."""
        return a[..., self.first : self.first + self.units] if self.name else a


def sources(layer: Layer) -> list[Source]:
    """The inputs, the states, or both: of the second, each is read by half of the units, in the same order.

    A chance is the rate as it was written, 1/10 where a binary number can only be near: odds are quick to compute so.
    """
    inputs, states = (Fraction(str(rate)) for rate in (layer.dropout, layer.recurrent_dropout))
    if not (inputs and states):
        return [Source("", 0, layer.output_size, inputs or states)]
    half = layer.output_size // 2
    return [Source(" of inputs", 0, half, inputs), Source(" of states", half, half, states)]


def read(subject: Subject, cases: Cases, outputs: Outputs[Array]) -> list[Read]:
    """What was dropped in every layer, from the outputs of readable cases."""
    x, reads = exactly(cases.inputs.x, arithmetic_of(cases.configuration.dtype)), []
    for index in range(len(cases.weights)):
        is_last = index + 1 == len(cases.weights)
        possible = _possible(subject, cases, index, x, outputs.y if is_last else None)
        h_n, in_h = _nearer(outputs.h_n[index], [candidate.h_n for candidate in possible])
        c_n, _ = _nearer(outputs.c_n[index], [candidate.c_n for candidate in possible])
        dropped = np.concatenate(in_h, -1)[None]
        y, in_y = _nearer(outputs.y, [candidate.y for candidate in possible]) if is_last else (possible[-1].y, dropped)
        compared = [
            within(f"h_n of layer {index}", outputs.h_n[index], h_n, STATE_AXES),
            within(f"c_n of layer {index}", outputs.c_n[index], c_n, STATE_AXES),
            *([within("y", outputs.y, y, Y_AXES)] if is_last else []),
        ]
        x = where(dropped, possible[0].y, possible[-1].y)
        reads.append(Read(index, len(possible) > 1, in_y, compared))
    return reads


def _possible(subject: Subject, cases: Cases, index: int, x: Rounded, observed: Array | None) -> list[Outputs[Rounded]]:
    """What the layer returns if all is dropped and if nothing is; only the one that can be where there is no chance."""
    configuration, cell = cases.configuration, subject.cell(cases.configuration)
    h_0, c_0 = (exactly(state[index], arithmetic_of(configuration.dtype)) for state in cases.states)
    return [
        one_layer(cell, [_scaled(w, *scales) for w in cases.weights[index]], x, h_0, c_0, observed=observed)
        for scales in _scales(subject, configuration, index)
    ]


def _scales(subject: Subject, configuration: Configuration, index: int) -> list[tuple[float, float]]:
    """What the inputs and the states that the layer at this index reads may be multiplied by."""
    layer, first = configuration.layer, promised(subject).first
    if not _reads(configuration, index) or (layer.dropout and index < first):
        return [(1.0, 1.0)]
    if rate_of(layer) == 1:
        return [(0.0, 0.0)]
    return [(0.0, 0.0), (1 / (1 - layer.dropout), 1 / (1 - layer.recurrent_dropout))]


def _reads(configuration: Configuration, index: int) -> bool:
    """Whether the units of the layer at this index read anything."""
    return configuration.time == 1 or index + 1 == configuration.layer.num_layers


def _scaled(w: CellWeights, of_inputs: float, of_states: float) -> CellWeights:
    """Weights that do to the numbers as they are what the weights do to scaled ones."""
    return w._replace(kernel=of_inputs * w.kernel, recurrent_kernel=of_states * w.recurrent_kernel)


def _nearer(observed: Array, possible: Sequence[Rounded]) -> tuple[Rounded, Mask]:
    """Of every element the possible value that is nearer, and whether it is that of what was dropped."""
    dropped, kept = possible[0], possible[-1]
    nearer = np.abs(observed - dropped.value) < np.abs(observed - kept.value)
    return where(nearer, dropped, kept), nearer


def _cell(configuration: Configuration, index: int, direction: int, drawn: CellWeights) -> CellWeights:
    """The weights of one cell of every case, the same in all of them."""
    layer, size = configuration.layer, configuration.layer.hidden_size
    gates, units = _gates(configuration), np.arange(layer.output_size)
    kernel, recurrent_kernel = np.zeros_like(drawn.kernel), np.zeros_like(drawn.recurrent_kernel)
    rows = gates[units] * size + units
    read = [kernel] * bool(layer.dropout) + [recurrent_kernel] * bool(layer.recurrent_dropout)
    for source, matrix in zip(sources(layer), read, strict=True):
        begin = direction * layer.output_size if matrix is kernel else 0
        columns = (begin + np.arange(source.units)) % matrix.shape[-1]
        matrix[:, rows[source.first : source.first + source.units], columns] = READING * _reads(configuration, index)
    first, *others = drawn.biases
    biases = (np.broadcast_to(_biases(gates), first.shape).astype(first.dtype), *(0 * bias for bias in others))
    projection = None if drawn.projection is None else np.zeros_like(drawn.projection)
    if projection is not None:
        projection[:, units, units] = 1
    return CellWeights(kernel, recurrent_kernel, biases, projection)


def _gates(configuration: Configuration) -> NDArray[np.intp]:
    """By unit, the gate that reads; f, whose effect stays, only where there is one step."""
    reading, size = np.array([I, F, G, O] if configuration.time == 1 else [I, G, O]), configuration.layer.hidden_size
    share = size // len(sources(configuration.layer))
    return reading[np.arange(size) % share * len(reading) // share]


def _biases(gates: NDArray[np.intp]) -> Array:
    """The biases (4H): c is i g, and f c_0 where f reads."""
    biases = np.full((4, len(gates)), OPEN)
    biases[F] = SHUT
    biases[I, gates == F] = SHUT
    biases[gates, np.arange(len(gates))] = AJAR
    return biases.ravel()


def _distinct(a: Array) -> Array:
    """Numbers from 1/2 to 1, exact in every dtype; where all are positive, no h is 0, which nobody sees dropped."""
    return np.asarray((32 + np.floor(32 * np.abs(np.tanh(a.astype(np.float64))))) / 64, a.dtype)


def is_readable(configuration: Configuration) -> bool:
    """Whether it can be read what was dropped: of inputs or of states, in a layer that is called once and shows all."""
    layer = configuration.layer
    shows = layer.return_sequences and layer.return_state and not layer.merges and not configuration.structure
    given = configuration.initial_state and not (layer.stateful or configuration.mask or configuration.trained)
    paired = configuration.batch % 2 == layer.output_size % (2 * len(sources(layer))) == 0
    alone = not (layer.bidirectional or layer.proj_size) or len(sources(layer)) == 1
    return shows and given and paired and alone and layer.bias and rate_of(layer) > 0
