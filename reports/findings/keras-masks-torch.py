"""x"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

layer, x = keras.layers.LSTM(6), np.ones((3, 4, 5), "float32")
for name, shape in {
    "one row": (1, 4),
    "more steps": (3, 8),
    "fewer rows": (2, 4),
    "fewer steps": (3, 3),
    "one step": (3, 1),
    "no axis of batch": (4,),
}.items():
    try:
        layer(x, mask=keras.ops.ones(shape, "bool"))
        print(f"{name} {shape}: accepted")
    except Exception as error:
        print(f"{name} {shape}: {type(error).__name__}")
