"""keras.layers.LSTM on JAX ignores zero_output_for_mask when it is unrolled.

Rules 14.1, 14.3, 14.5, 18.1; cause keras-unrolled-zero-output-jax. Seen with Keras 3.15.1, JAX 0.10.2.
The manual: "Whether the output should use zeros for the masked timesteps"; of `unroll` it says that it is a matter of
speed and memory. The branch of the loop that unrolls does not look at the argument; those of TensorFlow and torch do.
Expected: the outputs with unroll=False.
Actual on jax:

    unroll=False: [0.37, 0.0, 0.57, 0.0]  (control)
    unroll=True: [0.37, 0.37, 0.57, 0.57]
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

x, mask = np.ones((1, 4, 1), "float32"), np.array([[True, False, True, False]])
options = {"return_sequences": True, "kernel_initializer": "ones", "recurrent_initializer": "zeros"}
for unroll in (False, True):
    y = keras.layers.LSTM(1, unroll=unroll, zero_output_for_mask=True, **options)(x, mask=mask)
    print(f"unroll={unroll}: {np.asarray(y)[0, :, 0].astype(float).round(2).tolist()}")
