"""The operation LSTMSequence of OpenVINO: gates in rows f, i, c, o; one bias; batches first, directions before steps.

Source: https://docs.openvino.ai/2026/documentation/openvino-ir-format/operation-sets/operation-specs/sequence/lstm-sequence-5.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs, Shape
from lstm_conformance.reference.layouts.onnx import OnnxLayout
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.weights import Array


class OpenVINOLayout(OnnxLayout):
    """`W` (D, 4H, I), `R` (D, 4H, H), `B` (D, 4H), the sum of both biases. One layer.

    X is (B, T, I), Y (B, D, T, H), every state (B, D, H). As in ONNX, `direction="reverse"` is go_backwards here, and
    the outputs stand where their inputs stood.
    """

    order = "figo"
    biases = 1
    lacks = OnnxLayout.lacks | {"batch_first", "no_bias", "peepholes", "input_forget"}

    def native_inputs(self, layer: Layer, inputs: Inputs, *, unbatched: bool = False) -> Inputs:
        """X (N, B, T, I) and states (N, B, D, H)."""
        return super().native_inputs(_rows_first(layer), inputs, unbatched=unbatched)

    def canonical_inputs(self, layer: Layer, native: Inputs, *, unbatched: bool = False) -> Inputs:
        """The inverse of `native_inputs`."""
        return super().canonical_inputs(_rows_first(layer), native, unbatched=unbatched)

    def output_names(self, layer: Layer) -> list[str]:  # noqa: ARG002  # every layer returns the same
        """`Y, Ho, Co`."""
        return ["Y", "Ho", "Co"]

    def output_shapes(self, layer: Layer, time: int, batch: int, *, unbatched: bool = False) -> dict[str, Shape]:
        """(B, D, T, H) and (B, D, H)."""
        shapes = super().output_shapes(_rows_first(layer), time, batch, unbatched=unbatched)
        rows, steps, directions, size = shapes["Y"]
        return {"Y": (rows, directions, steps, size), "Ho": shapes["Y_h"], "Co": shapes["Y_c"]}

    def canonical_outputs(self, layer: Layer, native: Sequence[Array], *, unbatched: bool = False) -> Outputs[Array]:
        """The directions side by side."""
        y, *states = native
        return super().canonical_outputs(_rows_first(layer), [y.swapaxes(2, 3), *states], unbatched=unbatched)

    def native_outputs(self, layer: Layer, outputs: Outputs[Array], *, unbatched: bool = False) -> list[Array]:
        """The inverse of `canonical_outputs`."""
        y, *states = super().native_outputs(_rows_first(layer), outputs, unbatched=unbatched)
        return [y.swapaxes(2, 3), *states]


def _rows_first(layer: Layer) -> Layer:
    """The layer with the axes that the operation has whatever is asked."""
    return replace(layer, batch_first=True)
