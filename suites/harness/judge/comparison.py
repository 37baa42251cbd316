"""An observation held against what it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.rounded import Array, Rounded, budget

CASE = "case"

Gates = Callable[[], Mapping[str, Array]]
"""Gives the reference's gates at every place of a comparison, by name; asked only to explain an element."""


@dataclass(frozen=True)
class Comparison:
    """One quantity of a batch of cases: what was seen, what was expected, and the budget that every element uses.

    All arrays have the shape (N, ...); `axes` names the axes behind the axis of cases. A budget above 1 is a failure.
    A bound may be tight, so that a budget near 1 is no cause for concern; `measure` then tells the margin.
    """

    measure: str
    axes: tuple[str, ...]
    observed: NDArray[np.generic]
    expected: NDArray[np.generic]
    bound: Array
    budget: Array
    exact: bool = False
    tight: bool = False
    gates: Gates | None = None

    def worst(self, case: int) -> float:
        """The largest budget used in a case, 0 for a quantity without elements."""
        return float(self.budget[case].max(initial=0))


@dataclass(frozen=True)
class Statement:
    """Something that holds or does not, for all the cases of a batch, with the sentence to print where it does not.

    `raised`: the kind of exception that was seen where another one was due, "none" where nothing was refused.
    """

    measure: str
    failure: str | None
    raised: str | None = None


def within(measure: str, observed: Array, expected: Rounded, axes: str, gates: Gates | None = None) -> Comparison:
    """Every element lies within its bound; axes: the names of all axes in order, one of them `case`.

    A bound that overflowed accuses no finite number; whether enough others are left is asked in `exclusion.py`.
    """
    names = axes.split()
    first = [np.moveaxis(a, names.index(CASE), 0) for a in (observed, expected.value, expected.bound)]
    share = np.moveaxis(budget(observed, expected), names.index(CASE), 0)
    share = np.where(np.isfinite(first[0]) & ~np.isfinite(first[2]), 0.0, share)
    return Comparison(measure, _without_case(names), first[0], first[1], first[2], share, gates=gates)


def same(measure: str, observed: NDArray[np.generic], expected: NDArray[np.generic], axes: str) -> Comparison:
    """Every element is the same number, NaN equal to NaN; a difference uses infinitely much of a bound of zero."""
    if observed.shape != expected.shape:
        raise ValueError(f"{measure}: expected an observation of shape {expected.shape}, came {observed.shape}")
    names = axes.split()
    seen, due = (np.moveaxis(a, names.index(CASE), 0) for a in (observed, expected))
    equal = (seen == due) | ((seen != seen) & (due != due))  # noqa: PLR0124  # NaN is what differs from itself
    return Comparison(
        measure, _without_case(names), seen, due, np.zeros(seen.shape), np.where(equal, 0.0, np.inf), exact=True
    )


def _without_case(names: list[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name != CASE)
