"""OpenVINO's CPU plugin ignores the lengths of LSTMSequence where a dimension of the model is dynamic.

Needs openvino: `make field` installs it in an environment of its own.
Rules 14.1, 14.3, 14.4, 14.5, 18.1 and 20.1; cause openvino-dynamic-lengths. Seen with openvino 2026.4.1 on the CPU,
also where the batch alone is dynamic. Where all is static, LSTMSequence is decomposed if lengths are an input; since
https://github.com/openvinotoolkit/openvino/pull/10710 it is not where a shape is dynamic, unless it has a clip or
other activations, and what runs then puts out the same whatever the lengths are. No public issue was found.
Expected: 0 for the steps behind the end, and the last state is that of the last step that counts.
Actual:

    static: behind the end 0, last state that of step 1  (control)
    dynamic: behind the end not 0, last state that of step 3
"""

import numpy as np
import openvino as ov
import openvino.opset5 as ops

W, R, B = np.ones((1, 4, 1), "float32"), np.ones((1, 4, 1), "float32"), np.zeros((1, 4), "float32")
x, state, lengths = np.ones((1, 4, 1), "float32"), np.zeros((1, 1, 1), "float32"), np.array([2], "int32")
for name, rows, steps in (("static", 1, 4), ("dynamic", 1, -1)):
    shapes = [[rows, steps, 1], [rows, 1, 1], [rows, 1, 1], [rows]]
    given = [ops.parameter(shape, np.float32) for shape in shapes[:3]] + [ops.parameter(shapes[3], np.int32)]
    node = ops.lstm_sequence(*given, *map(ops.constant, (W, R, B)), 1, "forward")
    model = ov.Model([node.output(k) for k in range(3)], given, "lstm")
    outputs = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x, state, state, lengths])
    y, h = outputs[0].ravel(), outputs[1].item()
    behind = "0" if (y[2:] == 0).all() else "not 0"
    print(f"{name}: behind the end {behind}, last state that of step {int(np.flatnonzero(y == h)[-1])}")
