"""Gates in the wrong order, with the wrong activation, or in the wrong place of an equation."""

from __future__ import annotations

from lstm_conformance.reference.mutants.base import LSTM, Gates
from lstm_conformance.reference.rounded import Numbers


class InputAndForgetGateExchanged(LSTM):
    """Takes the rows of the forget gate for those of the input gate, and the other way round."""

    def split(self, z: Numbers) -> Gates[Numbers]:
        """Exchange the two."""
        i, f, g, o = super().split(z)
        return Gates(f, i, g, o)
