"""keras.layers.LSTM does not check the shapes of initial states: what does not fit fails inside of the first step.

Rule 12.3; cause keras-unchecked-states. Seen with Keras 3.15.1, TensorFlow 2.21.0, eager.
Expected: ValueError that names `initial_state`, as in Keras 2
("An `initial_state` was passed that is not compatible with `cell.state_size`").
No control: each line is wrong by itself.
Actual on tensorflow:

    (3, 12) (3, 6): InvalidArgumentError, a ValueError: False, names initial_state: False
    (3, 6) (3, 12): InvalidArgumentError, a ValueError: False, names initial_state: False
    (6, 6) (6, 6): InvalidArgumentError, a ValueError: False, names initial_state: False
    (1, 3, 6) (1, 3, 6): InvalidArgumentError, a ValueError: False, names initial_state: False
"""

import keras
import numpy as np

layer, x = keras.layers.LSTM(6), np.zeros((3, 4, 5), "float32")
for h, c in [((3, 12), (3, 6)), ((3, 6), (3, 12)), ((6, 6), (6, 6)), ((1, 3, 6), (1, 3, 6))]:
    try:
        layer(x, initial_state=[np.zeros(h, "float32"), np.zeros(c, "float32")])
    except Exception as error:
        kind, named = isinstance(error, ValueError), "initial_state" in str(error).split("Arguments received")[0]
        print(f"{h} {c}: {type(error).__name__}, a ValueError: {kind}, names initial_state: {named}")
