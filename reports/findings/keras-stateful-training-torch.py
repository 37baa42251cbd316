"""x"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch

for stateful in (False, True):
    layer = keras.layers.LSTM(2, stateful=stateful)
    try:
        layer(torch.ones(1, 3, 1)).sum().backward()
        print(f"stateful={stateful}: gradients")
    except RuntimeError as error:
        print(f"stateful={stateful}: RuntimeError, {str(error)[:90]}")
