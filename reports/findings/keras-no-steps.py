"""keras.layers.LSTM reports a sequence of no steps as an error of an index, whose kind hangs on the backend.

Rule 12.5; deviations keras-no-steps and keras-no-steps-torch. Seen with Keras 3.15.1, TensorFlow 2.21.0.
Expected: ValueError that speaks of time steps.
Actual, with KERAS_BACKEND=tensorflow and then torch (2.13.0):

    InvalidArgumentError, a ValueError: False, speaks of steps: False

    IndexError, a ValueError: False, speaks of steps: False
"""

import keras
import numpy as np

layer = keras.layers.LSTM(6)
try:
    layer(np.zeros((3, 0, 5), "float32"))
except Exception as error:
    message = str(error).split("Arguments received")[0].replace("timestep", "step")
    kind = isinstance(error, ValueError)
    print(f"{type(error).__name__}, a ValueError: {kind}, speaks of steps: {'step' in message}")
