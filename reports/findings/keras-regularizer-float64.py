"""A regularizer rounds its factor to float32, whatever it penalizes: a penalty of float64 is accurate to 8 digits.

Rule 25.1; cause keras-regularizer-float64. Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0.
The manual: "The L2 regularization penalty is computed as: `loss = l2 * reduce_sum(square(x))`"; 0.01 is its default.
`keras.ops.cast` of a Python number makes a tensor of `floatx` of it on TensorFlow, and only then casts to the dtype of
x, which is asked for. Factors that are exact in float32, as 0.5, lose nothing.
Expected: no difference of more than 1e-12.
Actual on tensorflow:

    L2(0.5), off by more than 1e-12: False  (control)
    L2(0.01), off by more than 1e-12: True
    0.01, cast to float64, is 0.01: False

Actual on torch:

    L2(0.5), off by more than 1e-12: False  (control)
    L2(0.01), off by more than 1e-12: False  (control)
    0.01, cast to float64, is 0.01: True  (control)
"""

import keras
import numpy as np

for factor in (0.5, 0.01):
    layer = keras.layers.LSTM(3, dtype="float64", kernel_regularizer=keras.regularizers.L2(factor))
    layer.build((None, None, 2))
    layer.set_weights([np.ones((2, 12)), np.zeros((3, 12)), np.zeros(12)])
    off = abs(float(keras.ops.convert_to_numpy(layer.losses[0])) - 24 * factor)
    print(f"L2({factor}), off by more than 1e-12: {off > 1e-12}")
cast = keras.ops.convert_to_numpy(keras.ops.cast(0.01, "float64"))
print(f"0.01, cast to float64, is 0.01: {float(cast) == 0.01}")
