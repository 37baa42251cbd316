"""x"""

import tensorflow as tf
import tf_keras

x, given = tf.ones((1, 1, 1)), [tf.fill((1, 2), 3.0), tf.fill((1, 2), 3.0)]
layer = tf_keras.layers.LSTM(2, stateful=True, kernel_initializer="ones", recurrent_initializer="ones")
for call in ("first", "second"):
    print(f"{call} call: {layer(x, initial_state=given)[0, 0]:.3f}")
layer.reset_states()
print(f"after a reset: {layer(x, initial_state=given)[0, 0]:.3f}")
