"""What the outputs of a float64 layer add to a loss is float32 on torch, and so is what it adds to their gradient.

Rules 25.1, 25.2; cause keras-activity-float64-torch. Seen with Keras 3.15.1, torch 2.13.0, TensorFlow 2.21.0.
The penalty is divided by the number of rows by keras.ops.divide_no_nan, which casts to `result_type`, and that makes
float32 of float64 on every backend but TensorFlow.
Public: https://github.com/keras-team/keras/issues/23223, mended after 3.15.1 by
https://github.com/keras-team/keras/pull/23225.
Expected: float64 twice.
Actual on tensorflow:

    penalty of a weight: float64  (control)
    penalty of the outputs: float64  (control)

Actual on torch:

    penalty of a weight: float64  (control)
    penalty of the outputs: float32
"""

import keras
import numpy as np

for what, options in {
    "a weight": {"kernel_regularizer": "l2"},
    "the outputs": {"activity_regularizer": "l2"},
}.items():
    layer = keras.layers.LSTM(3, dtype="float64", **options)
    layer(np.ones((2, 4, 1)))
    print(f"penalty of {what}: {keras.ops.convert_to_numpy(layer.losses[0]).dtype}")
