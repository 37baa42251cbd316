"""x"""

import os

os.environ.update(KERAS_BACKEND="jax", JAX_ENABLE_X64="1")
import keras
import numpy as np

x = keras.ops.convert_to_tensor(np.random.RandomState(0).standard_normal((1, 5, 3)))
print(f"input {x.dtype}")
for name in ("sigmoid", "tanh"):
    y = getattr(keras.activations, name)(x)
    print(f"{name}: {y.dtype}, off by {abs(np.asarray(y) - getattr(keras.src.backend.nn, name)(x)).max():.0e}")
layer = keras.layers.LSTM(4, dtype="float64")
h = layer(x)
print(f"LSTM: {h.dtype}")
