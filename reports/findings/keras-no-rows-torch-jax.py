"""keras.layers.LSTM answers a batch of no rows on torch and JAX, and refuses it on TensorFlow.

Rule 18.3; cause keras-no-rows. Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0, JAX 0.10.2.
Whether a batch may be empty is documented nowhere; the last one of a filtered data set may be.
The cause is keras.ops.add on TensorFlow, which refuses two arrays of no rows: keras-no-rows.py shows it.
Expected: the same answer on every backend.
No control: each line is wrong by itself.
Actual on tensorflow:

    tensorflow: InvalidArgumentError

Actual on torch:

    torch: outputs of shape (0, 6)

Actual on jax:

    jax: outputs of shape (0, 6)
"""

import keras
import numpy as np

try:
    y = keras.layers.LSTM(6)(np.zeros((0, 4, 5), "float32"))
    print(f"{keras.backend.backend()}: outputs of shape {tuple(y.shape)}")
except Exception as error:
    print(f"{keras.backend.backend()}: {type(error).__name__}")
