"""keras.layers.LSTM zeroes its only output with zero_output_for_mask, which is documented for whole sequences alone.

Rule 14.2; cause keras-zero-last-output. Seen with Keras 3.15.1, TensorFlow 2.21.0.
The manual: "this field is only used when `return_sequences` is `True` and `mask` is provided".
Public: https://github.com/keras-team/keras/issues/17596, which sees it for go_backwards.
Expected: the output of the last step that counts, with either value.
Actual on tensorflow, torch, jax:

    zero_output_for_mask=False: [[0.57]]  (control)
    zero_output_for_mask=True: [[0.0]]
"""

import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
for zero in (False, True):
    layer = keras.layers.LSTM(1, zero_output_for_mask=zero, kernel_initializer="ones", recurrent_initializer="zeros")
    y = keras.ops.convert_to_numpy(layer(x, mask=mask))
    print(f"zero_output_for_mask={zero}: {y.astype(float).round(2).tolist()}")
