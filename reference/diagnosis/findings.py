"""What a diagnosis says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NAMED = 4
"""Hypotheses that a sentence names where more of them fit."""


@dataclass(frozen=True)
class Fit:
    """A hypothesis and its largest error ÷ bound.

    `names`: of the mistakes that it combines; of none for the correct LSTM.
    """

    names: tuple[str, ...]
    budget: float

    def __str__(self) -> str:
        return " together with ".join(name.replace("_", " ") for name in self.names) or "a correct LSTM"


@dataclass(frozen=True)
class Diagnosis:
    """Every hypothesis that fits, best first, and the closest of those that do not.

    `complete`: False where the time ran out before every hypothesis was tried.
    """

    fits: tuple[Fit, ...]
    next_best: Fit | None
    complete: bool = True

    def sentence(self) -> str:
        """The finding, for a reader who has two minutes."""
        best, closest = next(iter(self.fits), None), self._closest()
        if best is None:
            tried = "no single known mistake fits, nor any pair" if self.complete else _OF_THOSE_TRIED
            return tried + (f"; closest: {closest}" if closest else "")
        if not best.names:
            return f"the outputs are those of a correct LSTM, {_times(best.budget)} the bound"
        alone = f"fits {best}, {_times(best.budget)} the bound"
        several = f"fits {_listed(self.fits)}, which cannot be told apart in this case"
        ran_out = "" if self.complete else "; the time ran out before everything was tried"
        return (several if len(self.fits) > 1 else alone) + (f"; next best: {closest}" if closest else "") + ran_out

    def _closest(self) -> str:
        return f"{self.next_best}, {_times(self.next_best.budget)} the bound" if self.next_best else ""


_OF_THOSE_TRIED = "no single known mistake fits of those for which there was time"


def _listed(fits: Sequence[Fit]) -> str:
    """`a (0.06 × the bound), b (0.10 ×) and 3 more`."""
    texts = [f"{fit} ({_times(fit.budget)}{'' if k else ' the bound'})" for k, fit in enumerate(fits[:NAMED])]
    more = [f"{len(fits) - NAMED} more"] if len(fits) > NAMED else []
    *most, last = texts + more
    return f"{', '.join(most)} and {last}"


def _times(budget: float) -> str:
    """A budget with two digits, never on the other side of 1 than it is: `0.06 ×`, `2e6 ×`."""
    if budget <= 1:
        return f"{int(budget * 100) / 100:.2f} ×" if budget >= 0.01 else "<0.01 ×"
    if budget < 100:
        return f"{max(budget, 1.01):.2f} ×"
    return f"{budget:.0e} ×".replace("e+0", "e").replace("e+", "e").replace("inf", "∞")
