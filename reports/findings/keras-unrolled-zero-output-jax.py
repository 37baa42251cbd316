"""x"""

import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

x, mask = np.ones((1, 4, 1), "float32"), np.array([[True, False, True, False]])
for unroll in (False, True):
    options = {"return_sequences": True, "zero_output_for_mask": True, "unroll": unroll}
    y = keras.layers.LSTM(2, kernel_initializer="ones", recurrent_initializer="ones", **options)(x, mask=mask)
    print(f"unroll={unroll}: {np.asarray(y)[0, :, 0].round(3).tolist()}")
