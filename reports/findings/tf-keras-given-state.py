"""A stateful layer of Keras 2 ignores the initial_state that it is given, unless the state that it keeps is zero.

Rule 15.3; cause tf-keras-given-state. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The manual: "initial_state: List of initial state tensors to be passed to the first call of the cell".
It is meant so: https://github.com/tensorflow/tensorflow/issues/32299 asked for it, for models that are given a state
as an input; the manual does not say it, nothing warns, and Keras 3 starts from the state that is given.
Expected: the same output thrice.
Actual:

    first call: 0.981  (control)
    second call: 0.879
    after a reset: 0.981  (control)
"""

import tensorflow as tf
import tf_keras

layer = tf_keras.layers.LSTM(1, stateful=True, kernel_initializer="ones", recurrent_initializer="ones")
x, given = tf.ones((1, 1, 1)), [tf.fill((1, 1), 3.0), tf.fill((1, 1), 3.0)]
print(f"first call: {layer(x, initial_state=given)[0, 0]:.3f}")
print(f"second call: {layer(x, initial_state=given)[0, 0]:.3f}")
layer.reset_states()
print(f"after a reset: {layer(x, initial_state=given)[0, 0]:.3f}")
