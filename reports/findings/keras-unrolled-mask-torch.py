"""keras.layers.LSTM on torch cannot be unrolled, go backwards and have a mask; nor can an unrolled Bidirectional.

Rules 3.1, 3.2, 11.1, 11.2, 14.1, 14.3, 14.4, 14.5, 18.1; cause keras-unrolled-mask-torch.
Seen with Keras 3.15.1, torch 2.13.0. The loop calls torch.flip, which takes a tensor, on the tuple that torch.unbind
returns of the mask. TensorFlow and JAX answer.
Expected: three shapes.
Actual on torch:

    forwards: (1, 2)  (control)
    backwards: AttributeError
    both: AttributeError
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
layers = {
    name: keras.layers.LSTM(2, unroll=True, go_backwards=name == "backwards") for name in ("forwards", "backwards")
}
layers["both"] = keras.layers.Bidirectional(keras.layers.LSTM(2, unroll=True))
for name, layer in layers.items():
    try:
        print(f"{name}: {tuple(layer(x, mask=mask).shape)}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
