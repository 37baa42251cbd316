"""How probable it is that chance alone does this: exact binomial tests, in whole numbers."""

from __future__ import annotations

from fractions import Fraction
from math import log10

from lstm_conformance.suites.harness.judge.comparison import Statement

ERROR = Fraction(1, 10**12)
"""Of a single test: the tests of a run, fewer than a thousand, are wrong about a right layer once in 10⁹ runs."""


def two_sided(count: int, trials: int, chance: Fraction) -> Fraction:
    """The probability of a count at least as far out as this one, on either side, in trials that do not hang together.

    Twice that of the smaller tail, and 1 at most; chance: of a single trial. Raises ValueError for an impossible count.
    """
    if not 0 <= count <= trials:
        raise ValueError(f"expected a count from 0 to {trials}, came {count}")
    if 2 * count > trials:
        return two_sided(trials - count, trials, 1 - chance)
    at_most, exactly = _tail(count, trials, chance)
    return min(Fraction(1), 2 * min(at_most, 1 - at_most + exactly))


def as_often(measure: str, count: int, trials: int, chance: Fraction) -> Statement:
    """The count is one that chance gives, but for the error of the test."""
    probability = two_sided(count, trials, chance)
    if probability >= ERROR:
        return Statement(measure, None)
    due = f"{float(chance * trials):.0f} are due"
    return Statement(measure, f"{count} of {trials}, {due}: so far out is one in {_inverse(probability)} right layers")


def _inverse(probability: Fraction) -> str:
    """One in how many, as a power of ten; without end where it cannot be at all."""
    if not probability:
        return "none"
    bits = probability.denominator.bit_length() - probability.numerator.bit_length()
    return f"10^{int(bits * log10(2))}"


def _tail(count: int, trials: int, chance: Fraction) -> tuple[Fraction, Fraction]:
    """The probability of this count or a smaller one, and that of this count."""
    yes, no = chance.numerator, chance.denominator - chance.numerator
    if not no:
        return Fraction(int(count == trials)), Fraction(int(count == trials))
    term = total = no**trials
    for k in range(count):
        term = term * (trials - k) * yes // ((k + 1) * no)
        total += term
    return Fraction(total, chance.denominator**trials), Fraction(term, chance.denominator**trials)
