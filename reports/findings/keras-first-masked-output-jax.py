"""keras.layers.LSTM on JAX puts out its initial state where the first steps are masked; unrolled, it puts out zeros.

Rules 14.1, 14.2, 14.3, 14.5, 18.1, 19.3, 23.1, 23.3, 23.5, 23.7;
cause keras-first-masked-output-jax. Seen with Keras 3.15.1, JAX 0.10.2.
Of masked steps Keras says that the output is that of the step before; before the first there is none.
The loops of TensorFlow and torch say what then: "a zero filled tensor will be used".
That of JAX takes the first state for the output before, as TensorFlow's did until
https://github.com/keras-team/keras/pull/11499, for https://github.com/keras-team/keras/issues/11472.
Expected: zero in the first step, whether or not the loop is unrolled.
Actual on jax:

    unroll=True: [0.0, 0.37, 0.37]  (control)
    unroll=False: [7.0, 0.37, 0.37]
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[False, True, False]])
states = [np.full((1, 1), 7, "float32"), np.zeros((1, 1), "float32")]
options = {"return_sequences": True, "kernel_initializer": "ones", "recurrent_initializer": "zeros"}
for unroll in (True, False):
    y = keras.layers.LSTM(1, unroll=unroll, **options)(x, mask=mask, initial_state=states)
    print(f"unroll={unroll}: {np.asarray(y)[0, :, 0].astype(float).round(2).tolist()}")
