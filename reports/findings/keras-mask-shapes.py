"""keras.layers.LSTM does not compare the shape of a mask with that of its input.

Rule 17.8; deviations keras-mask-rows, keras-mask-steps, keras-mask-rank, keras-mask-repeated.
Seen with Keras 3.15.1, TensorFlow 2.21.0, eager.
The manual: "mask: Binary tensor of shape `(samples, timesteps)`".
What does not fit fails within the loop, with an error that is no ValueError; a mask of one row is repeated over all.
Expected: ValueError that speaks of the mask, for all five.
Actual, for an input of 3 rows and 4 steps:

    (2, 4): InvalidArgumentError, a ValueError: False
    (1, 4): accepted
    (3, 3): OutOfRangeError, a ValueError: False
    (3, 1): OutOfRangeError, a ValueError: False
    (4,): IndexError, a ValueError: False
"""

import keras
import numpy as np

layer, x = keras.layers.LSTM(6), np.zeros((3, 4, 5), "float32")
for shape in [(2, 4), (1, 4), (3, 3), (3, 1), (4,)]:
    try:
        layer(x, mask=np.ones(shape, bool))
        print(f"{shape}: accepted")
    except Exception as error:
        print(f"{shape}: {type(error).__name__}, a ValueError: {isinstance(error, ValueError)}")
