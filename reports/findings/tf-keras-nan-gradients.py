"""x"""

import numpy as np
import tensorflow as tf
import tf_keras

layer, mask = tf_keras.layers.LSTM(2), np.array([[True, True, False]])
for padding in (0.0, np.nan):
    x = tf.constant([[[1.0], [2.0], [padding]]])
    with tf.GradientTape() as tape:
        y = layer(x, mask=mask)
    gradients = tape.gradient(y, layer.trainable_variables)
    print(f"padding {padding}: outputs {np.isfinite(y).all()}, gradients {all(np.isfinite(g).all() for g in gradients)}")
