"""Records of calls that are exchanged: each way back is right where it comes right after its call.

What a layer keeps for its way back is kept for calls of the same sizes together, so that nothing fails loudly.
"""

from __future__ import annotations

from typing import Any

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Call, Cell
from lstm_conformance.reference.mutants.base import LSTMWithRecords
from lstm_conformance.reference.rounded import Numbers


class _Kept(LSTMWithRecords):
    """Base of them all: what was kept of calls, in their order, by their sizes."""

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.kept: dict[Any, list[Any]] = {}

    def recorded(self, call: Call[Numbers]) -> Call[Numbers]:
        """Put it behind those of earlier calls."""
        self.of_these_sizes(call).append(call)
        return call

    def of_these_sizes(self, call: Call[Numbers]) -> list[Any]:
        """What was kept of such calls."""
        return self.kept.setdefault(call.x.shape, [])


class RecordOfTheLastCall(_Kept):
    """Saves activations in memory of its own, which the next call of these sizes fills again."""

    def recalled(self, record: Call[Numbers]) -> Call[Numbers]:
        """Whichever way back it is, it is that from the last call."""
        last: Call[Numbers] = self.of_these_sizes(record)[-1]
        return last


class RecordsTakenFromTheTop(_Kept):
    """Puts records on a stack, because whoever calls last goes back first."""

    def recalled(self, record: Call[Numbers]) -> Call[Numbers]:
        """Ways back in the reverse order of their calls are right."""
        last: Call[Numbers] = self.of_these_sizes(record).pop()
        return last


class RecordsTakenInTheirOrder(_Kept):
    """Puts records in a queue, because whoever calls first goes back first."""

    def recalled(self, record: Call[Numbers]) -> Call[Numbers]:
        """Ways back in the order of their calls are right."""
        first: Call[Numbers] = self.of_these_sizes(record).pop(0)
        return first


class InitialStatesOfTheLastCall(_Kept):
    """Saves activations with every call, and initial states with the layer."""

    def recalled(self, record: Call[Numbers]) -> Call[Numbers]:
        """A call without states is right, and one of another number of rows."""
        last: Call[Numbers] = self.of_these_sizes(record)[-1]
        return record._replace(h_0=last.h_0, c_0=last.c_0)


class LengthsOfTheLastCall(_Kept):
    """Saves activations with every call, and which steps count with the layer."""

    def recalled(self, record: Call[Numbers]) -> Call[Numbers]:
        """A call in which all steps count is right."""
        last: Call[Numbers] = self.of_these_sizes(record)[-1]
        return record._replace(mask=last.mask)
