"""Exact binomial tests, held to numbers that are known."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from lstm_conformance.suites.harness.judge.binomial import ERROR, as_often, two_sided

HALF, MOST = Fraction(1, 2), Fraction(3, 4)


@pytest.mark.parametrize(
    ("count", "trials", "chance", "probability"),
    [
        (0, 10, HALF, Fraction(2, 1024)),
        (10, 10, HALF, Fraction(2, 1024)),
        (1, 10, HALF, Fraction(22, 1024)),
        (5, 10, HALF, Fraction(1)),
        (0, 3, MOST, Fraction(2, 64)),
        (3, 3, MOST, 2 * Fraction(27, 64)),
        (0, 5, Fraction(1), Fraction(0)),
        (5, 5, Fraction(1), Fraction(1)),
        (0, 5, Fraction(0), Fraction(1)),
    ],
)
def test_known_probabilities(count: int, trials: int, chance: Fraction, probability: Fraction) -> None:
    """Twice the smaller tail, by hand."""
    assert two_sided(count, trials, chance) == probability


@pytest.mark.parametrize("count", range(0, 41, 5))
def test_every_tail_is_a_sum(count: int) -> None:
    """Term by term, from binomial coefficients."""
    terms = [comb(40, k) * MOST**k * (1 - MOST) ** (40 - k) for k in range(41)]

    assert two_sided(count, 40, MOST) == min(1, 2 * min(sum(terms[: count + 1]), sum(terms[count:])))


@pytest.mark.parametrize("count", [-1, 11])
def test_impossible_counts_are_refused(count: int) -> None:
    """There are ten trials."""
    with pytest.raises(ValueError, match="expected a count from 0 to 10"):
        two_sided(count, 10, HALF)


def test_what_chance_gives_holds() -> None:
    """And what it gives less often than the error of the test does not."""
    limit = next(count for count in range(500, 1001) if two_sided(count, 1000, HALF) < ERROR)

    assert as_often("heads", limit - 1, 1000, HALF).failure is None
    assert as_often("heads", 1001 - limit, 1000, HALF).failure is None
    assert "of 1000, 500 are due" in str(as_often("heads", limit, 1000, HALF).failure)
    assert "of 1000, 500 are due" in str(as_often("heads", 1000 - limit, 1000, HALF).failure)


def test_what_cannot_be_is_told() -> None:
    """However large the numbers are."""
    assert "one in none right layers" in str(as_often("dropped", 1, 2, Fraction(1)).failure)
    assert "one in 10^6020 right layers" in str(as_often("dropped", 0, 10000, MOST).failure)
