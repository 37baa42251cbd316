"""An unrolled LSTM of Keras 2 with zero_output_for_mask cannot be called with a mask where it returns its last output.

Rules 20.1 and 21.7, in the full tier. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
The manual: zero_output_for_mask "is only used when return_sequences is True". It is always, and what is to be zero is
the last output alone where the loop has gathered only that. Keras 3 answers, with zeros.
Expected: four times "answers".
Actual:

    unroll=False, return_sequences=True: answers
    unroll=False, return_sequences=False: answers
    unroll=True, return_sequences=True: answers
    unroll=True, return_sequences=False: ValueError
"""

import tensorflow as tf
import tf_keras

for unroll in (False, True):
    for sequences in (True, False):
        layer = tf_keras.layers.LSTM(6, unroll=unroll, return_sequences=sequences, zero_output_for_mask=True)
        try:
            layer(tf.ones((2, 3, 4)), mask=tf.ones((2, 3), tf.bool))
            answer = "answers"
        except Exception as error:
            answer = type(error).__name__
        print(f"unroll={unroll}, return_sequences={sequences}: {answer}")
