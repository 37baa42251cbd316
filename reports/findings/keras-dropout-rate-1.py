"""keras.layers.LSTM(dropout=1.0) drops nothing, and so does recurrent_dropout=1.0.

Rule 21.8; cause keras-dropout-rate-1.
Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0, JAX 0.10.2.
The manual: "Float between 0 and 1. Fraction of the units to drop". LSTMCell drops if 0 < rate < 1: a rate of 1 is
answered as if it were 0. keras.layers.Dropout(1.0) and torch.nn.LSTM(dropout=1.0) drop everything.
On torch `dropout` is right, because another function multiplies there; `recurrent_dropout` is not.
Expected: whatever is dropped, outputs differ from those in evaluation: four times True.
Actual on tensorflow, jax:

    dropout=0.999999: True  (control)
    dropout=1.0: False
    recurrent_dropout=0.999999: True  (control)
    recurrent_dropout=1.0: False

Actual on torch:

    dropout=0.999999: True  (control)
    dropout=1.0: True
    recurrent_dropout=0.999999: True  (control)
    recurrent_dropout=1.0: False
"""

import keras
import numpy as np

x = np.ones((1, 3, 1), "float32")
for name in ("dropout", "recurrent_dropout"):
    for rate in (0.999999, 1.0):
        layer = keras.layers.LSTM(1, kernel_initializer="ones", recurrent_initializer="ones", **{name: rate})
        trained, evaluated = (float(layer(x, training=training)[0, 0]) for training in (True, False))
        print(f"{name}={rate}: {abs(trained - evaluated) > 0.01}")
