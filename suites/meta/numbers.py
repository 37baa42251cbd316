"""What the tests of the reference share: drawn cases, and the reference on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.reference import cell
from lstm_conformance.reference.arithmetic import STORED, Arithmetic
from lstm_conformance.reference.lstm import Cell, Mask, Outputs, layer, lstm
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly


class Start(NamedTuple):
    """x (T, N, B, I) in float64, and the states h_0 (L, D, N, B, P), c_0 (L, D, N, B, H)."""

    x: Array
    h_0: Array
    c_0: Array


def drawn(time: int, batch: int, input_size: int, hidden_size: int, /, *, biases: int = 2, **options: object) -> Cases:
    """The first two cases of a configuration."""
    return draw(configuration(time, batch, input_size, hidden_size, **options), (0, 1), biases=biases)


def cell_of(called: Configuration, accuracy: str = "N", coupled: cell.Coupled = "") -> Cell:
    """The activations of a layer, as an implementation of this class computes them; coupled: a gate without weights."""
    return cell.cell_of(called.layer, accuracy, STORED[called.dtype].compute, coupled)


def start(cases: Cases) -> Start:
    """What the layer is given, widened."""
    return Start(*(np.asarray(a, np.float64) for a in (cases.inputs.x, *cases.states)))


def values(cases: Cases, mask: Mask | None = None) -> Outputs[Array]:
    """The plain reference: the whole stack on arrays."""
    return lstm(cell_of(cases.configuration), cases.weights, *start(cases), mask=mask)


def trajectory(
    cases: Cases, arithmetic: Arithmetic, mask: Mask | None = None, coupled: cell.Coupled = ""
) -> Outputs[Rounded]:
    """The whole stack on rounded numbers, fed its own outputs."""
    x, h_0, c_0 = (exactly(a, arithmetic) for a in start(cases))
    return lstm(cell_of(cases.configuration, coupled=coupled), cases.weights, x, h_0, c_0, mask=mask)


def forced(
    cases: Cases, observed: Sequence[Array], arithmetic: Arithmetic, mask: Mask | None = None
) -> list[Outputs[Rounded]]:
    """Every layer of the stack on rounded numbers, fed the outputs observed of itself and of the layer below."""
    found, kind, (x, h_0, c_0) = [], cell_of(cases.configuration), start(cases)
    for index, (directions, y) in enumerate(zip(cases.weights, observed, strict=True)):
        numbers = (exactly(a, arithmetic) for a in (x, h_0[index], c_0[index]))
        found.append(layer(kind, directions, *numbers, observed=y, mask=mask))
        x = y
    return found


def layer_by_layer(cases: Cases, mask: Mask | None = None) -> list[Outputs[Array]]:
    """Outputs and states of every layer of the plain reference."""
    found: list[Outputs[Array]] = []
    kind, (x, h_0, c_0) = cell_of(cases.configuration), start(cases)
    for index, directions in enumerate(cases.weights):
        found.append(layer(kind, directions, x, h_0[index], c_0[index], mask=mask))
        x = found[-1].y
    return found


def worst(observed: Array, expected: Rounded) -> float:
    """The largest budget that an element uses. Raises AssertionError where the shapes differ."""
    assert observed.shape == expected.shape, f"expected the shape {expected.shape}, came {observed.shape}"
    return float(budget(observed, expected).max(initial=0))
