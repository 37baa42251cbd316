"""Products of flags: mistakes of which each flag alone shows nothing."""

from __future__ import annotations

import numpy as np

from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Numbers, moved


class MaskForgottenByAStatefulLayer(LSTM):
    """Passes the mask on in the branch without kept states, and forgets it in the other."""

    layout = "keras"

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Every step counts for a stateful layer."""
        return super().taken(call._replace(mask=None) if self.constructed.stateful else call)


class GivenStatesIgnoredByAnUnrolledStatefulLayer(LSTM):
    """Reads the kept states once, when the loop is unrolled, and never the given ones."""

    layout = "keras"

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Those that are kept, or zeros."""
        ignored = self.constructed.stateful and self.constructed.unroll
        return super().initial_states(call._replace(h_0=None, c_0=None) if ignored else call)


class StatesNotClearedUnderAProjection(LSTM):
    """Allocates the states of a layer with a projection and does not clear them."""

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """Ones, where nothing is given."""
        h_0, c_0 = super().initial_states(call)
        if call.h_0 is not None or not self.constructed.proj_size:
            return h_0, c_0
        return moved(h_0, np.ones_like), moved(c_0, np.ones_like)


class MaskIgnoredByTheFirstImplementation(LSTM):
    """Computes gate by gate, `implementation=1`, in a step that was written before there were masks."""

    layout = "keras"

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Every step counts for it."""
        return super().taken(call._replace(mask=None) if self.constructed.implementation == 1 else call)
