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
    """Those that fit, without any whose bound is much wider than that of another: it would explain less."""
    return [fit for fit, due in fits if not any(is_much_wider(due, other) for _, other in fits)]


def is_much_wider(a: Rounded, b: Rounded) -> bool:
    """The bound of a is MUCH_WIDER than that of b, in the geometric mean over the elements."""
    with np.errstate(all="ignore"):
        ratio = np.log(np.broadcast_to(a.bound, a.shape)) - np.log(np.broadcast_to(b.bound, b.shape))
    return bool(np.mean(np.clip(np.nan_to_num(ratio), -_MOST, _MOST)) >= np.log(MUCH_WIDER))


_MOST = 700.0
"""The logarithm of a ratio of bounds that is near to the largest number."""
