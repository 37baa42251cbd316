"""keras.layers.LSTM accepts initial states of the wrong shape and repeats them over the batch or over the units.

Rule 12.3; cause keras-unchecked-states. Seen with Keras 3.15.1, TensorFlow 2.21.0.
A caller who hands over the states of one row, or a cell state of one unit, gets plausible numbers and no error.
Expected: ValueError, as in Keras 2, and as tf.function gives for the same call.
Actual on tensorflow:

    states (3, 6) (3, 6): eager accepts, tf.function accepts  (control)
    states (1, 6) (1, 6): eager accepts, tf.function raises ValueError
    states (6,) (6,): eager accepts, tf.function raises ValueError
    states (3, 6) (3, 1): eager accepts, tf.function raises ValueError
"""

import keras
import numpy as np
import tensorflow as tf

layer, x = keras.layers.LSTM(6), tf.ones((3, 4, 5))
for h, c in [((3, 6), (3, 6)), ((1, 6), (1, 6)), ((6,), (6,)), ((3, 6), (3, 1))]:
    states, answers = [tf.ones(h), tf.ones(c)], []
    for name, call in (("eager", layer), ("tf.function", tf.function(layer))):
        try:
            assert np.isfinite(call(x, initial_state=states)).all()
            answers.append(f"{name} accepts")
        except Exception as error:
            answers.append(f"{name} raises {type(error).__name__}")
    print(f"states {h} {c}: {', '.join(answers)}")
