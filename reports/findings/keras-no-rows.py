"""keras.layers.LSTM fails on a batch of no rows, with another kind of exception on each path of TensorFlow.

Rule 18.3; cause keras-no-rows. Seen with Keras 3.15.1, TensorFlow 2.21.0.
keras.ops.add takes an array for a bias if a single axis of it is longer than 1, which is so for shape (0, 24).
Since https://github.com/keras-team/keras/pull/20386.
Where the number of rows is unknown when a graph is traced, and on the torch backend, the layer answers.
Expected: outputs of shape (0, 6) on every path, and a sum of shape (0, 24), as in NumPy.
Actual on tensorflow:

    eager: InvalidArgumentError
    tf.function: ValueError
    rows unknown: (0, 6)  (control)
    ops.add: InvalidArgumentError
"""

import keras
import numpy as np
import tensorflow as tf

layer, x, terms = keras.layers.LSTM(6), np.zeros((0, 4, 5), "float32"), np.zeros((0, 24), "float32")
any_rows = tf.function(layer, input_signature=[tf.TensorSpec((None, 4, 5))])
calls = {"eager": layer, "tf.function": tf.function(layer), "rows unknown": any_rows}
for name, call in {**calls, "ops.add": lambda _: keras.ops.add(terms, terms)}.items():
    try:
        print(f"{name}: {call(x).shape}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
