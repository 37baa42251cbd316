"""keras.layers.LSTM with go_backwards returns the reversed sequence, and hands on the mask in its first order.

Rule 16.7; deviation keras-go-backwards-mask. Seen with Keras 3.15.1, TensorFlow 2.21.0.
The next layer leaves out steps that count, and counts others.
Public: https://github.com/keras-team/keras/issues/6022, https://github.com/keras-team/keras/issues/3737.
Expected: the mask [False, True, True], in the order of the outputs; the first of them is that of the masked last step.
Actual, with KERAS_BACKEND=tensorflow; on torch 2.13.0 and jax 0.10.2 alike:

    outputs [0.0, 0.37, 0.57], mask [True, True, False]
"""

import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
layer = keras.layers.LSTM(
    1, return_sequences=True, go_backwards=True, kernel_initializer="ones", recurrent_initializer="zeros"
)
y, handed_on = keras.ops.convert_to_numpy(layer(x, mask=mask)), layer.compute_mask(x, mask)
print(f"outputs {y[0, :, 0].astype(float).round(2).tolist()}, mask {handed_on[0].tolist()}")
