"""A stateful keras.layers.RNN over several LSTM cells cannot be reset: reset_state does not look into their lists.

Rules 15.1 to 15.3; cause keras-stacked-cells-reset. Seen with Keras 3.15.1, TensorFlow 2.21.0.
The states of stacked cells are lists in a list; RNN.call flattens them before it assigns, RNN.reset_state does not.
Expected: both layers start again from zeros.
Actual on tensorflow:

    one cell: starts again: True  (control)
    two cells: AttributeError: 'ListWrapper' object has no attribute 'assign'

Actual on torch, jax:

    one cell: starts again: True  (control)
    two cells: AttributeError: 'list' object has no attribute 'assign'
"""

import keras
import numpy as np

x = np.ones((1, 3, 1), "float32")
for cells in (keras.layers.LSTMCell(2), [keras.layers.LSTMCell(2), keras.layers.LSTMCell(2)]):
    layer = keras.layers.RNN(cells, stateful=True)
    first = layer(x)
    try:
        layer.reset_state()
        print(f"one cell: starts again: {bool(keras.ops.all(layer(x) == first))}")
    except Exception as error:
        print(f"two cells: {type(error).__name__}: {error}")
