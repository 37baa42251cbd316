"""How arrays lie: weights, inputs, states, masks and outputs, to and from the canonical arrays.

One file a framework, or one row of the table in `rows.py`; what else it promises is in `reference/contracts`.
All arrays here have a leading axis N of cases on the framework's side, and the axis N behind time (or behind layers and
directions) on the canonical side: native x (N, ...), canonical x (T, N, B, I).

Imports `reference`.
"""

from lstm_conformance.reference.layouts.base import Layout
from lstm_conformance.reference.layouts.block import BlockLayout, BlockV2Layout
from lstm_conformance.reference.layouts.gates import GatesLayout
from lstm_conformance.reference.layouts.keras import KerasLayout
from lstm_conformance.reference.layouts.nnabla import NnablaLayout
from lstm_conformance.reference.layouts.onnx import OnnxLayout
from lstm_conformance.reference.layouts.openvino import OpenVINOLayout
from lstm_conformance.reference.layouts.rows import ROWS
from lstm_conformance.reference.layouts.table import TableLayout
from lstm_conformance.reference.layouts.tf1 import Tf1CoupledLayout, Tf1Layout
from lstm_conformance.reference.layouts.torch import TorchLayout

LAYOUTS: dict[str, Layout] = {
    "torch": TorchLayout(),
    "keras": KerasLayout(),
    "onnx": OnnxLayout(),
    "tf1": Tf1Layout(),
    "tf1.coupled": Tf1CoupledLayout(),
    "block": BlockLayout(),
    "block_v2": BlockV2Layout(),
    "gates": GatesLayout(),
    "openvino": OpenVINOLayout(),
    "nnabla": NnablaLayout(),
    **{name: TableLayout(name, row) for name, row in ROWS.items()},
}
"""By the name that an adapter declares."""

__all__ = ["LAYOUTS", "Layout"]
