"""A float64 layer with a regularizer cannot be trained on TensorFlow, unless float64 is the default of everything.

Rule 25.2; cause keras-penalties-float64. Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0.
The manual: "These penalties are summed into the loss function that the network optimizes."
The loss is float32, whatever the layers are, and whatever the loss is told; `compute_loss` adds both in one list.
keras.config.set_floatx("float64") helps.
Expected: trained twice, as on torch.
Actual on tensorflow:

    without a regularizer: trained  (control)
    with one: TypeError

Actual on torch:

    without a regularizer: trained  (control)
    with one: trained  (control)
"""

import keras
import numpy as np


def trained(regularizer: str | None) -> str:
    """Say what becomes of a step of training."""
    model = keras.Sequential([keras.layers.LSTM(3, dtype="float64", kernel_regularizer=regularizer)])
    model.compile("sgd", keras.losses.MeanSquaredError(dtype="float64"))
    try:
        model.fit(np.ones((2, 4, 1)), np.ones((2, 3)), verbose=0)
    except TypeError as error:
        return type(error).__name__
    return "trained"


print(f"without a regularizer: {trained(None)}")
print(f"with one: {trained('l2')}")
