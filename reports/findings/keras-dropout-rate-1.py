"""keras.layers.LSTM(dropout=1.0) drops nothing, and so does recurrent_dropout=1.0.

Rule 21.8; cause keras-dropout-rate-1.
Seen with Keras 3.15.1, TensorFlow 2.21.0, torch 2.13.0, JAX 0.10.2.
The manual: "Float between 0 and 1. Fraction of the units to drop". LSTMCell drops if 0 < rate < 1: a rate of 1 is
answered as if it were 0. SimpleRNN, keras.layers.Dropout(1.0) and torch.nn.LSTM(dropout=1.0) drop everything.
On torch `dropout` is right without a mask, because another function multiplies there; `recurrent_dropout` is not.
Expected: whatever is dropped, outputs differ from those in evaluation: True in all lines.
Actual on tensorflow, jax:

    LSTM dropout=0.999999: True  (control)
    LSTM dropout=1.0: False
    LSTM recurrent_dropout=0.999999: True  (control)
    LSTM recurrent_dropout=1.0: False
    SimpleRNN dropout=1.0: True  (control)
    SimpleRNN recurrent_dropout=1.0: True  (control)

Actual on torch:

    LSTM dropout=0.999999: True  (control)
    LSTM dropout=1.0: True
    LSTM recurrent_dropout=0.999999: True  (control)
    LSTM recurrent_dropout=1.0: False
    SimpleRNN dropout=1.0: True  (control)
    SimpleRNN recurrent_dropout=1.0: True  (control)
"""

import keras
import numpy as np

x = np.ones((1, 3, 1), "float32")
LSTM, SimpleRNN = keras.layers.LSTM, keras.layers.SimpleRNN
for kind, rates in ((LSTM, (0.999999, 1.0)), (SimpleRNN, (1.0,))):
    for name, rate in [(name, rate) for name in ("dropout", "recurrent_dropout") for rate in rates]:
        layer = kind(1, kernel_initializer="ones", recurrent_initializer="ones", **{name: rate})
        trained, evaluated = (float(layer(x, training=training)[0, 0]) for training in (True, False))
        print(f"{kind.__name__} {name}={rate}: {abs(trained - evaluated) > 0.01}")
