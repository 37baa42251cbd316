"""A layer of Keras 2 zeroes its only output with zero_output_for_mask, which is documented for whole sequences alone.

Rule 14.2; cause keras-zero-last-output. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The manual: "this field is only used when `return_sequences` is True and mask is provided".
Public: https://github.com/keras-team/tf-keras/issues/252, which sees it for go_backwards.
Expected: the output of the last step that counts, with either value.
Actual:

    zero_output_for_mask=False: [[0.57]]  (control)
    zero_output_for_mask=True: [[0.0]]
"""

import numpy as np
import tf_keras

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
for zero in (False, True):
    layer = tf_keras.layers.LSTM(1, zero_output_for_mask=zero, kernel_initializer="ones", recurrent_initializer="zeros")
    print(f"zero_output_for_mask={zero}: {layer(x, mask=mask).numpy().astype(float).round(2).tolist()}")
