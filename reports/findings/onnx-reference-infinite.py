"""The reference evaluator of ONNX multiplies peepholes that are not there, zeros, by the cell state.

Needs onnx: `make field` installs it in an environment of its own.
Rule 17.4; cause onnx-reference-infinite. Seen with onnx 1.23.2: where P is not given, `op_lstm.py` makes it of zeros,
and 0 · ∞ is NaN. https://onnx.ai/onnx/operators/onnx__LSTM.html says of P "If not specified - assumed to be 0.", which
can be read as that product or as none: without peepholes an infinite initial_c stays infinite, and h is the output
gate, as in onnxruntime.
No public issue was found. Expected: [0.5].
No control: the evaluator is asked once.
Actual:

    [nan]
"""

import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

given = {"X": (1, 1, 1), "W": (1, 4, 1), "R": (1, 4, 1), "initial_h": (1, 1, 1), "initial_c": (1, 1, 1)}
names = ["X", "W", "R", "", "", "initial_h", "initial_c"]
node = helper.make_node("LSTM", names, ["Y"], hidden_size=1)
inputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, None) for name in given]
outputs = [helper.make_tensor_value_info("Y", TensorProto.DOUBLE, None)]
model = helper.make_model(helper.make_graph([node], "lstm", inputs, outputs))
zeros = {name: np.zeros(shape) for name, shape in given.items()}
print(ReferenceEvaluator(model).run(None, {**zeros, "initial_c": np.full((1, 1, 1), np.inf)})[0].ravel())
