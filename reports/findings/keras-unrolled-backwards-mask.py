"""An unrolled layer of Keras that goes backwards writes the zeros of zero_output_for_mask at the wrong steps.

Rules 14.1, 14.3, 14.4, 14.5; cause keras-unrolled-backwards-mask.
Seen with Keras 3.15.1, TensorFlow 2.21.0.
`rnn` reverses its list of masks for the steps, and applies the mask in its first order to the reversed outputs.
Bidirectional asks for zeros always, so its unrolled backward layer loses outputs of steps that count.
Expected: the outputs with unroll=False. Two steps count, and the layer returns the reversed sequence.
Actual on tensorflow:

    unroll=False: [0.0, 0.37, 0.57]; in Bidirectional [0.57, 0.37, 0.0]  (control)
    unroll=True: [0.0, 0.37, 0.0]; in Bidirectional [0.0, 0.37, 0.0]
"""

import keras
import numpy as np

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
for unroll in (False, True):
    options = {
        "return_sequences": True,
        "unroll": unroll,
        "kernel_initializer": "ones",
        "recurrent_initializer": "zeros",
    }
    layer = keras.layers.LSTM(1, go_backwards=True, zero_output_for_mask=True, **options)
    both = keras.layers.Bidirectional(keras.layers.LSTM(1, **options))
    print(f"unroll={unroll}: {layer(x, mask=mask).numpy()[0, :, 0].astype(float).round(2).tolist()}", end="; ")
    print(f"in Bidirectional {both(x, mask=mask).numpy()[0, :, 1].astype(float).round(2).tolist()}")
