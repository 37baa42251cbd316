"""x"""

import tensorflow as tf
import tf_keras

layer = tf_keras.layers.LSTM(6)
layer.build((3, None, 5))
state = tf.ones((3, 6))
calls = {
    "h_0 of twice the units": {"initial_state": [tf.ones((3, 12)), state]},
    "states of twice the rows": {"initial_state": [tf.ones((6, 6)), tf.ones((6, 6))]},
    "states without rows": {"initial_state": [tf.ones(6), tf.ones(6)]},
    "a mask of fewer rows": {"mask": tf.ones((2, 4), tf.bool)},
    "a mask of fewer steps": {"mask": tf.ones((3, 3), tf.bool)},
    "a mask without rows": {"mask": tf.ones(4, tf.bool)},
    "a mask of one row": {"mask": tf.ones((1, 4), tf.bool)},
    "no steps": {"steps": 0},
}
for name, options in calls.items():
    try:
        layer(tf.ones((3, options.pop("steps", 4), 5)), **options)
        print(f"{name}: accepted")
    except Exception as error:
        print(f"{name}: {type(error).__name__}, a ValueError: {isinstance(error, ValueError)}")
