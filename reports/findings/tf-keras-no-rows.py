"""A layer of Keras 2 answers a batch of no rows, but for a tf.function that is traced for it alone.

Rule 18.3; cause tf-keras-no-rows. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
Whether a batch may be empty is documented nowhere; the last one of a filtered data set may be.
The refusal comes from the shape that TensorFlow infers for CudnnRNNV3, an operation that the CPU never runs: it takes
the rows for the steps, and the last of no steps is out of bounds.
Expected: the same answer thrice.
Actual:

    eager: (0, 6)  (control)
    tf.function: ValueError, of a slice: True
    unknown rows: (0, 6)  (control)
"""

import tensorflow as tf
import tf_keras

layer, x = tf_keras.layers.LSTM(6), tf.ones((0, 4, 5))
unknown_rows = tf.function(layer, input_signature=[tf.TensorSpec((None, 4, 5))])
for name, call in {"eager": layer, "tf.function": tf.function(layer), "unknown rows": unknown_rows}.items():
    try:
        print(f"{name}: {call(x).shape}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}, of a slice: {'slice index -1' in str(error)}")
