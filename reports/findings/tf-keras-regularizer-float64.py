"""A regularizer of Keras 2 rounds its factor to `floatx`, whatever it penalizes.

Rule 25.1; cause keras-regularizer-float64. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The manual: "The L2 regularization penalty is computed as: `loss = l2 * reduce_sum(square(x))`"; 0.01 is its default.
`cast_to_floatx` makes float32 of it when the regularizer is made, and penalties of float64 are accurate to 8 digits.
Expected: no difference of more than 1e-12.
Actual:

    L2(0.5), off by more than 1e-12: False  (control)
    L2(0.01), off by more than 1e-12: True
"""

import numpy as np
import tf_keras

for factor in (0.5, 0.01):
    layer = tf_keras.layers.LSTM(3, dtype="float64", kernel_regularizer=tf_keras.regularizers.L2(factor))
    layer.build((None, None, 2))
    layer.set_weights([np.ones((2, 12)), np.zeros((3, 12)), np.zeros(12)])
    off = abs(float(layer.losses[0]) - 24 * factor)
    print(f"L2({factor}), off by more than 1e-12: {off > 1e-12}")
