"""Right LSTMs that compute in another way: a bound that fails one of them is too tight."""

from __future__ import annotations

from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array, Numbers


class SummedBackwards(LSTM):
    """Adds up inner products from the last term to the first."""

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Reverse the terms."""
        return super().product(a[..., ::-1], rows[..., ::-1])
