"""A stateful keras.layers.Bidirectional that returns its states cannot be called.

Rule 16.3; cause keras-bidirectional-stateful. Seen with Keras 3.15.1, TensorFlow 2.21.0.
Bidirectional.compute_mask multiplies a generator, `(None for _ in self.states) * 2`; it is reached if there are states.
Expected: 5 tensors from both layers, as in Keras 2.
Actual on tensorflow, torch, jax:

    stateful=False: 5 tensors  (control)
    stateful=True: TypeError: unsupported operand type(s) for *: 'generator' and 'int'
"""

import keras
import numpy as np

for stateful in (False, True):
    layer = keras.layers.Bidirectional(keras.layers.LSTM(2, stateful=stateful, return_state=True))
    try:
        print(f"stateful={stateful}: {len(layer(np.ones((1, 3, 1), 'float32')))} tensors")
    except Exception as error:
        print(f"stateful={stateful}: {type(error).__name__}: {error}")
