"""Gradients: exact in exact arithmetic, derived twice, and within their own bound; a wrong backward pass is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.regimes import EVERY_REGIME
from lstm_conformance.reference import cell
from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF, arithmetic_of
from lstm_conformance.reference.gradients import NOTHING, BackwardPass, Observed
from lstm_conformance.reference.lstm import Cell, Outputs
from lstm_conformance.reference.mutants import gradients, weight_gradients
from lstm_conformance.reference.mutants.base import LSTM, Call, LSTMWithGradients
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly
from lstm_conformance.suites.meta import traced
from lstm_conformance.suites.meta.differentiable import (
    HOLES,
    LIMITED,
    LONG,
    RAGGED,
    SPECIAL,
    STACKED,
    WITH_OPTIONS,
    WRONG,
    Example,
    arrays,
    given_to,
)
from lstm_conformance.suites.meta.numbers import drawn
from lstm_conformance.suites.meta.variants import VARIANTS, Variant

PRIME = 2**61 - 1


class Dual:
    """a + b ε with ε² = 0, in integers modulo a prime: b follows the rules of differentiation, and nothing is rounded.

    An identity of polynomials holds for these numbers, too; what is none holds by chance in one of 10¹⁸ cases.
    """

    def __init__(self, a: int, b: int = 0) -> None:
        self.a, self.b = int(a) % PRIME, int(b) % PRIME

    def __add__(self, other: Dual | int) -> Dual:
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.a + other.a, self.b + other.b)

    def __mul__(self, other: Dual | int) -> Dual:
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.a * other.a, self.a * other.b + self.b * other.a)

    __radd__, __rmul__ = __add__, __mul__


EXAMPLES = {
    "plain": Example.of(drawn(4, 3, 2, 5)),
    "one bias": Example.of(drawn(4, 3, 2, 5, biases=1)),
    "no bias": Example.of(drawn(4, 3, 2, 5, bias=False)),
    "both directions": Example.of(drawn(4, 3, 2, 5, bidirectional=True)),
    "stack": Example.of(drawn(4, 3, 4, 3, num_layers=3)),
    "projection": Example.of(drawn(4, 3, 2, 5, proj_size=3)),
    "lengths": Example.of(drawn(4, 3, 2, 5), RAGGED),
    "mask": Example.of(drawn(4, 3, 2, 5), HOLES),
    "mask, repeated": Example.of(drawn(4, 3, 2, 5), HOLES, "previous"),
    "last output": Example.of(drawn(4, 3, 2, 5, return_sequences=False, bidirectional=True)),
    "last output, repeated": Example.of(drawn(4, 3, 2, 5, return_sequences=False), HOLES, "previous"),
    "sum": Example.of(drawn(4, 3, 2, 5, bidirectional=True, merge_mode="sum")),
    "product": Example.of(drawn(4, 3, 2, 5, bidirectional=True, merge_mode="mul"), HOLES),
    "last product": Example.of(drawn(4, 3, 2, 5, bidirectional=True, merge_mode="mul", return_sequences=False)),
    "all at once": Example.of(drawn(4, 3, 2, 5, num_layers=2, bidirectional=True, proj_size=3), RAGGED),
    "all at once with a mask": Example.of(drawn(4, 3, 2, 5, num_layers=2, bidirectional=True, proj_size=3), HOLES),
}
MANY_STEPS = Example.of(drawn(66, 3, 2, 5))
EVERY_EXAMPLE = pytest.mark.parametrize("name", EXAMPLES)


def polynomial(linear: int, square: int) -> Activation:
    """A function of which sums and products are enough, and its derivative."""
    return Activation(lambda z: linear * z + square * (z * z), lambda z, _: linear + 2 * square * z)


POLYNOMIALS = Cell(polynomial(3, 5), polynomial(7, 11), polynomial(13, 17))
"""The formulas hold for any activations; no two of these can be taken for each other."""


def directional(example: Example, backward: BackwardPass) -> tuple[int, int]:
    """How Σ outputs · given changes in a random direction: by the numbers on the way forward, and by the gradients."""
    random = np.random.RandomState(0)
    values, direction = ([whole_numbers(random, a) for a in example.arrays()] for _ in range(2))

    moving = example.holding([duals(a, b) for a, b in zip(values, direction, strict=True)])
    outputs = moving.outputs(LSTM(example.layer, POLYNOMIALS))
    given = Outputs(*(whole_numbers(random, a) for a in outputs))
    found = example.holding([duals(a, 0) for a in values]).gradients(backward, given)
    return product(outputs, given).b, product(found, direction).a


def whole_numbers(random: np.random.RandomState, like: Array) -> Array:
    """Python's integers in the shape of an array."""
    return np.asarray(random.randint(1, 2**31 - 1, like.shape), object)


def duals(a: Array, b: Array | int) -> Array:
    """a + b ε."""
    return np.asarray(np.vectorize(Dual, [object])(a, b))


def product(a: Iterable[Array], b: Iterable[Array]) -> Dual:
    """Σ a b, over all elements of all arrays."""
    return sum(((one * other).sum() for one, other in zip(a, b, strict=True)), start=Dual(0))


@EVERY_EXAMPLE
def test_gradients_are_exact(name: str) -> None:
    """For any input, state, weight and activation: what the outputs do on the way forward is what the gradients say."""
    forward, backward = directional(EXAMPLES[name], BackwardPass(POLYNOMIALS))

    assert backward == forward


@EVERY_EXAMPLE
@pytest.mark.parametrize(
    "wrong",
    [
        gradients.GradientThroughTheForgetGateMissing,
        gradients.GradientThroughTheCellStateMissing,
        weight_gradients.RecurrentKernelGradientWithoutTheFirstStep,
        gradients.FinalStateGradientsIgnored,
    ],
)
def test_a_wrong_backward_pass_is_not_exact(name: str, wrong: type[LSTMWithGradients]) -> None:
    """The comparison can fail."""
    example = EXAMPLES[name]
    forward, backward = directional(example, wrong(example.layer, POLYNOMIALS))

    assert backward != forward


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_slopes_are_derivatives(name: str) -> None:
    """The imaginary part of f(z + ih) is h f'(z), up to h² and a dozen roundings on either side."""
    z, h = np.linspace(-8, 8, 1001), 2.0**-200
    found = np.imag(activation(name).function(z + 1j * h)) / h  # type: ignore[arg-type]

    assert np.all(np.abs(found - activation(name).at(z)) <= 24 * UNIT_ROUNDOFF["float64"] * found)


def differentiated(example: Example, cell: Cell, given: Outputs[Array]) -> list[Array]:
    """The gradients of Σ outputs · given, in the order of `arrays`, by reverse-mode differentiation of the engine."""
    sources = [traced.traced(a) for a in example.arrays()]
    outputs = example.holding(sources).outputs(LSTM(example.layer, cell))
    parts = [(a * b).sum() for a, b in zip(outputs, given, strict=True)]
    return traced.gradients(sum(parts[1:], start=parts[0]), sources)


def agree(found: Sequence[Array], expected: Sequence[Array]) -> bool:
    """To 1e-13 of the largest element of each."""
    return all(np.abs(a - b).max() <= 1e-13 * np.abs(b).max() for a, b in zip(found, expected, strict=True))


@EVERY_EXAMPLE
def test_a_second_derivation_agrees(name: str) -> None:
    """One that knows no LSTM."""
    example, cell = EXAMPLES[name], Cell(traced.PLAIN["sigmoid"], traced.PLAIN["tanh"], traced.PLAIN["tanh"])
    given = given_to(example)

    assert agree(example.gradients(BackwardPass(Cell()), given), differentiated(example, cell, given))


@pytest.mark.parametrize("gate", ["sigmoid", "hard_sigmoid", "relu"])
@pytest.mark.parametrize("other", ["tanh", "relu", "softsign", "linear"])
def test_a_second_derivation_agrees_with_every_activation(gate: str, other: str) -> None:
    """Those that layers can be given."""
    example = EXAMPLES["plain"]
    given = given_to(example)
    plain, cell = (Cell(of(gate), of(other), of(other)) for of in (activation, traced.PLAIN.__getitem__))

    assert agree(example.gradients(BackwardPass(plain), given), differentiated(example, cell, given))


def of_variant(variant: Variant) -> tuple[Example, Cell]:
    """A layer with these options, and its cell for traced numbers."""
    example = Example.of(variant.with_peepholes(drawn(4, 3, 2, 5, proj_size=3)), HOLES)
    gate, candidate, output = (
        traced.PLAIN[name] if name in traced.PLAIN and not parameters else traced.PARAMETRIC[name](*parameters)
        for name, *parameters in variant.named
    )
    return example, Cell(gate, candidate, output, **variant.options)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_second_derivation_agrees_with_every_option(name: str) -> None:
    """Those of cells, whoever has them."""
    example, cell = of_variant(VARIANTS[name])
    given = given_to(example)

    found = example.gradients(BackwardPass(VARIANTS[name].cell()), given)
    assert agree(found, differentiated(example, cell, given))


@pytest.mark.parametrize("wrong", WRONG)
def test_the_way_forward_is_right(wrong: str) -> None:
    """A wrong backward pass says nothing on the way forward."""
    seen, expected = (LONG.outputs(kind(LONG.layer, Cell())) for kind in (WRONG[wrong], LSTM))

    assert all(np.array_equal(a, b) for a, b in zip(seen, expected, strict=True))


@pytest.mark.parametrize("wrong", WRONG)
def test_every_wrong_backward_pass_is_wrong(wrong: str) -> None:
    """In a second call some gradient differs by more than rounding, or something else does that the caller sees."""
    plain = any(misled(WRONG[wrong], example, cell.cell_of(example.layer)) for example in (LONG, STACKED, *SPECIAL))
    losses = (large, small, ones, of_the_last_output, of_final_states)
    examples = (EXAMPLES["plain"], EXAMPLES["lengths"], MANY_STEPS)
    other_losses = any(misled(WRONG[wrong], example, Cell(), of) for of in losses for example in examples)

    assert plain or other_losses or misled(WRONG[wrong], WITH_OPTIONS, LIMITED.cell())


def large(given: Outputs[Array]) -> Outputs[Array]:
    """A thousand times as large a loss."""
    return Outputs(*(1000 * a for a in given))


def small(given: Outputs[Array]) -> Outputs[Array]:
    """A millionth of it."""
    return Outputs(*(1e-6 * a for a in given))


def ones(given: Outputs[Array]) -> Outputs[Array]:
    """Of the sum of all outputs."""
    return Outputs(np.ones_like(given.y), 0 * given.h_n, 0 * given.c_n)


def of_the_last_output(given: Outputs[Array]) -> Outputs[Array]:
    """Of a loss that depends on nothing else."""
    return Outputs(given.y * (np.arange(len(given.y)) == len(given.y) - 1)[:, None, None], 0 * given.h_n, 0 * given.c_n)


def of_final_states(given: Outputs[Array]) -> Outputs[Array]:
    """Of a loss that depends on no output of a step."""
    return given._replace(y=0 * given.y)


def misled(
    wrong: type[LSTMWithGradients],
    example: Example,
    of: Cell,
    loss: Callable[[Outputs[Array]], Outputs[Array]] = lambda given: given,
) -> bool:
    """Whether it does anything else than the right one."""
    given, backward = loss(given_to(example)), wrong(example.layer, of)
    expected = example.gradients(BackwardPass(of), given)
    example.gradients(backward, given)
    left = example.holding([a.copy() for a in example.arrays()])
    backward.left_by_the_way_back(left.weights, Call(*left.inputs))
    seen, due = [*example.gradients(backward, given), *left.arrays()], [*expected, *example.arrays()]
    return any(np.abs(a - b).max() > 5e-14 * np.abs(b).max() for a, b in zip(seen, due, strict=True))


def rounded(example: Example, given: Outputs[Array], observed: Observed = NOTHING) -> list[Rounded]:
    """The gradients with their bounds, in the order of `arrays`; that of z last."""
    by = arithmetic_of("float32").of_gradients
    x, h_0, c_0 = (exactly(a, by) for a in example.inputs)
    backward = BackwardPass(cell.cell_of(example.layer))
    backward.fill, backward.merge_mode = example.fill, example.layer.merge_mode
    backward.return_sequences = example.layer.return_sequences
    due = Outputs(*(exactly(a, by) for a in given))
    found = backward.gradients(
        [[w.float64() for w in d] for d in example.weights], Call(x, h_0, c_0, example.mask), due, observed
    )
    weights = [a for directions in found.weights for w in directions for a in w.named.values()]
    return [found.x, found.h_0, found.c_0, *weights, found.z]


def largest(example: Example, *, forced: bool = False) -> float:
    """The largest share of their bounds that the gradients of a layer use which computes in float32.

    forced: every step follows what is seen of others.
    """
    narrow = example.holding([a.astype(np.float32) for a in example.arrays()])
    given = given_to(example)
    lstm = LSTMWithGradients(example.layer, cell.cell_of(example.layer))
    lstm.fill = example.fill
    in_float32 = Outputs(*(a.astype(np.float32) for a in given))
    found = lstm.gradients(narrow.weights, Call(*narrow.inputs, mask=example.mask), in_float32)
    seen = [found.x, found.h_0, found.c_0, *arrays(found.weights), found.z]
    due = rounded(narrow, given, Observed(narrow.outputs(lstm).y, found.z) if forced else NOTHING)
    return max(float(budget(a, b).max()) for a, b in zip(seen, due, strict=True))


ONE_LAYER = {name: example.layer for name, example in EXAMPLES.items() if example.layer.num_layers == 1}
OF_ONE_LAYER = [name for name, layer in ONE_LAYER.items() if layer.return_sequences and not layer.merges]


@EVERY_EXAMPLE
def test_gradients_lie_within_their_bound(name: str) -> None:
    """Those of a right layer, with room to spare."""
    assert 0 < largest(EXAMPLES[name]) < 0.8


@pytest.mark.parametrize("name", OF_ONE_LAYER)
def test_gradients_follow_from_one_another(name: str) -> None:
    """Fed what was seen of outputs and ∂z, the bound is narrower, and kept."""
    assert 0 < largest(EXAMPLES[name], forced=True) < 0.8


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "hard_sigmoid", "relu", "softsign", "linear"])
def test_the_bound_of_a_slope_reaches_as_far_as_its_argument(name: str) -> None:
    """Wherever in its interval the argument is: at a kink, on both sides of it."""
    z = exactly(np.linspace(-4, 4, 4001), arithmetic_of("float32"))
    wide = Rounded(z.value, np.full_like(z.value, 1e-2), z.var, z.arithmetic)
    by = activation(name)
    due = by.slope(wide, by(wide))

    for moved in (-1e-2, -3e-3, 0, 3e-3, 1e-2):
        assert np.all(np.abs(by.at(z.value + moved) - due.value) <= due.bound)
    assert np.median(due.bound) < 0.02


@pytest.mark.parametrize("regime", EVERY_REGIME)
@pytest.mark.parametrize("forced", [False, True])
def test_gradients_lie_within_their_bound_whatever_the_numbers(regime: str, *, forced: bool) -> None:
    """In every regime."""
    example = Example.of(drawn(9, 3, 4, 7, bidirectional=True, regime=regime))

    assert largest(example, forced=forced) < 0.8
