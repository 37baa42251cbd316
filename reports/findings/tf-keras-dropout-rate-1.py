"""A rate of dropout of 1 is accepted by an LSTM of Keras 2 until it is called in training mode.

Rule 21.8; cause tf-keras-dropout-rate-1. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The manual: "Float between 0 and 1. Fraction of the units to drop"; the docstring of DropoutRNNCellMixin has [0, 1).
Expected: the same answer to all four, outputs or ValueError.
Actual:

    dropout=1.0, training=False: answers  (control)
    dropout=1.0, training=True: ValueError
    recurrent_dropout=1.0, training=False: answers  (control)
    recurrent_dropout=1.0, training=True: ValueError
"""

import tensorflow as tf
import tf_keras

for name in ("dropout", "recurrent_dropout"):
    layer = tf_keras.layers.LSTM(6, **{name: 1.0})
    for training in (False, True):
        try:
            layer(tf.ones((2, 3, 4)), training=training)
            print(f"{name}=1.0, training={training}: answers")
        except Exception as error:
            print(f"{name}=1.0, training={training}: {type(error).__name__}")
