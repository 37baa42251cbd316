"""Frameworks whose calls are told how many steps of every row count, and put out zeros behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.cell import Coupled
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.lstm import Fill, Mask, within_lengths


class Ragged:
    """The part of a layout that is about masks.

    torch: `lengths` of `torch.nn.utils.rnn.pack_padded_sequence`, `padding_value` of `pad_packed_sequence`.
    ONNX: `sequence_lens`. TensorFlow 1: `sequence_length` of `dynamic_rnn`.
    """

    told_by = "lengths"
    coupled: Coupled = ""

    def native_mask(self, layer: Layer, mask: Mask) -> tuple[str, NDArray[Any]]:  # noqa: ARG002  # the same for all
        """The lengths of the rows (N, B)."""
        return self.told_by, mask.sum(0, dtype=np.int64)

    def canonical_mask(self, layer: Layer, native: NDArray[Any], time: int) -> Mask:  # noqa: ARG002
        """The steps within the lengths."""
        return within_lengths(time, native)

    def fill(self, layer: Layer) -> Fill:  # noqa: ARG002
        """Zeros."""
        return "zeros"
