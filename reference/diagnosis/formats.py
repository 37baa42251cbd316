"""Formats to which numbers are rounded where they are saved, printed or loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lstm_conformance.reference.arithmetic import SMALLEST_NORMAL, UNIT_ROUNDOFF
from lstm_conformance.reference.rounded import Array

CHANCE = -20.0
"""Bits: numbers that come from nowhere else lie all on a grid in one case of a million."""


SLACK = 4
"""Unit roundoffs by which a decimal number may be off that was rounded in a dtype: two products and storage."""


class Format(NamedTuple):
    """A grid: the nearest of its numbers, and the largest distance from which a number is rounded to this one."""

    name: str
    rounded: Callable[[Array], Array]
    half: Callable[[Array], Array]


def binary(dtype: str) -> Format:
    """The numbers of a floating-point dtype, those below the normal ones among them."""
    u, tiny = UNIT_ROUNDOFF[dtype], SMALLEST_NORMAL[dtype]

    def half(a: Array) -> Array:
        _, exponent = np.frexp(np.maximum(np.abs(a), tiny))
        return np.asarray(np.ldexp(u, exponent - 1))

    def rounded(a: Array) -> Array:
        unit = 2 * half(a)
        return np.asarray(np.rint(a / unit) * unit)

    return Format(dtype, rounded, half)


def decimal(digits: int) -> Format:
    """Numbers with so many digits behind the point."""
    return Format(
        f"{digits} decimal digits",
        lambda a: np.asarray(np.round(np.asarray(a, np.float64), digits)),
        lambda a: np.full(np.shape(a), 0.5 * 10.0**-digits),
    )


FORMATS = (*(decimal(k) for k in range(2, 7)), *(binary(dtype) for dtype in ("bfloat16", "float16", "float32")))
"""Coarse ones first, of each kind."""


def format_of(arrays: list[Array], roundoff: float) -> Format | None:
    """The coarsest format in which all these numbers are exact, but for the roundoff of the dtype that holds them.

    None where there is none, or where too few numbers say so: whole numbers have not been rounded.
    """
    a = np.concatenate([np.ravel(array) for array in arrays] or [np.zeros(0)]).astype(np.float64)
    a = a[a != np.rint(a)]
    slack = SLACK * roundoff * np.abs(a)
    for format_ in FORMATS:
        if (np.abs(a - format_.rounded(a)) <= slack).all() and _chance(slack, format_.half(a)) <= CHANCE:
            return format_
    return None


def _chance(slack: Array, half: Array) -> float:
    """Binary logarithm of the odds that other numbers lie on the grid as well."""
    return float(np.log2(np.minimum(1, slack / half)).sum())
