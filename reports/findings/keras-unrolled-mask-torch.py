"""x"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
layers = {"forwards": keras.layers.LSTM(2, unroll=True), "backwards": keras.layers.LSTM(2, unroll=True, go_backwards=True)}
layers["both"] = keras.layers.Bidirectional(keras.layers.LSTM(2, unroll=True))
for name, layer in layers.items():
    try:
        print(f"{name}: {tuple(layer(x, mask=keras.ops.convert_to_tensor(mask)).shape)}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}, {str(error).splitlines()[2]}")
