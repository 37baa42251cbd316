"""The kernels of TensorFlow that compute a whole layer: `BlockLSTM`, `LSTMBlockCell` and `BlockLSTMV2`.

Sources: https://www.tensorflow.org/api_docs/python/tf/raw_ops/BlockLSTM,
https://www.tensorflow.org/api_docs/python/tf/raw_ops/BlockLSTMV2, on the gates: "unlike LSTMBlockCell (and BlockLSTM)
which uses ICFO gate layout, this op uses IFCO". The manual of LSTMBlockCell itself writes [i, f, ci, o].
"""

from __future__ import annotations

from types import MappingProxyType

from lstm_conformance.reference.layouts.tf1 import Tf1Layout


class BlockLayout(Tf1Layout):
    """`w` (I + H, 4H), its rows those of x above those of h; `b` (4H); `wci`, `wcf`, `wco` (H) with peepholes.

    x is (T, B, I); the outputs are h (T, B, H), and c and h after the last step.
    """

    kernel, bias = "w", "b"
    peepholes = MappingProxyType({"i": "wci", "f": "wcf", "o": "wco"})
    lacks = Tf1Layout.lacks | {"layers", "bidirectional", "projection", "proj_clip", "batch_first", "lengths"}


class BlockV2Layout(BlockLayout):
    """The same, the gates in the order of Keras."""

    order = "ifgo"
