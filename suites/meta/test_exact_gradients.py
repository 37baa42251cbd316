"""The reference's gradients beside 60 digits: central differences of the oracle, which knows no way back.

In 60 digits a step of 1e-20 leaves some 40 of a difference, and none of the curvature: they are derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.regimes import EVERY_REGIME
from lstm_conformance.reference.arithmetic import Arithmetic
from lstm_conformance.reference.gradients import BackwardPass
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.oracle import Oracle, real
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.meta.differentiable import HOLES, RAGGED, Example, given_to
from lstm_conformance.suites.meta.exactness import ONE_ROUNDING
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.numbers import cell_of, drawn

STEP = real.mpf(10) ** -20
TRIED = 3
"""Numbers of every array."""

LAYERS = {
    "plain": Example.of(drawn(4, 3, 2, 3, dtype="float64")),
    "projection": Example.of(drawn(4, 3, 2, 4, proj_size=3, dtype="float64")),
    "mask": Example.of(drawn(4, 3, 2, 3, dtype="float64"), HOLES),
    "stack": Example.of(drawn(4, 3, 2, 2, num_layers=2, bidirectional=True, dtype="float64"), RAGGED),
}


def expected(example: Example, given: Outputs[Array], by: Arithmetic) -> list[Rounded]:
    """The gradients of the reference, each with its bound, in the order of `arrays`."""
    x, h_0, c_0 = (exactly(a, by) for a in example.inputs)
    weights = [[w.float64() for w in directions] for directions in example.weights]
    due = Outputs(*(exactly(a, by) for a in given))
    found = BackwardPass(CELL).gradients(weights, Call(x, h_0, c_0, example.mask), due)
    return [found.x, found.h_0, found.c_0, *(a for d in found.weights for w in d for a in w.named.values())]


CELL = cell_of(drawn(4, 3, 2, 3, dtype="float64").configuration)


def loss(example: Example, given: Outputs[Array]) -> object:
    """Σ outputs · given, in 60 digits."""
    layers = Oracle().stack(example.weights, *example.inputs, mask=example.mask)
    outputs = (layers[-1].y, np.stack([each.h_n for each in layers]), np.stack([each.c_n for each in layers]))
    return sum((a * b.astype(object)).sum() for a, b in zip(outputs, given, strict=True))


def derivative(example: Example, given: Outputs[Array], which: int, index: Sequence[int]) -> float:
    """That of the loss by one number of one array, the next float64."""

    def moved(step: object) -> object:
        numbers = [a.astype(object) for a in example.arrays()]
        numbers[which][tuple(index)] = real.convert(numbers[which][tuple(index)]) + step
        return loss(example.holding(numbers), given)

    return float((moved(STEP) - moved(-STEP)) / (2 * STEP))  # type: ignore[operator]


def largest(example: Example) -> float:
    """The largest share of the hard bound that the reference uses, of some numbers of every array."""
    given, random, shares = given_to(example), np.random.RandomState(0), []
    for which, due in enumerate(expected(example, given, ONE_ROUNDING)):
        for _ in range(TRIED):
            index = [random.randint(size) for size in due.shape]
            error = abs(due.value[tuple(index)] - derivative(example, given, which, index))
            shares.append(error / due.bound[tuple(index)] if error else 0.0)
    return float(max(shares))


@pytest.mark.parametrize("layer", LAYERS)
def test_gradients_lie_within_the_hard_bound(layer: str) -> None:
    """Whatever the layer; and they are no numbers of 60 digits."""
    assert 0 < largest(LAYERS[layer]) < 1


@pytest.mark.parametrize("regime", in_part(EVERY_REGIME, 3))
def test_gradients_lie_within_the_hard_bound_whatever_the_numbers(regime: str) -> None:
    """In every regime."""
    assert largest(Example.of(drawn(4, 2, 2, 3, dtype="float64", regime=regime))) < 1
