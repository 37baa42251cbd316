"""NaN behind the end of a sequence does not reach the output of dynamic_rnn, and makes NaN of the gradients.

Rule 19.4; cause keras-nan-gradients. Seen with TensorFlow 2.21.0 and 1.15.5.
The manual: `sequence_length` is there to "copy-through state and zero-out outputs when past a batch element's sequence
length". The loop runs the cell over all steps and selects with tf.where, whose gradient is NaN where the branch that
was not selected has a NaN. Public: https://github.com/tensorflow/tensorflow/issues/6209.
Expected: the gradients that a 0 in the same place gives.
Actual:

    0.0 behind the end: output finite True, gradients finite True  (control)
    nan behind the end: output finite True, gradients finite False
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # else TensorFlow 2.21 has no cells of TensorFlow 1

import numpy as np
import tensorflow.compat.v1 as tf

tf.enable_eager_execution()
cell = tf.nn.rnn_cell.BasicLSTMCell(2)
for hidden in (0.0, np.nan):
    with tf.GradientTape() as tape:
        y, _ = tf.nn.dynamic_rnn(cell, tf.constant([[[1.0], [2.0], [hidden]]]), sequence_length=[2], dtype=tf.float32)
    finite = all(np.isfinite(gradient).all() for gradient in tape.gradient(y, cell.trainable_variables))
    print(f"{hidden} behind the end: output finite {np.isfinite(y).all()}, gradients finite {finite}")
