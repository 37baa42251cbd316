"""With a bias, LSTM and GRU of onnxruntime make numbers of NaN.

Needs onnx, onnxruntime: `make field` installs both in an environment of their own.
Rule 17.6; cause onnxruntime-nan. Seen with onnxruntime 1.32.0 on the CPU. Biases are added by a function
that limits the sum to [-clip, clip] as well, where clip is the largest float32 unless the attribute says otherwise;
its comparisons make that limit of a NaN. An input that is lost, or a weight, goes on unseen as a gate that is open or
shut. Without a bias, and in RNN, NaN stays NaN. No public issue was found.
Expected: NaN from the second step on, everywhere.
Actual:

    LSTM: NaN at [False, True, True]  (control)
    LSTM with a bias: NaN at [False, False, False]
    GRU with a bias: NaN at [False, False, False]
    RNN with a bias: NaN at [False, True, True]  (control)
"""

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

kind, model = TensorProto.FLOAT, helper.make_opsetid("", 14)
x = np.ones((3, 1, 1), "f")
x[1] = np.nan
for name, blocks, names in (("LSTM", 4, "XWR"), ("LSTM", 4, "XWRB"), ("GRU", 3, "XWRB"), ("RNN", 1, "XWRB")):
    weight = np.full((1, blocks, 1), 0.5, "f")
    given = {"X": x, "W": weight, "R": weight, "B": np.zeros((1, 2 * blocks), "f")}
    node = helper.make_node(name, list(names), ["Y"], hidden_size=1)
    inputs = [helper.make_tensor_value_info(key, kind, None) for key in names]
    graph = helper.make_graph([node], "recurrent", inputs, [helper.make_tensor_value_info("Y", kind, None)])
    text = helper.make_model(graph, opset_imports=[model], ir_version=8).SerializeToString()
    session = onnxruntime.InferenceSession(text, providers=["CPUExecutionProvider"])
    y = session.run(None, {key: given[key] for key in names})[0]
    print(f"{name}{' with a bias' if 'B' in names else ''}: NaN at {np.isnan(y).ravel().tolist()}")
