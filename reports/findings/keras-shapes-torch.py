"""keras.layers.LSTM on torch does not compare the shapes of states and masks with those of its input.

Rules 12.3, 17.8, 18.2; causes keras-unchecked-states, keras-unchecked-masks.
Seen with Keras 3.15.1, torch 2.13.0. The manual: "mask: Binary tensor of shape `(samples, timesteps)`".
What does not fit fails within the loop, with an error that is no ValueError, or is repeated, or is not looked at:
a mask of twice the steps is cut, where TensorFlow raises ValueError.
Expected: ValueError for all but the first of each.
Actual on torch:

    initial_state (3, 6): accepted  (control)
    initial_state (3, 12): RuntimeError
    initial_state (6, 6): RuntimeError
    initial_state (1, 6): accepted
    initial_state (6,): accepted
    mask (3, 4): accepted  (control)
    mask (2, 4): RuntimeError
    mask (1, 4): accepted
    mask (3, 8): accepted
    mask (3, 3): IndexError
    mask (3, 1): IndexError
    mask (4,): IndexError
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

layer, x = keras.layers.LSTM(6), np.zeros((3, 4, 5), "float32")
cases = [("initial_state", shape) for shape in [(3, 6), (3, 12), (6, 6), (1, 6), (6,)]]
cases += [("mask", shape) for shape in [(3, 4), (2, 4), (1, 4), (3, 8), (3, 3), (3, 1), (4,)]]
for name, shape in cases:
    given = np.ones(shape, bool) if name == "mask" else [np.zeros(shape, "float32")] * 2
    try:
        layer(x, **{name: given})
        print(f"{name} {shape}: accepted")
    except Exception as error:
        print(f"{name} {shape}: {type(error).__name__}")
