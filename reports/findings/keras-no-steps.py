"""keras.layers.LSTM reports a sequence of no steps as an error of an index, whose kind hangs on the backend.

Rule 12.5; cause keras-no-steps. Seen with Keras 3.15.1, TensorFlow 2.21.0.
Expected: ValueError that speaks of time steps.
Actual on tensorflow:

    1: (3, 6)  (control)
    0: InvalidArgumentError, a ValueError: False, speaks of steps: False

Actual on torch, jax:

    1: (3, 6)  (control)
    0: IndexError, a ValueError: False, speaks of steps: False
"""

import keras
import numpy as np

layer = keras.layers.LSTM(6)
for steps in (1, 0):
    try:
        print(f"{steps}: {tuple(layer(np.zeros((3, steps, 5), 'float32')).shape)}")
    except Exception as error:
        message = str(error).split("Arguments received")[0].replace("timestep", "step")
        kind = isinstance(error, ValueError)
        print(f"{steps}: {type(error).__name__}, a ValueError: {kind}, speaks of steps: {'step' in message}")
