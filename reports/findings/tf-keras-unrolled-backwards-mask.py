"""An unrolled layer of Keras 2 that goes backwards writes the zeros of zero_output_for_mask at the wrong steps.

Rules 14.1, 14.3, 14.4, 14.5; cause keras-unrolled-backwards-mask.
Seen with tf_keras 2.21.0, TensorFlow 2.21.0; Keras 3 on TensorFlow has it, too.
`backend.rnn` reverses its list of masks for the steps, and applies the mask in its first order to the outputs.
Bidirectional asks for zeros always, so its unrolled backward layer loses outputs of steps that count.
Expected: the outputs with unroll=False. Two steps count, and the layer returns the reversed sequence.
Actual:

    unroll=False: [0.0, 0.37, 0.57]; in Bidirectional [0.57, 0.37, 0.0]  (control)
    unroll=True: [0.0, 0.37, 0.0]; in Bidirectional [0.0, 0.37, 0.0]
"""

import numpy as np
import tf_keras

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
for unroll in (False, True):
    options = {
        "return_sequences": True,
        "unroll": unroll,
        "kernel_initializer": "ones",
        "recurrent_initializer": "zeros",
    }
    layer = tf_keras.layers.LSTM(1, go_backwards=True, zero_output_for_mask=True, **options)
    both = tf_keras.layers.Bidirectional(tf_keras.layers.LSTM(1, **options))
    print(f"unroll={unroll}: {layer(x, mask=mask).numpy()[0, :, 0].astype(float).round(2).tolist()}", end="; ")
    print(f"in Bidirectional {both(x, mask=mask).numpy()[0, :, 1].astype(float).round(2).tolist()}")
