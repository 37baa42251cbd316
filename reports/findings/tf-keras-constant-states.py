"""A model of tf_keras whose LSTM starts from constants is saved and cannot be loaded, nor cloned.

Rules 22.1 and 22.5; cause tf-keras-constant-states. Seen with tf_keras 2.21.0.
Public: https://github.com/keras-team/tf-keras/issues/390, which began as https://github.com/keras-team/keras/issues/17173.
The configuration holds the constants as lists of numbers, and RNN.__call__ asks each number for its shape.
Expected: 0.0, 0.0; Keras 3 gives that.
No control: each line is wrong by itself.
Actual:

    load_model: AttributeError: 'float' object has no attribute 'shape'
    clone_model: AttributeError: 'float' object has no attribute 'shape'
"""

import tempfile

import tensorflow as tf
import tf_keras

x = tf_keras.Input((3, 1))
model = tf_keras.Model(x, tf_keras.layers.LSTM(2)(x, initial_state=[tf.ones((1, 2)), tf.ones((1, 2))]))
path = f"{tempfile.mkdtemp()}/model.keras"
model.save(path)
for again, what in ((tf_keras.models.load_model, path), (tf_keras.models.clone_model, model)):
    try:
        off = again(what)(tf.ones((1, 3, 1))) - model(tf.ones((1, 3, 1)))
        print(f"{again.__name__}: {float(tf.reduce_max(abs(off)))}")
    except AttributeError as error:
        print(f"{again.__name__}: AttributeError: {error}")
