"""With a bias, the LSTM of onnxruntime makes numbers of NaN.

Needs onnx, onnxruntime: `make field` installs both in an environment of their own.
Rule 17.6; cause onnxruntime-nan. Seen with onnxruntime 1.32.0 on the CPU. Biases are added by a function
that limits the sum to [-clip, clip] as well, where clip is the largest float32 unless the attribute says otherwise;
its comparisons make that limit of a NaN. An input that is lost goes on unseen as a gate that is open or shut. Without
a bias, NaN stays NaN, as in every other LSTM. No public issue was found. Expected: NaN from the second step on,
twice.
Actual:

    with a bias: NaN at [False, False, False]
    without: NaN at [False, True, True]  (control)
"""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

kind, model = TensorProto.FLOAT, helper.make_opsetid("", 14)
x = np.ones((3, 1, 1), "f")
x[1] = np.nan
weights = {"X": x, "W": np.full((1, 4, 1), 0.5, "f"), "R": np.full((1, 4, 1), 0.5, "f"), "B": np.zeros((1, 8), "f")}
for names in (["X", "W", "R", "B"], ["X", "W", "R"]):
    node = helper.make_node("LSTM", names, ["Y"], hidden_size=1)
    inputs = [helper.make_tensor_value_info(name, kind, None) for name in names]
    graph = helper.make_graph([node], "lstm", inputs, [helper.make_tensor_value_info("Y", kind, None)])
    text = helper.make_model(graph, opset_imports=[model], ir_version=8).SerializeToString()
    session = onnxruntime.InferenceSession(text, providers=["CPUExecutionProvider"])
    y = session.run(None, {name: weights[name] for name in names})[0]
    print(f"{'with a bias' if 'B' in names else 'without'}: NaN at {np.isnan(y).ravel().tolist()}")
