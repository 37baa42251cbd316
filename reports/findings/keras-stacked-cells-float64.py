"""keras.layers.RNN stacks a list of cells in float32, whatever dtype it and they were given.

Rules 6.1 to 23.7; cause keras-stacked-cells-dtype.
Seen with Keras 3.15.1, TensorFlow 2.21.0.
RNN.__init__ calls StackedRNNCells(cell) without a dtype: the stack has that of the global policy, and casts to it.
Expected: the numbers of StackedRNNCells(cells, dtype="float64"), in all three calls.
No control: each line is wrong by itself.
Actual on tensorflow:

    eager: differs by 2e-09
    tf.function: TypeError
    mask: InvalidArgumentError
"""

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(0)
x, mask = np.random.RandomState(0).standard_normal((1, 3, 2)), np.array([[True, True, False]])
cells = [keras.layers.LSTMCell(4, dtype="float64") for _ in range(2)]
listed = keras.layers.RNN(cells, dtype="float64")
stacked = keras.layers.RNN(keras.layers.StackedRNNCells(cells, dtype="float64"), dtype="float64")
for name, call in {"eager": {}, "tf.function": {}, "mask": {"mask": mask}}.items():
    expected = stacked(x, **call)
    try:
        found = (tf.function(listed) if name == "tf.function" else listed)(x, **call)
        print(f"{name}: differs by {abs(found - expected).numpy().max():.0e}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
