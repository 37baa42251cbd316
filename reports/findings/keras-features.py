"""keras.layers.LSTM reports a wrong number of features as an error of a matrix product; its kind hangs on the backend.

Rule 12.2; deviations keras-features, keras-features-torch, keras-features-jax.
Seen with Keras 3.15.1, TensorFlow 2.21.0.
Expected: ValueError from the built layer, which knows its number of features, as in Keras 2
("Input 0 is incompatible with layer lstm: expected shape=(None, None, 5), found shape=(3, 4, 10)").
Actual, with KERAS_BACKEND=tensorflow, then torch (2.13.0), then jax (0.10.2):

    eager: InvalidArgumentError, a ValueError: False
    tf.function: ValueError, a ValueError: True

    eager: RuntimeError, a ValueError: False

    eager: TypeError, a ValueError: False
"""

import keras
import numpy as np

layer = keras.layers.LSTM(6)
layer(np.zeros((3, 4, 5), "float32"))
paths = {"eager": layer}
if keras.backend.backend() == "tensorflow":
    paths["tf.function"] = __import__("tensorflow").function(layer)
for name, call in paths.items():
    try:
        call(np.zeros((3, 4, 10), "float32"))
    except Exception as error:
        print(f"{name}: {type(error).__name__}, a ValueError: {isinstance(error, ValueError)}")
