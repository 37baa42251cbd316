"""A layer of Keras 2 with go_backwards returns the reversed sequence, and hands on the mask in its first order.

Rule 16.7; cause keras-go-backwards-mask. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The next layer leaves out steps that count, and counts others.
Public: https://github.com/keras-team/keras/issues/6022, https://github.com/keras-team/keras/issues/3737.
Expected: the mask [False, True, True], in the order of the outputs; the first of them is that of the masked last step.
Actual:

    go_backwards=False: outputs [0.37, 0.57, 0.57], mask [True, True, False]  (control)
    go_backwards=True: outputs [0.0, 0.37, 0.57], mask [True, True, False]
"""

import tensorflow as tf
import tf_keras

options = {"return_sequences": True, "kernel_initializer": "ones", "recurrent_initializer": "zeros"}
x, mask = tf.ones((1, 3, 1)), tf.constant([[True, True, False]])
for backwards in (False, True):
    layer = tf_keras.layers.LSTM(1, go_backwards=backwards, **options)
    y, handed_on = layer(x, mask=mask), layer.compute_mask(x, mask)
    outputs = y.numpy()[0, :, 0].astype(float).round(2).tolist()
    print(f"go_backwards={backwards}: outputs {outputs}, mask {handed_on.numpy()[0].tolist()}")
