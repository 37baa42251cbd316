"""Which hypotheses an observation can tell apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.diagnosis.findings import Fit
from lstm_conformance.reference.rounded import Rounded, budget

MUCH_WIDER = 10
"""As a bound whose unit roundoff is that of another dtype."""


def differs(a: Rounded, b: Rounded) -> bool:
    """Neither lies within the bound of the other."""
    return not any((budget(one.value, other) <= 1).all() for one, other in ((a, b), (b, a)))


def most_specific(fits: Sequence[tuple[Fit, Rounded]]) -> list[Fit]:
    """Those that fit, without any that allows all that another one allows, and much more: it would explain less."""
    return [fit for fit, due in fits if not any(allows_much_more(due, other) for _, other in fits)]


def allows_much_more(a: Rounded, b: Rounded) -> bool:
    """Whatever b allows, a allows, and MUCH_WIDER as much."""
    return bool((np.abs(a.value - b.value) + MUCH_WIDER * b.bound <= a.bound).all())
