"""keras.layers.LSTM on JAX puts out the initial state where the first steps are masked."""

import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[False, True, False]])
states = [np.full((1, 2), 7, "float32"), np.zeros((1, 2), "float32")]
for unroll in (True, False):
    layer = keras.layers.LSTM(2, return_sequences=True, unroll=unroll, kernel_initializer="ones")
    y = np.asarray(layer(x, mask=keras.ops.convert_to_tensor(mask), initial_state=states))
    print(f"unroll={unroll}: {y[0, :, 0].round(2).tolist()}")
