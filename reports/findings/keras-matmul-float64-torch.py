"""x"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

random = np.random.RandomState(0)
x, mask = random.standard_normal((1, 3, 2)), np.ones((1, 3), bool)
layer = keras.layers.LSTM(4, dtype="float64")
plain, masked = (layer(x, mask=given).detach() for given in (None, mask))
print(f"{plain.dtype} and {masked.dtype}, which differ by {abs(plain - masked).max():.0e}")
a = keras.ops.convert_to_tensor(random.standard_normal((2, 2)))
print(f"matmul of {a.dtype}: {keras.ops.matmul(a, a).dtype}")
