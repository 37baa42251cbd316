"""A masked layer of Keras 2 cannot be called with unroll, zero_output_for_mask and without return_sequences.

Rule 20.1; cause tf-keras-unrolled-zero-last-output. Seen with tf_keras 2.21.0, TensorFlow 2.21.0; no public issue.
With zero_output_for_mask the unrolled loop stacks all outputs whatever return_sequences says, and `backend.rnn` then
sets the shape of one. Any two of the three flags go together.
Expected: the shape of the last output three times.
Actual:

    {'unroll': True}: (1, 1)  (control)
    {'zero_output_for_mask': True}: (1, 1)  (control)
    {'unroll': True, 'zero_output_for_mask': True}: ValueError, not compatible with supplied shape: True
"""

import numpy as np
import tf_keras

x, mask = np.ones((1, 2, 1), "float32"), np.array([[True, True]])
for options in ({"unroll": True}, {"zero_output_for_mask": True}, {"unroll": True, "zero_output_for_mask": True}):
    try:
        print(f"{options}: {tf_keras.layers.LSTM(1, **options)(x, mask=mask).shape}")
    except ValueError as error:
        text = "not compatible with supplied shape"
        print(f"{options}: ValueError, {text}: {text in str(error)}")
