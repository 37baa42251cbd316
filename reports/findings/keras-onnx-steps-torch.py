"""Model.export(format="onnx") on torch writes a model of one step where steps are unknown, and declares them dynamic.

Needs onnx: it comes with the extra dev.
Rule 18.4; cause keras-onnx-steps. Seen with Keras 3.15.1, torch 2.13.0, onnx 1.23.2. The docstring of the exporter says
that None becomes 1 and that shapes must be given; the file declares the axis dynamic, and answers.
Expected: as many steps as are given, or an error.
Actual on torch:

    declared: ['batch', 'dim_0_1', 3]
    of 1 step, right: True  (control)
    of 5 steps, steps that come out: 1
"""

import os
import tempfile

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
from onnx import load
from onnx.reference import ReferenceEvaluator

model = keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(4, return_sequences=True)])
x = np.random.RandomState(0).standard_normal((1, 5, 3)).astype("float32")
model(x)
file = f"{tempfile.mkdtemp()}/lstm.onnx"
model.export(file, format="onnx", verbose=False)
graph = load(file).graph
print("declared:", [axis.dim_param or axis.dim_value for axis in graph.input[0].type.tensor_type.shape.dim])
run = ReferenceEvaluator(file).run
(one,), (five,) = (run(None, {graph.input[0].name: x[:, :steps]}) for steps in (1, 5))
print("of 1 step, right:", np.allclose(one, model(x[:, :1]).detach().numpy(), atol=1e-6))
print("of 5 steps, steps that come out:", five.shape[1])
