"""NaN in a masked step of a layer of Keras 2 does not reach the output, and makes NaN of the gradients.

Rule 19.4; cause keras-nan-gradients. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The guide: masked steps are "skipped". The loop runs the cell over them and selects with tf.where, whose manual warns:
the gradient is NaN where the branch that was not selected has a NaN. Public, for the loop itself, without Keras:
https://github.com/tensorflow/tensorflow/issues/6209.
Expected: the gradients that a 0 in the same place gives.
Actual:

    0.0 hidden: output finite True, gradients finite True  (control)
    nan hidden: output finite True, gradients finite False
"""

import numpy as np
import tensorflow as tf
import tf_keras

layer, mask = tf_keras.layers.LSTM(2), tf.constant([[True, True, False]])
for hidden in (0.0, np.nan):
    with tf.GradientTape() as tape:
        y = layer(tf.constant([[[1.0], [2.0], [hidden]]]), mask=mask)
    gradients = tape.gradient(y, layer.trainable_variables)
    finite = all(np.isfinite(gradient).all() for gradient in gradients)
    print(f"{hidden} hidden: output finite {np.isfinite(y).all()}, gradients finite {finite}")
