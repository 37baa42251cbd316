"""keras.layers.RNN stacks a list of cells in float32, whatever dtype it and they were given.

Rules 6.1 to 23.7; cause keras-stacked-cells-dtype.
Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0.
RNN.__init__ calls StackedRNNCells(cell) without a dtype: the stack has that of the global policy, and casts to it.
Expected: float64 twice, and the numbers of StackedRNNCells(cells, dtype="float64") in all calls.
Actual on tensorflow:

    a stack computes in float64  (control)
    a list computes in float32
    eager: differs by 2e-09
    mask: InvalidArgumentError
    tf.function: TypeError

Actual on torch:

    a stack computes in float64  (control)
    a list computes in float32
    eager: differs by 1e-09
    mask: differs by 2e-09
"""

import keras
import numpy as np

keras.utils.set_random_seed(0)
x, mask = np.random.RandomState(0).standard_normal((1, 3, 2)), np.array([[True, True, False]])
cells = [keras.layers.LSTMCell(4, dtype="float64") for _ in range(2)]
listed = keras.layers.RNN(cells, dtype="float64")
stacked = keras.layers.RNN(keras.layers.StackedRNNCells(cells, dtype="float64"), dtype="float64")
print(f"a stack computes in {stacked.cell.compute_dtype}")
print(f"a list computes in {listed.cell.compute_dtype}")
calls = {"eager": (listed, {}), "mask": (listed, {"mask": mask})}
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    calls["tf.function"] = (tf.function(listed), {})
for name, (layer, options) in calls.items():
    expected = stacked(x, **options)
    try:
        print(f"{name}: differs by {float(keras.ops.max(keras.ops.abs(layer(x, **options) - expected))):.0e}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
