"""keras.layers.LSTM does not compare the shape of a mask with that of its input.

Rule 17.8; cause keras-unchecked-masks.
Seen with Keras 3.15.1, TensorFlow 2.21.0, eager.
The manual: "mask: Binary tensor of shape `(samples, timesteps)`".
What does not fit fails within the loop, with an error that is no ValueError; a mask of one row is repeated over all.
Expected: ValueError that speaks of the mask, for all but the first.
Actual on tensorflow:

    (3, 4): accepted  (control)
    (2, 4): InvalidArgumentError, a ValueError: False
    (1, 4): accepted
    (3, 3): OutOfRangeError, a ValueError: False
    (3, 1): OutOfRangeError, a ValueError: False
    (4,): IndexError, a ValueError: False

Actual on torch:

    (3, 4): accepted  (control)
    (2, 4): RuntimeError, a ValueError: False
    (1, 4): accepted
    (3, 3): IndexError, a ValueError: False
    (3, 1): IndexError, a ValueError: False
    (4,): IndexError, a ValueError: False

Actual on jax:

    (3, 4): accepted  (control)
    (2, 4): ValueError, a ValueError: True
    (1, 4): accepted
    (3, 3): ValueError, a ValueError: True
    (3, 1): ValueError, a ValueError: True
    (4,): IndexError, a ValueError: False
"""

import keras
import numpy as np

layer, x = keras.layers.LSTM(6), np.zeros((3, 4, 5), "float32")
for shape in [(3, 4), (2, 4), (1, 4), (3, 3), (3, 1), (4,)]:
    try:
        layer(x, mask=np.ones(shape, bool))
        print(f"{shape}: accepted")
    except Exception as error:
        print(f"{shape}: {type(error).__name__}, a ValueError: {isinstance(error, ValueError)}")
