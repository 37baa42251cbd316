"""Sums over steps and rows: their values, and what errors of either factor make of them."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_conformance.reference.arithmetic import Arithmetic, narrow, uniform
from lstm_conformance.reference.rounded import Array, Rounded, budget, exactly
from lstm_conformance.reference.sums import outer, total

EXACT = Arithmetic(products=0, elementwise=0, activation=0, tiny=0, tiny_product=0)
HARD = uniform("float32", rigorous=True)
NARROW = narrow("float16")

RANDOM = np.random.RandomState(0)
A, B = RANDOM.standard_normal((4, 2, 3, 5)), RANDOM.standard_normal((4, 2, 3, 6))


def doubtful(a: Array, by: Arithmetic, relative: float) -> Rounded:
    """Numbers with an error of this share of their size."""
    return Rounded(a, relative * np.abs(a), np.zeros_like(a), by)


def test_products_are_summed_over_steps_and_rows() -> None:
    """Of every case by itself, of arrays and of rounded numbers."""
    expected = np.einsum("tnbi,tnbk->nik", A, B)

    np.testing.assert_allclose(outer(A, B), expected, atol=1e-14)
    np.testing.assert_allclose(outer(exactly(A, HARD), exactly(B, HARD)).value, expected, atol=1e-14)


def test_numbers_are_summed_over_steps_and_rows() -> None:
    """The same of one factor."""
    np.testing.assert_allclose(total(A), A.sum((0, 2)), atol=1e-14)
    np.testing.assert_allclose(total(exactly(A, HARD)).value, A.sum((0, 2)), atol=1e-14)


@pytest.mark.parametrize(("in_a", "in_b"), [(1e-3, 0.0), (0.0, 1e-3), (1e-2, 1e-3)])
def test_errors_of_both_factors_are_carried(in_a: float, in_b: float) -> None:
    """The largest that they can make of the sum, and no more."""
    due = outer(doubtful(A, EXACT, in_a), doubtful(B, EXACT, in_b))
    most = np.einsum("tnbi,tnbk->nik", np.abs(A) * (1 + in_a), np.abs(B) * (1 + in_b))

    np.testing.assert_allclose(due.bound, most - np.einsum("tnbi,tnbk->nik", np.abs(A), np.abs(B)), rtol=1e-9)


def test_independent_errors_add_up_as_squares() -> None:
    """Of either factor, and of a plain sum."""
    a, b = (Rounded(each, np.zeros_like(each), np.full_like(each, 1e-6), EXACT) for each in (A, B))

    np.testing.assert_allclose(outer(a, exactly(B, EXACT)).var[..., 0, :], 1e-6 * (B**2).sum((0, 2)))
    np.testing.assert_allclose(outer(exactly(A, EXACT), b).var[..., 0], 1e-6 * (A**2).sum((0, 2)))
    np.testing.assert_allclose(total(a).var, 1e-6 * 12)


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_sums_in_float32_lie_within_the_hard_bound(order: slice) -> None:
    """Whatever the order of their terms."""
    a, b = (each.astype(np.float32) for each in (A, B))
    seen = np.zeros((2, 5, 6), np.float32)
    for x, y in zip(a[order], b[order], strict=True):
        for row in range(3):
            seen += x[:, row, :, None] * y[:, row, None, :]
    due = outer(exactly(a, HARD), exactly(b, HARD))

    assert np.all(np.abs(seen - due.value) <= due.bound)
    assert due.bound.max() < 2e-5


def test_more_confidence_takes_more_roundoffs_but_no_more_than_there_are() -> None:
    """On the way back λ is 3."""
    there, back = uniform("float32"), uniform("float32").of_gradients
    u = there.products

    assert [there.summation(n) / u for n in (1, 4, 100)] == [1, 2, 10]
    assert [back.summation(n) / u for n in (1, 4, 9, 100)] == [1, 4, 9, 30]
    assert HARD.of_gradients.summation(100) == HARD.summation(100)


def added_up(shares: Array) -> Array:
    """Shares (n, ...) as a loop in float16 adds them, of which each is stored, and so is every sum."""
    found = np.zeros(shares.shape[1:], np.float16)
    for share in shares.astype(np.float16):
        found = found + share
    return found.astype(np.float64)


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_stored_between_steps_is_allowed(order: int) -> None:
    """In half precision, in whatever order the steps come; where everything is stored in float32 it is not."""
    a, b = (each.astype(np.float16).astype(np.float64) for each in (A, B))
    by_step = added_up((a.swapaxes(-1, -2) @ b)[::order])
    by_element = added_up(np.moveaxis(a, 2, 1).reshape(-1, 2, 5)[::order])

    for seen, in_float32, in_half in (
        (by_step, outer(exactly(a, HARD), exactly(b, HARD)), outer(exactly(a, NARROW), exactly(b, NARROW))),
        (by_element, total(exactly(a, HARD)), total(exactly(a, NARROW))),
    ):
        assert 0.02 < budget(seen, in_half).max() < 1
        assert budget(seen, in_float32).max() > 1
