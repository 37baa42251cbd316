"""keras.layers.LSTM with go_backwards returns the reversed sequence, and hands on the mask in its first order.

Rule 16.7; cause keras-go-backwards-mask. Seen with Keras 3.15.1, TensorFlow 2.21.0.
The next layer leaves out steps that count, and counts others.
Public: https://github.com/keras-team/keras/issues/6022, https://github.com/keras-team/keras/issues/3737.
Expected: the mask [False, True, True], in the order of the outputs; the first of them is that of the masked last step.
Actual on tensorflow, torch, jax:

    go_backwards=False: outputs [0.37, 0.57, 0.57], mask [True, True, False]  (control)
    go_backwards=True: outputs [0.0, 0.37, 0.57], mask [True, True, False]
"""

import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
options = {"return_sequences": True, "kernel_initializer": "ones", "recurrent_initializer": "zeros"}
for backwards in (False, True):
    layer = keras.layers.LSTM(1, go_backwards=backwards, **options)
    y, handed_on = keras.ops.convert_to_numpy(layer(x, mask=mask)), layer.compute_mask(x, mask)
    print(
        f"go_backwards={backwards}: outputs {y[0, :, 0].astype(float).round(2).tolist()}, mask {handed_on[0].tolist()}"
    )
