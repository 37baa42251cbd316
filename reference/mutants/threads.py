"""Layers that are right as long as one thread calls them: what two of them do to each other.

In calls of other threads than the first one, each waits until another one has come, so that they always meet.
"""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import numpy as np

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Cell, Outputs
from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Call
from lstm_conformance.reference.rounded import Numbers

PATIENCE = 2.0
"""Seconds that a thread waits for another one."""


class _MeetingOthers(LSTM):
    """Base of them all: what is written to memory is read there when another thread has written to it, too."""

    dtypes = SINGLE
    claims: ClassVar[tuple[str, ...]] = ("threads",)
    only: ClassVar[tuple[str, ...]] = ("threads",)
    meeting: ClassVar[threading.Barrier] = threading.Barrier(2)

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.memory: dict[Any, Any] = {}

    def through(self, numbers: Any) -> Any:
        """What is in the memory for numbers of this shape a moment after these were written there."""
        place = (numbers.shape, numbers.dtype.name) if isinstance(numbers, np.ndarray) else ()
        self.memory[place] = numbers
        self.meet()
        return self.memory[place]

    def meet(self) -> None:
        """Wait until another thread is here; the first one of a process never does."""
        if threading.current_thread() is threading.main_thread():
            return
        try:
            self.meeting.wait(PATIENCE)
        except threading.BrokenBarrierError:  # nobody came
            self.meeting.reset()


class InputsInMemoryOfTheLayer(_MeetingOthers):
    """Packs its input into memory of the layer: a thread computes with what another one has packed since."""

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Pack it, and read it there."""
        call = super().taken(call)
        return call._replace(x=self.through(call.x))


class InputsInMemoryOfTheLibrary(InputsInMemoryOfTheLayer):
    """Packs its input into memory that all layers have together, for only one of them can be called at a time."""

    common: ClassVar[dict[Any, Any]] = {}

    def __init__(self, layer: Layer, cell: Cell) -> None:
        super().__init__(layer, cell)
        self.memory = self.common


class FinalStatesInMemoryOfTheLayer(_MeetingOthers):
    """Keeps the cell state in the layer while it runs, and returns what is there in the end."""

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """That of the last thread."""
        outputs = super().returned(call, outputs)
        return outputs._replace(c_n=self.through(outputs.c_n))
