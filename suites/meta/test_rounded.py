"""Numbers that carry their own error bound: what must lie within it does, what must not does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import Cases, draw, only
from lstm_conformance.fixtures.cases.regimes import EVERY_REGIME
from lstm_conformance.reference import rounded as module
from lstm_conformance.reference.arithmetic import Arithmetic, uniform
from lstm_conformance.reference.factors import Factor, factor, sizes_and_squares
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import (
    Array,
    InnerProduct,
    Rounded,
    budget,
    concatenate,
    dot,
    exactly,
    stack,
    where,
)
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.numbers import drawn, forced, layer_by_layer, trajectory, worst

WORKING, HARD = uniform("float32"), uniform("float32", rigorous=True)
BOUNDS = {"working": WORKING, "hard": HARD}
EVERY_BOUND = pytest.mark.parametrize("bound", BOUNDS)
EVERY_STYLE = pytest.mark.parametrize("regime", EVERY_REGIME)

ALL_ERROR = {"huge", "denormal"}
"""Regimes in which some numbers are smaller than the error that they are allowed."""

Sum = Callable[[Array], Array]
SUMS: dict[str, Sum] = {
    "sequential": lambda terms: np.cumsum(terms, -1)[..., -1],
    "reversed": lambda terms: np.cumsum(terms[..., ::-1], -1)[..., -1],
    "pairwise": lambda terms: np.asarray(terms.sum(-1)),
    "largest first": lambda terms: np.cumsum(np.take_along_axis(terms, np.argsort(-np.abs(terms)), -1), -1)[..., -1],
    "smallest first": lambda terms: np.cumsum(np.take_along_axis(terms, np.argsort(np.abs(terms)), -1), -1)[..., -1],
    "halves": lambda terms: terms[..., ::2].sum(-1) + terms[..., 1::2].sum(-1),
}
"""Orders in which an implementation may sum up a pre-activation, in the dtype of the terms."""

TENTHS = Arithmetic(products=0.1, elementwise=0.01, activation=0.001, tiny=0, tiny_product=0)
"""Roundoffs that can be told apart in a result."""


def many(regime: str) -> Cases:
    """Twenty cases of a regime, small enough for loops in Python."""
    return draw(configuration(7, 2, 5, 6, regime=regime), range(20), biases=2)


def in_float32(cases: Cases, order: Sum) -> tuple[Array, Array]:
    """Outputs and final cell state of the first layer as plain NumPy computes them in float32."""
    cell, (x, h_0, c_0) = cases.weights[0][0], cases.inputs
    assert h_0 is not None
    assert c_0 is not None
    h, c, ys = h_0[0, 0], c_0[0, 0], []
    for each in x:
        i, f, g, o = np.split(order(terms(cell, each, h)), 4, -1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        ys.append(h)
    return np.stack(ys), c


def terms(cell: CellWeights, x: Array, h: Array) -> Array:
    """All that is summed up to a pre-activation: (N, B, 4H, I + H + 2)."""
    products = [x[:, :, None] * cell.kernel[:, None], h[:, :, None] * cell.recurrent_kernel[:, None]]
    biases = [np.broadcast_to(b[:, None, :, None], (*products[0].shape[:-1], 1)) for b in cell.biases]
    return np.concatenate([*products, *biases], -1)


def sigmoid(z: Array) -> Array:
    """As it is written down, in the dtype of z."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-z)))


def truth(cases: Cases, arithmetic: Arithmetic, y: Array | None = None) -> Outputs[Rounded]:
    """What a single layer must return, fed the observed outputs, or its own."""
    return forced(cases, [layer_by_layer(cases)[0].y if y is None else y], arithmetic)[0]


@EVERY_BOUND
@EVERY_STYLE
@pytest.mark.parametrize("order", SUMS)
def test_float32_lies_within_the_bound(order: str, regime: str, bound: str) -> None:
    """However NumPy sums up in float32, outputs and cell state lie within the bound of the truth."""
    cases = many(regime)
    y, c_n = in_float32(cases, SUMS[order])
    expected = truth(cases, BOUNDS[bound], y)

    assert y.dtype == c_n.dtype == np.float32
    assert worst(y, expected.y) <= 1
    assert worst(c_n[None], expected.c_n) <= 1


@EVERY_BOUND
@EVERY_STYLE
def test_the_truth_rounded_to_float32_lies_within_the_bound(regime: str, bound: str) -> None:
    """The most accurate implementation there is passes."""
    cases = many(regime)
    exact = layer_by_layer(cases)[0]
    y, c_n = exact.y.astype(np.float32), exact.c_n.astype(np.float32)
    expected = truth(cases, BOUNDS[bound], y)

    assert worst(y, expected.y) <= 1
    assert worst(c_n, expected.c_n) <= 1


@EVERY_BOUND
@pytest.mark.parametrize("regime", sorted(EVERY_REGIME.keys() - ALL_ERROR))
def test_outputs_with_a_small_error_do_not(regime: str, bound: str) -> None:
    """In every single case, outputs scaled by 1 + 1e-4 leave the bound."""
    cases = many(regime)
    y = in_float32(cases, SUMS["pairwise"])[0] * np.float32(1 + 1e-4)
    expected = truth(cases, BOUNDS[bound], y)

    assert np.all(budget(y, expected.y).max((0, 2, 3)) > 1)


@EVERY_STYLE
def test_the_hard_bound_is_the_wider_one(regime: str) -> None:
    """Wherever something is summed up, n roundoffs are no fewer than √n."""
    cases = many(regime)

    hard, working = truth(cases, HARD), truth(cases, WORKING)

    assert np.all(hard.y.bound >= working.y.bound)
    assert np.all(hard.c_n.bound >= working.c_n.bound)


@EVERY_BOUND
@EVERY_STYLE
def test_a_trajectory_is_allowed_no_less_than_a_step(regime: str, bound: str) -> None:
    """Fed its own outputs, which may be wrong, every step has a bound at least as wide as fed the observed ones."""
    cases = many(regime)

    free, told = trajectory(cases, BOUNDS[bound]).y, truth(cases, BOUNDS[bound]).y

    assert np.all(free.bound >= told.bound * (1 - 1e-9))


def test_bounds_can_be_told_apart() -> None:
    """On mild numbers, the working bound of a step, its hard bound, and that of a trajectory are clearly different."""
    cases = many("mild")

    bounds = [truth(cases, WORKING), truth(cases, HARD), trajectory(cases, HARD)]

    working, hard, free = (each.y.bound[-1] for each in bounds)
    assert np.all(hard > 1.1 * working)
    assert np.all(free > 1.1 * hard)


@EVERY_BOUND
def test_the_bound_of_a_memory_grows_with_time(bound: str) -> None:
    """Where nothing is forgotten, the allowed error of the cell state grows with every step."""
    cases = many("remembering")
    x = cases.inputs.x

    ends = [
        trajectory(cases.varied(str(t), inputs=cases.inputs._replace(x=x[:t])), BOUNDS[bound]).c_n.bound
        for t in range(1, len(x) + 1)
    ]

    assert np.all(np.diff(ends, axis=0) > 0)


@EVERY_BOUND
def test_later_steps_do_not_change_a_bound(bound: str) -> None:
    """The bounds of a longer sequence begin with those of the shorter one."""
    cases = many("mild")
    shorter = cases.varied("shorter", inputs=cases.inputs._replace(x=cases.inputs.x[:4]))

    whole, half = (trajectory(each, BOUNDS[bound]).y for each in (cases, shorter))

    np.testing.assert_allclose(whole.bound[:4], half.bound, rtol=1e-13)


BATCHES = {
    "one layer": drawn(6, 2, 4, 5),
    "stack in both directions": drawn(6, 2, 4, 5, num_layers=2, bidirectional=True),
    "projection": drawn(6, 2, 4, 5, proj_size=3),
    "zero state": drawn(6, 2, 4, 5, initial_state=False),
    "no bias": drawn(6, 2, 4, 5, bias=False),
    "zeros": drawn(6, 2, 4, 5, regime="zeros"),
}


@EVERY_BOUND
@pytest.mark.parametrize("part", ["value", "bound"])
@pytest.mark.parametrize("name", BATCHES)
def test_a_case_is_the_same_alone_and_in_a_batch(name: str, part: str, bound: str) -> None:
    """Values and bounds, of every layer and of the trajectory, to 1e-13."""
    cases = BATCHES[name]
    alone = only(cases, 1)

    pairs = zip(judged(cases, BOUNDS[bound]), judged(alone, BOUNDS[bound]), strict=True)

    for many_cases, one in pairs:
        np.testing.assert_allclose(getattr(many_cases, part)[..., 1:, :, :], getattr(one, part), rtol=1e-13, atol=1e-15)


def judged(cases: Cases, arithmetic: Arithmetic) -> list[Rounded]:
    """All that is expected of these cases, fed their own outputs rounded to float32, or nothing."""
    ys = [each.y.astype(np.float32) for each in layer_by_layer(cases)]
    return [each for outputs in (*forced(cases, ys, arithmetic), trajectory(cases, arithmetic)) for each in outputs]


def rounded(value: object, err: object = 0.0, var: object = 0.0, by: Arithmetic = WORKING) -> Rounded:
    """Numbers with these errors."""
    numbers, deterministic, statistical = (np.asarray(a, np.float64) for a in (value, err, var))
    return Rounded(numbers, deterministic, statistical, by)


@pytest.mark.parametrize(
    ("observed", "value", "err", "expected"),
    [
        (1.5, 1.0, 1.0, 0.5),
        (0.5, 1.0, 1.0, 0.5),
        (1.0, 1.0, 0.25, 0.0),
        (3.0, 1.0, 1.0, 2.0),
        (0.0, 0.0, 0.0, 0.0),
        (-0.0, 0.0, 0.0, 0.0),
        (5e-324, 0.0, 0.0, math.inf),
        (math.nan, 0.0, 1.0, math.inf),
        (math.inf, 0.0, 1.0, math.inf),
        (-math.inf, 0.0, 1.0, math.inf),
        (0.0, math.nan, 1.0, math.inf),
        (math.nan, math.nan, 1.0, math.inf),
        (0.0, math.inf, 1.0, math.inf),
        (math.inf, math.inf, 1.0, math.inf),
        (0.0, 0.0, math.nan, math.inf),
        (0.0, 0.0, math.inf, math.inf),
        (1.0, 0.0, math.inf, math.inf),
    ],
)
def test_the_budget_that_an_error_uses(observed: float, value: float, err: float, expected: float) -> None:
    """Error divided by bound; what is not finite, or has no finite bound, is infinitely wrong."""
    assert budget(np.array([observed]), rounded([value], [err])) == [expected]


def test_the_budget_counts_both_errors() -> None:
    """The bound is the deterministic error and the root of the statistical one."""
    assert budget(np.array([5.0]), rounded([0.0], [1.0], [16.0])) == [1.0]


@pytest.mark.parametrize(
    ("wrong", "arithmetic"),
    [(1e-4, WORKING), (1e-4, HARD), (1e-12, uniform("float64")), (1e-12, uniform("float64", rigorous=True))],
)
def test_a_product_or_sum_with_a_small_error_does_not_lie_within(wrong: float, arithmetic: Arithmetic) -> None:
    """Elementwise operations on exact numbers round once."""
    a, b = (exactly(np.array(n), arithmetic) for n in (1.25, 3.0))

    assert worst(np.array(3.75 * (1 + wrong)), a * b) > 1
    assert worst(np.array(4.25 * (1 + wrong)), a + b) > 1


@pytest.mark.parametrize("scale", [1.0, 1e-20, 1e-38, 1e18])
@pytest.mark.parametrize("operation", ["product", "sum"])
def test_elementwise_operations_lie_within_the_bound(operation: str, scale: float) -> None:
    """In float32, on numbers that are wrong by up to their bounds; results may be flushed to zero."""
    random = np.random.RandomState(0)
    a, b = (random.standard_normal(1000) * s for s in (1.0, scale))
    errors = [np.abs(n) * random.uniform(0, 0.1, 1000) for n in (a, b)]
    seen = [(n + e * random.uniform(-1, 1, 1000)).astype(np.float32) for n, e in zip((a, b), errors, strict=True)]
    p, q = (rounded(n, e + np.abs(n) * 2.0**-23 + WORKING.tiny) for n, e in zip((a, b), errors, strict=True))

    computed, expected = (seen[0] * seen[1], p * q) if operation == "product" else (seen[0] + seen[1], p + q)
    flushed = np.where(np.abs(computed) < WORKING.tiny, 0, computed)

    assert worst(computed, expected) <= 1
    assert worst(flushed, expected) <= 1


def test_a_product_takes_over_both_errors() -> None:
    """Each error counts as often as the other number is large, and both together once."""
    product = rounded(3.0, 0.5, 4.0, TENTHS) * rounded(-2.0, 0.25, 9.0, TENTHS)

    assert product.err == pytest.approx(3 * 0.25 + 2 * 0.5 + 0.25 * 0.5 + 0.01 * 6)
    assert product.var == pytest.approx(3**2 * 9 + 2**2 * 4)


def test_a_sum_takes_over_both_errors() -> None:
    """However the signs are, errors do not cancel."""
    total = rounded(3.0, 0.5, 4.0, TENTHS) + rounded(-2.0, 0.25, 9.0, TENTHS)

    assert total.err == pytest.approx(0.5 + 0.25 + 0.01 * 1)
    assert total.var == 4 + 9


def inner(terms_: int, by: Arithmetic = TENTHS) -> Rounded:
    """An inner product of this many terms, each 1 in size: n - 2 in total."""
    a = np.ones((1, terms_))
    a[0, 0] = -1
    return dot(exactly(a, by), np.ones((1, terms_)))


@pytest.mark.parametrize(
    ("total", "count"),
    [
        (inner(4), 4),
        (inner(4) + np.ones(1), 5),
        (inner(4) + np.ones(1) + np.ones(1), 6),
        (inner(4) + inner(3), 7),
        (inner(4) + np.ones(1) + inner(3), 8),
    ],
    ids=["alone", "bias", "two biases", "two products", "all"],
)
def test_adding_to_an_inner_product_counts_terms(total: Rounded, count: int) -> None:
    """Every term of size 1 makes the sum longer and larger; the whole rounds once: √n u n."""
    assert isinstance(total, InnerProduct)
    assert (total.terms, total.size.item()) == (count, count)
    assert total.bound == pytest.approx(0.1 * count**0.5 * count)


def test_the_hard_bound_counts_every_term() -> None:
    """N u n, all of it deterministic."""
    total = inner(9, replace(TENTHS, rigorous=True))

    assert total.err == pytest.approx(0.1 * 9 * 9)
    assert not total.var.any()


@pytest.mark.parametrize(
    ("use", "bound"),
    [
        (lambda total: total + exactly(np.array([3.0]), TENTHS), 0.8 + 0.01 * 5),
        (lambda total: total * exactly(np.array([3.0]), TENTHS), 3 * 0.8 + 0.01 * 6),
        (lambda total: stack([total, total]), 0.8),
        (lambda total: concatenate([total, total], -1), 0.8),
        (lambda total: total.moved(lambda a: a[..., ::-1]), 0.8),
        (lambda total: where(np.array([True]), total, total), 0.8),
        (lambda total: total.through(lambda z: 5 * z, lambda z, _: 5 + 0 * z, relative=1), 5 * 0.8 + 0.001 * 10),
    ],
    ids=["added to a number", "multiplied", "stacked", "concatenated", "moved", "picked", "activated"],
)
def test_any_other_use_of_an_inner_product_rounds_it_once(use: Callable[[Rounded], Rounded], bound: float) -> None:
    """The error of the sum enters once, beside that of the operation."""
    used = use(inner(4))

    assert not isinstance(used, InnerProduct)
    assert used.bound.ravel() == pytest.approx(bound)


def test_an_inner_product_takes_over_the_errors_of_its_numbers() -> None:
    """Deterministic errors add up by size, statistical ones by square."""
    product = dot(rounded([[1.0, 2.0]], [[0.5, 0.25]], [[4.0, 9.0]], TENTHS), np.array([[3.0, -4.0]]))

    assert product.err == pytest.approx(3 * 0.5 + 4 * 0.25)
    assert product.var == pytest.approx(9 * 4 + 16 * 9 + 2 * (0.1 * (3 + 8 + 2.5)) ** 2)


def test_indexing_keeps_an_inner_product_unfinished() -> None:
    """Its elements are inner products of as many terms, with the same bounds."""
    whole = dot(exactly(np.arange(12.0).reshape(2, 2, 3), WORKING), np.arange(15.0).reshape(5, 3)) + np.ones(5)

    part = whole[1]

    assert isinstance(part, InnerProduct)
    assert part.terms == 4
    assert np.array_equal(part.bound, whole.bound[1])
    assert np.array_equal((part + np.ones(5)).bound, (whole + np.ones(5)).bound[1])


@EVERY_BOUND
def test_a_sum_in_two_parts_is_the_sum(bound: str) -> None:
    """W x + U h is the inner product of [W U] and [x h]."""
    random = np.random.RandomState(0)
    a, b, m, n = (random.standard_normal(shape) for shape in ((3, 4), (3, 5), (7, 4), (7, 5)))

    parts = dot(exactly(a, BOUNDS[bound]), m) + dot(exactly(b, BOUNDS[bound]), n)
    whole = dot(exactly(np.concatenate([a, b], 1), BOUNDS[bound]), np.concatenate([m, n], 1))

    np.testing.assert_allclose(parts.bound, whole.bound, rtol=1e-14)


def test_inner_products_of_exact_numbers_carry_no_error() -> None:
    """Whatever was in the computer's memory before."""
    remains = [np.array(np.nan) for _ in range(100)]
    del remains

    assert np.all(np.isfinite(inner(4).bound))


@pytest.mark.parametrize("tiny", [0.0, 2.0**-126])
def test_inner_products_may_be_flushed_to_zero(tiny: float) -> None:
    """Every product and every sum of them may lose what is below the smallest normal number."""
    numbers = exactly(np.zeros((1, 3)), replace(WORKING, tiny_product=tiny))

    assert dot(numbers, np.ones((1, 3))).bound == [[6 * tiny]]


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_sizes_of_many_terms_are_rounded_up(scale: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """In float32, where they fit: never below the sum, and hardly above it; else in float64, as sizes of few terms."""
    random = np.random.RandomState(0)
    sizes, rows = scale * random.uniform(0, 1, (50, 300)), scale * random.uniform(0, 1, (40, 300))
    few = module._times_upwards(sizes, rows)
    monkeypatch.setattr(module, "MANY", 1)
    many = module._times_upwards(sizes, rows)

    assert np.array_equal(few, sizes @ rows.T)
    assert (many >= few * (1 - 1e-12)).all()
    assert (many <= few * (1 + 1e-3) + 1e-34).all()
    assert np.array_equal(many, few) == (scale > 1)


def test_a_sum_grows_in_its_own_arrays() -> None:
    """`+=` gives what `+` gives, in the arrays of the left side."""
    a, weights = exactly(np.array([[1.0, 2]]), uniform("float32")), np.array([[3.0, 4]])
    apart, grown = dot(a, weights) + np.array([5.0]), dot(a, weights)
    value = grown.value
    grown += np.array([5.0])

    assert grown.value is value
    assert grown.value == apart.value
    assert grown.bound == apart.bound


@pytest.mark.parametrize("turn", [lambda a: a, lambda a: a.T.copy().T], ids=["by rows", "by columns"])
def test_a_product_with_a_factor_is_that_with_the_array(turn: Callable[[Array], Array]) -> None:
    """Value, size and errors, bit for bit, turned about or not; and a factor stays as it was."""
    random = np.random.default_rng(5)
    value, err, var, rows = (random.standard_normal(shape) for shape in ((3, 4), (3, 4), (3, 4), (5, 4)))
    a = Rounded(value, err**2, var**2, uniform("float32"))
    kept = factor(turn(rows))
    by, due = dot(a, kept), dot(a, rows)

    assert isinstance(kept, Factor)
    assert kept.kept is not None
    assert factor(kept) is kept
    assert type(by.value) is np.ndarray
    assert (by.value == due.value).all()
    assert (by.bound == due.bound).all()
    assert (dot(a[..., :3], kept.swapaxes(0, 1)[:3, :3]).bound == dot(a[..., :3], rows.T[:3, :3]).bound).all()
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1


def test_what_is_made_of_a_factor_keeps_nothing_of_it() -> None:
    """Sizes of other numbers would be wrong ones; those of its transpose are its own, transposed."""
    kept = factor(np.asarray([[-1.0, 2.0], [3.0, -4.0]]))

    assert (sizes_and_squares(2 * kept)[0] == [[2, 4], [6, 8]]).all()
    assert (sizes_and_squares(kept[:1])[1] == [[1, 4]]).all()
    assert (sizes_and_squares(kept.swapaxes(0, 1))[0] == [[1, 3], [2, 4]]).all()
    assert sizes_and_squares(kept)[0] is sizes_and_squares(kept)[0]
