"""A layer of Keras 2 that is built reports arguments that do not fit as errors of operations, or accepts them.

Rules 12.3, 12.5, 12.6, 17.8;
causes keras-unchecked-states, keras-unchecked-masks, keras-no-steps, keras-dropout-clamped.
Seen with tf_keras 2.21.0, TensorFlow 2.21.0, eager.
The manual: "mask: Binary tensor of shape `[batch_size, timesteps]`", "dropout: Float between 0 and 1".
Expected: ValueError for all but the controls.
Actual:

    states (3, 6): accepted  (control)
    states (3, 12): InvalidArgumentError
    states (6, 6): InvalidArgumentError
    states (6,): InvalidArgumentError
    mask (3, 4): accepted  (control)
    mask (2, 4): InvalidArgumentError
    mask (1, 4): accepted
    mask (3, 3): OutOfRangeError
    mask (3, 1): OutOfRangeError
    mask (4,): IndexError
    no steps: InvalidArgumentError
    dropout 1.5: accepted
"""

import tensorflow as tf
import tf_keras


def attempt(name, call):
    """Say what comes of a call."""
    try:
        call()
        print(f"{name}: accepted")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")


layer, x = tf_keras.layers.LSTM(6), tf.ones((3, 4, 5))
layer.build((None, None, 5))
for shape in [(3, 6), (3, 12), (6, 6), (6,)]:
    attempt(f"states {shape}", lambda shape=shape: layer(x, initial_state=[tf.ones(shape)] * 2))
for shape in [(3, 4), (2, 4), (1, 4), (3, 3), (3, 1), (4,)]:
    attempt(f"mask {shape}", lambda shape=shape: layer(x, mask=tf.ones(shape, tf.bool)))
attempt("no steps", lambda: layer(x[:, :0]))
attempt("dropout 1.5", lambda: tf_keras.layers.LSTM(6, dropout=1.5))
