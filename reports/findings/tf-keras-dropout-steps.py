"""Whether an LSTM of Keras 2 drops the same inputs at every step hangs on options that are about something else.

Rule 21.4; cause tf-keras-dropout-steps.
Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The source of DropoutRNNCellMixin: "The mask should be cached across the timestep within the same batch".
The function that may use cuDNN multiplies the whole sequence by one mask, and a loop in a graph makes its mask anew in
every step. Keras 3 drops the same at every step; of a model that is moved there other things are dropped:
https://github.com/keras-team/keras/issues/19993. A maintainer on Keras 2:
https://github.com/tensorflow/tensorflow/issues/40215.
Expected: one number in each line, 0 or another.
Actual:

    {}: [0.0, 0.75]
    {} in a graph: [0.0, 0.75]
    {'unroll': True}: [0.0]  (control)
    {'unroll': True} in a graph: [0.75]  (control)
    {'recurrent_activation': 'hard_sigmoid'}: [0.0]
    {'recurrent_activation': 'hard_sigmoid'} in a graph: [0.0, 0.75]
"""

import tensorflow as tf
import tf_keras

for options in ({}, {"unroll": True}, {"recurrent_activation": "hard_sigmoid"}):
    tf_keras.utils.set_random_seed(1)
    layer = tf_keras.layers.LSTM(1, dropout=0.5, return_sequences=True, **options)
    layer.build((1, 6, 1))
    layer.set_weights([tf.ones((1, 4)), tf.zeros((1, 4)), tf.constant([100.0, -100.0, 0.0, 100.0])])
    for place, function in (("", layer), (" in a graph", tf.function(layer))):
        outputs = function(tf.ones((1, 6, 1)), training=True).numpy().ravel().tolist()
        print(f"{options}{place}: {sorted({round(value, 2) for value in outputs})}")
