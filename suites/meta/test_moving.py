"""Numbers that move: exact in exact arithmetic, derived twice, and within their own bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.reference import cell
from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.gradients import BackwardPass
from lstm_conformance.reference.lstm import Cell, Outputs
from lstm_conformance.reference.moving import Moving, tangents_of
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithGradients
from lstm_conformance.reference.mutants.derivatives import TangentOfTheForgetGateIgnored
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly
from lstm_conformance.suites.meta import traced
from lstm_conformance.suites.meta.differentiable import HOLES, RAGGED, Example, given_to
from lstm_conformance.suites.meta.numbers import drawn
from lstm_conformance.suites.meta.test_gradients import POLYNOMIALS, agree, duals, product, whole_numbers

EXAMPLES = {
    "plain": Example.of(drawn(4, 3, 2, 5)),
    "no bias": Example.of(drawn(4, 3, 2, 5, bias=False)),
    "mask": Example.of(drawn(4, 3, 2, 5), HOLES),
    "last output": Example.of(drawn(4, 3, 2, 5, return_sequences=False, bidirectional=True)),
    "all at once": Example.of(drawn(4, 3, 2, 5, num_layers=2, bidirectional=True, proj_size=3), RAGGED),
}
EVERY_EXAMPLE = pytest.mark.parametrize("name", EXAMPLES)


def moving(example: Example, direction: list[Array]) -> Example:
    """The same layer, all numbers of which move."""
    numbers: list[Any] = [Moving(a, b) for a, b in zip(example.arrays(), direction, strict=True)]
    return example.holding(numbers)


def not_moving(given: Outputs[Array]) -> Outputs[Any]:
    """Cotangents, which are constants."""
    numbers: list[Any] = [Moving(a, 0 * a) for a in given]
    return Outputs(*numbers)


def direction_of(example: Example) -> list[Array]:
    """Normal numbers, which float32 holds."""
    random = np.random.RandomState(1)
    return [random.standard_normal(a.shape).astype(np.float32).astype(np.float64) for a in example.arrays()]


@EVERY_EXAMPLE
@pytest.mark.parametrize(("layer", "exact"), [(LSTM, True), (TangentOfTheForgetGateIgnored, False)])
def test_tangents_are_exact(name: str, layer: type[LSTM], *, exact: bool) -> None:
    """In integers modulo a prime, ⟨J v, w⟩ is ⟨v, Jᵀ w⟩, which is derived otherwise; and a wrong J v is not."""
    example, random = EXAMPLES[name], np.random.RandomState(0)
    values, direction = ([whole_numbers(random, a) for a in example.arrays()] for _ in range(2))
    at = example.holding([duals(a, 0) for a in values])

    outputs: Outputs[Any] = moving(at, [duals(a, 0) for a in direction]).outputs(layer(example.layer, POLYNOMIALS))
    given = Outputs(*(whole_numbers(random, each.value) for each in outputs))
    gradients = at.gradients(BackwardPass(POLYNOMIALS), given)
    forwards = product([each.tangent for each in outputs], given).a

    assert (forwards == product(gradients, direction).a) is exact


def of_value(name: str) -> Activation:
    """An activation of traced numbers, whose slope is traced, too."""
    function = traced.PLAIN[name].function
    slopes = {"sigmoid": lambda s: s * (1 - s), "tanh": lambda s: 1 - s * s}
    return Activation(function, lambda z, _: z, derivative=lambda z: slopes[name](function(z)))


@EVERY_EXAMPLE
def test_a_second_derivation_agrees(name: str) -> None:
    """H v is the gradient of ⟨J v, w⟩: forwards over the way back here, and backwards over J v there."""
    example, direction = EXAMPLES[name], direction_of(EXAMPLES[name])
    given = given_to(example)
    found = moving(example, direction).gradients(BackwardPass(Cell()), not_moving(given))

    sources = [traced.traced(a) for a in example.arrays()]
    cell_ = Cell(of_value("sigmoid"), of_value("tanh"), of_value("tanh"))
    pushed: Outputs[Any] = moving(example.holding(sources), direction).outputs(LSTM(example.layer, cell_))
    parts = [(a.tangent * b).sum() for a, b in zip(pushed, given, strict=True)]
    expected = traced.gradients(sum(parts[1:], start=parts[0]), sources)

    assert agree(tangents_of(found), expected)


def in_float32(example: Example, direction: list[Array]) -> Example:
    """What an implementation computes with."""
    narrow = example.holding([a.astype(np.float32) for a in example.arrays()])
    return moving(narrow, [a.astype(np.float32) for a in direction])


def rounded(example: Example, direction: list[Array]) -> tuple[Example, Any]:
    """The same numbers with bounds; weights are exact."""
    by = arithmetic_of("float32").of_gradients
    numbers: list[Array] = [a.astype(np.float32).astype(np.float64) for a in example.arrays()]
    lifted: list[Any] = [Moving(exactly(a, by), exactly(b, by)) for a, b in zip(numbers, direction, strict=True)]
    weights = moving(example.holding(numbers), direction).weights
    return example._replace(weights=weights, inputs=(lifted[0], lifted[1], lifted[2])), by


@EVERY_EXAMPLE
def test_tangents_and_products_lie_within_their_bound(name: str) -> None:
    """Those of a right layer in float32, with room to spare, and not all of them exactly."""
    example, direction = EXAMPLES[name], direction_of(EXAMPLES[name])
    layer, of, given = example.layer, cell.cell_of(example.layer), given_to(EXAMPLES[name])
    narrow, (wide, by) = in_float32(example, direction), rounded(example, direction)

    seen: Outputs[Any] = narrow.outputs(LSTM(layer, of))
    due: Outputs[Any] = wide.outputs(LSTM(layer, of))
    pairs: list[tuple[Array, Rounded]] = [(a.tangent, b.tangent) for a, b in zip(seen, due, strict=True)]
    zeros = [(a.astype(np.float32), np.zeros_like(a, np.float32)) for a in given]
    losses: list[Any] = [
        Outputs(*(Moving(*each) for each in zeros)),
        Outputs(*(Moving(exactly(a, by), exactly(b, by)) for a, b in zeros)),
    ]
    right = LSTMWithGradients(layer, of)
    products = [each.gradients(right, loss) for each, loss in zip((narrow, wide), losses, strict=True)]
    pairs += zip(*(tangents_of(each) for each in products), strict=True)

    assert 0 < max(float(budget(a, b).max()) for a, b in pairs) < 0.8


def test_a_slope_that_is_no_function_of_its_value_cannot_move() -> None:
    """As that of softsign; on the way there, it multiplies."""
    z = Moving(np.ones(3), np.ones(3))
    softsign: Any = activation("softsign")

    assert np.allclose(softsign(z).tangent, 0.25)
    with pytest.raises(ValueError, match="expected a function whose slope is one of its value"):
        softsign.slope(z, softsign(z))


def test_gradients_of_numbers_that_move_are_those_of_numbers() -> None:
    """Their slopes are those of values, and so not the same bit for bit."""
    example = EXAMPLES["all at once"]
    given = given_to(example)
    found = moving(example, direction_of(example)).gradients(BackwardPass(Cell()), not_moving(given))
    expected = example.gradients(BackwardPass(Cell()), given)

    assert agree([a.value for a in found], expected)  # type: ignore[attr-defined]
