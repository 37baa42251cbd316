"""keras.layers.LSTM accepts a rate of dropout outside of [0, 1] and moves it to the nearest end without a word.

Rule 12.6; cause keras-dropout-clamped. Seen with Keras 3.15.1, TensorFlow 2.21.0.
The manual says "Float between 0 and 1"; keras.layers.Dropout and torch.nn.LSTM refuse.
A slip of the pen, 15 or 1.5 for 0.15, is taken for 1, which drops every input on torch, and none on TensorFlow and JAX.
Expected: ValueError from both layers, for both rates.
Actual on tensorflow, torch, jax:

    LSTM(dropout=1.5) has 1.0
    Dropout(1.5): ValueError  (control)
    LSTM(dropout=-0.5) has 0.0
    Dropout(-0.5): ValueError  (control)
"""

import keras

for rate in (1.5, -0.5):
    print(f"LSTM(dropout={rate}) has {keras.layers.LSTM(6, dropout=rate).dropout}")
    try:
        keras.layers.Dropout(rate)
    except Exception as error:
        print(f"Dropout({rate}): {type(error).__name__}")
