"""NaN in a masked step of keras.layers.LSTM does not reach the output, and makes NaN of the gradients.

Rule 19.4; cause keras-nan-gradients. Seen with Keras 3.15.1, TensorFlow 2.21.0.
The guide: masked steps are "skipped". `rnn` runs the cell over them, and selects with tf.where, whose manual warns:
the gradient is NaN where the branch that was not selected has a NaN. Public, for the loop itself, without Keras:
https://github.com/tensorflow/tensorflow/issues/6209. One missing value that a mask hides ends a training.
Expected: the gradients that a 0 in the same place gives, in both layers.
Actual on tensorflow:

    unroll=False, 0.0 hidden: output finite True, gradients finite True  (control)
    unroll=False, nan hidden: output finite True, gradients finite False
    unroll=True, 0.0 hidden: output finite True, gradients finite True  (control)
    unroll=True, nan hidden: output finite True, gradients finite False
"""

import keras
import numpy as np
import tensorflow as tf

for unroll in (False, True):
    layer, mask = keras.layers.LSTM(2, unroll=unroll), np.array([[True, True, False]])
    for hidden in (0.0, np.nan):
        x = tf.constant([[[1.0], [2.0], [hidden]]])
        with tf.GradientTape() as tape:
            y = layer(x, mask=mask)
        finite = [bool(np.isfinite(array).all()) for array in (y, *tape.gradient(y, layer.trainable_weights))]
        print(f"unroll={unroll}, {hidden} hidden: output finite {finite[0]}, gradients finite {all(finite[1:])}")
