"""keras.layers.LSTM reports a wrong number of features as an error of a matrix product; its kind hangs on the backend.

Rule 12.2; cause keras-unchecked-features.
Seen with Keras 3.15.1, TensorFlow 2.21.0.
Expected: ValueError from the built layer, which knows its number of features, as in Keras 2
(`Input 0 of layer "lstm" is incompatible with the layer: expected shape=(None, None, 5), found shape=(3, 4, 10)`).
Actual on tensorflow:

    eager, as built: (3, 6)  (control)
    eager: InvalidArgumentError, a ValueError: False
    tf.function, as built: (3, 6)  (control)
    tf.function: ValueError, a ValueError: True  (control)

Actual on torch:

    eager, as built: (3, 6)  (control)
    eager: RuntimeError, a ValueError: False

Actual on jax:

    eager, as built: (3, 6)  (control)
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
    print(f"{name}, as built: {tuple(call(np.zeros((3, 4, 5), 'float32')).shape)}")
    try:
        call(np.zeros((3, 4, 10), "float32"))
    except Exception as error:
        print(f"{name}: {type(error).__name__}, a ValueError: {isinstance(error, ValueError)}")
