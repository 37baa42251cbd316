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


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """The first element that is wrong: its step, row and unit, what was expected and what came.

    rows, units: how many are wrong in this step, and how many there are.
    gates: those of which one alone could give these outputs.
    then: what to try next.
    """

    step: int
    row: int
    unit: int
    expected: float
    came: float
    rows: tuple[int, int]
    units: tuple[int, int]
    gates: tuple[str, ...] = ()
    then: str = ""

    def sentence(self) -> str:
        """Where it begins."""
        here = f"it begins at step {self.step}, row {self.row}, unit {self.unit}: "
        came = f"expected {self.expected:.9g}, came {self.came:.9g}; "
        spread = (
            f"{self.rows[0]} of {self.rows[1]} rows and {self.units[0]} of {self.units[1]} units of this step differ"
        )
        alone = f"; gate {' or '.join(self.gates)} alone could give them" if self.gates else ""
        return here + came + spread + alone


@dataclass(frozen=True)
class Diagnosis:
    """Every hypothesis that fits, best first, and the closest of those that do not.

    `complete`: False where there was too much to compute for trying every hypothesis.
    `pairs`: False where mistakes are tried alone.
    `undecided`: what to save instead, where unrelated layers would fit as well as the right one, else "".
    `begins`: where nothing fits, the first element that is wrong.
    `endless`: how many outputs are NaN or infinite, and of how many: within no bound, so no mistake is tried.
    """

    fits: tuple[Fit, ...]
    next_best: Fit | None
    complete: bool = True
    undecided: str = ""
    begins: Beginning | None = None
    pairs: bool = True
    endless: tuple[int, int] = (0, 0)

    def sentence(self) -> str:
        """The finding, for a reader who has two minutes."""
        best, closest = next(iter(self.fits), None), self._closest()
        if self.undecided:
            return f"these arrays cannot tell: unrelated layers would be within the bound as well; {self.undecided}"
        if self.endless[0]:
            some, all_numbers = self.endless
            verb = "is" if some == 1 else "are"
            return (
                f"{some:,} of {all_numbers:,} outputs {verb} NaN or infinite, which no LSTM returns of finite numbers"
            )
        if best is None:
            nor = (_NOR_ANY_PAIR if self.complete else _NOR_THOSE_TRIED) if self.pairs else ""
            return f"no single known mistake fits{nor}" + (f"; closest: {closest}" if closest else "")
        if not best.names:
            return f"the outputs are those of a correct LSTM, {_times(best.budget)} the bound"
        alone = f"fits {best}, {_times(best.budget)} the bound"
        several = f"fits {_listed(self.fits)}, which cannot be told apart in this case"
        return (several if len(self.fits) > 1 else alone) + (f"; next best: {closest}" if closest else "")

    def _closest(self) -> str:
        return f"{self.next_best}, {_times(self.next_best.budget)} the bound" if self.next_best else ""


_NOR_ANY_PAIR, _NOR_THOSE_TRIED = ", nor any pair", ", nor any of the pairs that were tried"


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
