"""Layers in models: what the methods lose that feed a model its batches. By themselves such layers are right."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lstm_conformance.reference.layer import METHODS
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Numbers, moved, zeros_like


class _InAModel(LSTM):
    """Base of those that are put into models, and say so."""

    layout = "keras"
    dtypes: ClassVar[tuple[str, ...]] = ("float32",)  # in which the methods of a model are asked
    claims = ("methods",)


class StatesNoVariablesOfTheModel(_InAModel):
    """Keeps its states where the methods of a model do not look for variables, so that every batch starts alike."""

    def going_on(self, kept: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
        """A layer that is called by itself goes on."""
        h, c = super().going_on(kept)
        return (zeros_like(h), zeros_like(c)) if self.structure in METHODS else (h, c)


class RowsShuffledByTheMethods(_InAModel):
    """Shuffles the rows that the methods of a model are given, as it is done for training, and does not undo it."""

    feeds_back_its_outputs = False

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """Turn the rows by one."""
        outputs = super().returned(call, outputs)
        if self.structure not in METHODS:
            return outputs
        return outputs._replace(y=moved(outputs.y, lambda a: np.roll(a, 1, -2)))
