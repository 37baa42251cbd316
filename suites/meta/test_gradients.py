"""Gradients: exact in exact arithmetic; a wrong backward pass is not, and its way forward is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF
from lstm_conformance.reference.gradients import BackwardPass, slope
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Mask, Outputs, within_lengths
from lstm_conformance.reference.mutants import MUTANTS, family_of, gradients
from lstm_conformance.reference.mutants.base import LSTM, Call, LSTMWithGradients
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import Weights, mapped
from lstm_conformance.suites.meta.numbers import drawn, start

PRIME = 2**61 - 1

WRONG: dict[str, type[LSTMWithGradients]] = {
    name: mutant
    for name, mutant in MUTANTS.items()
    if issubclass(mutant, LSTMWithGradients) and family_of(mutant) == "gradients"
}


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


class Example(NamedTuple):
    """One case, without an axis of cases: a layer, its weights, x, h_0 and c_0, and a mask."""

    layer: Layer
    weights: Weights
    inputs: tuple[Array, Array, Array]
    mask: Mask | None = None

    @classmethod
    def of(cls, cases: Cases, mask: Mask | None = None) -> Example:
        """The first of the cases."""
        x, h_0, c_0 = start(only(cases, 0))
        weights = arranged(cases.weights, (a[0] for a in arrays(cases.weights)))
        return cls(cases.configuration.layer, weights, (x[:, 0], h_0[:, :, 0], c_0[:, :, 0]), mask)

    def arrays(self) -> list[Array]:
        """Everything that has a gradient."""
        return [*self.inputs, *arrays(self.weights)]

    def holding(self, numbers: list[Array]) -> Example:
        """The same layer with other numbers."""
        x, h_0, c_0, *others = numbers
        return self._replace(weights=arranged(self.weights, iter(others)), inputs=(x, h_0, c_0))

    def outputs(self, lstm: LSTM) -> Outputs[Array]:
        """What the layer returns."""
        return lstm(self.weights, Call(*self.inputs, mask=self.mask))

    def gradients(self, backward: BackwardPass, given: Outputs[Array]) -> list[Array]:
        """In the order of `arrays`."""
        found = backward.gradients(self.weights, *self.inputs, given, self.mask)
        return [found.x, found.h_0, found.c_0, *arrays(found.weights)]


def arrays(weights: Weights) -> list[Array]:
    """The arrays of all cells."""
    return [a for directions in weights for w in directions for a in w.named.values()]


def arranged(like: Weights, numbers: Iterator[Array]) -> Weights:
    """The arrays as the weights of cells: the inverse of `arrays`."""
    return mapped(like, lambda _: next(numbers))


RAGGED = within_lengths(4, np.array([3, 0, 2]))
HOLES = np.array([[0, 1, 1], [1, 0, 1], [0, 0, 1], [1, 0, 0]], np.bool_)

EXAMPLES = {
    "plain": Example.of(drawn(4, 3, 2, 5)),
    "one bias": Example.of(drawn(4, 3, 2, 5, biases=1)),
    "no bias": Example.of(drawn(4, 3, 2, 5, bias=False)),
    "both directions": Example.of(drawn(4, 3, 2, 5, bidirectional=True)),
    "stack": Example.of(drawn(4, 3, 4, 3, num_layers=3)),
    "projection": Example.of(drawn(4, 3, 2, 5, proj_size=3)),
    "lengths": Example.of(drawn(4, 3, 2, 5), RAGGED),
    "mask": Example.of(drawn(4, 3, 2, 5), HOLES),
    "all at once": Example.of(drawn(4, 3, 2, 5, num_layers=2, bidirectional=True, proj_size=3), RAGGED),
    "all at once with a mask": Example.of(drawn(4, 3, 2, 5, num_layers=2, bidirectional=True, proj_size=3), HOLES),
}
EVERY_EXAMPLE = pytest.mark.parametrize("name", EXAMPLES)

LONG = Example.of(drawn(10, 3, 4, 5, bidirectional=True, style="saturated"), within_lengths(10, np.array([10, 4, 9])))
"""A layer in which every wrong backward pass shows."""


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


def given_to(example: Example) -> Outputs[Array]:
    """Gradients of the outputs, of all sizes around 1."""
    random = np.random.RandomState(0)
    outputs = example.outputs(LSTM(example.layer, Cell()))
    return Outputs(*(3 * random.standard_normal(a.shape) for a in outputs))


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
        gradients.RecurrentKernelGradientWithoutTheFirstStep,
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

    assert np.all(np.abs(found - slope(activation(name), z)) <= 24 * UNIT_ROUNDOFF["float64"] * found)


@pytest.mark.parametrize("wrong", WRONG)
def test_the_way_forward_is_right(wrong: str) -> None:
    """A wrong backward pass says nothing on the way forward."""
    seen, expected = (LONG.outputs(kind(LONG.layer, Cell())) for kind in (WRONG[wrong], LSTM))

    assert all(np.array_equal(a, b) for a, b in zip(seen, expected, strict=True))


@pytest.mark.parametrize("wrong", WRONG)
def test_every_wrong_backward_pass_is_wrong(wrong: str) -> None:
    """In the second call, some gradient is wrong by more than a hundredth of its largest element."""
    given, backward = given_to(LONG), WRONG[wrong](LONG.layer, Cell())
    expected = LONG.gradients(BackwardPass(Cell()), given)
    LONG.gradients(backward, given)

    found = LONG.gradients(backward, given)
    assert max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(found, expected, strict=True)) > 0.01
