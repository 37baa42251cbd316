"""A layer of Keras 2 that is built reports arguments that do not fit as errors of operations, or accepts them.

Rules 12.3, 12.5, 12.6, 17.8; deviations tf-keras-states, tf-keras-no-steps, tf-keras-dropout, tf-keras-mask-...
Seen with tf_keras 2.21.0, TensorFlow 2.21.0, eager. The same calls within tf.function raise ValueError.
The manual: "mask: Binary tensor of shape `[batch_size, timesteps]`", "dropout: Float between 0 and 1".
Expected: ValueError for all of them.
Actual:

    initial_state (3, 12): InvalidArgumentError
    initial_state (6, 6): InvalidArgumentError
    initial_state (6,): InvalidArgumentError
    mask (2, 4): InvalidArgumentError
    mask (1, 4): accepted
    mask (3, 3): OutOfRangeError
    mask (3, 1): OutOfRangeError
    mask (4,): IndexError
    no steps: InvalidArgumentError
    dropout 1.5: accepted
    dropout -0.5: accepted
"""

import tensorflow as tf
import tf_keras

layer = tf_keras.layers.LSTM(6)
layer.build((None, None, 5))
calls = [("initial_state", shape) for shape in [(3, 12), (6, 6), (6,)]]
calls += [("mask", shape) for shape in [(2, 4), (1, 4), (3, 3), (3, 1), (4,)]]
attempts = [
    (
        f"{n} {s}",
        lambda n=n, s=s: layer(tf.ones((3, 4, 5)), **{n: tf.ones(s, tf.bool) if n == "mask" else [tf.ones(s)] * 2}),
    )
    for n, s in calls
]
attempts += [("no steps", lambda: layer(tf.ones((3, 0, 5))))]
attempts += [(f"dropout {rate}", lambda rate=rate: tf_keras.layers.LSTM(6, dropout=rate)) for rate in (1.5, -0.5)]
for name, attempt in attempts:
    try:
        attempt()
        print(f"{name}: accepted")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")
