"""With a clip, OpenVINO's LSTMSequence makes numbers of NaN.

Needs openvino: `make field` installs it in an environment of its own.
Rule 17.6; cause openvino-nan-clip. Seen with openvino 2026.4.1 on the CPU, in models with a dynamic shape: a NaN is
limited to a number, as if it were beyond a limit, but one in the cell state, which no clip limits. The manual says of
`clip` only what it limits. Without a clip, NaN stays NaN. No public issue was found.
Expected: NaN from the step on in which it comes in.
Actual:

    clip=0.0: NaN in y from step 1 on: True  (control)
    clip=0.5: NaN in y from step 1 on: False
"""

import numpy as np
import openvino as ov
import openvino.opset5 as ops

weights = [np.ones((1, 4, 1), "float32"), np.ones((1, 4, 1), "float32"), np.zeros((1, 4), "float32")]
x, state, lengths = np.ones((1, 4, 1), "float32"), np.zeros((1, 1, 1), "float32"), np.array([4], "int32")
x[0, 1] = np.nan
for clip in (0.0, 0.5):
    shapes = [[1, -1, 1], [1, 1, 1], [1, 1, 1], [1]]
    given = [ops.parameter(shape, np.float32) for shape in shapes[:3]] + [ops.parameter(shapes[3], np.int32)]
    node = ops.lstm_sequence(*given, *map(ops.constant, weights), 1, "forward", clip=clip)
    model = ov.Model([node.output(0)], given, "lstm")
    outputs = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x, state, state, lengths])
    print(f"clip={clip}: NaN in y from step 1 on: {bool(np.isnan(outputs[0].ravel()[1:]).all())}")
