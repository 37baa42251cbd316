"""x"""

import numpy as np
import tf_keras

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
for unroll in (False, True):
    layer = tf_keras.layers.LSTM(
        2, return_sequences=True, go_backwards=True, zero_output_for_mask=True, unroll=unroll, kernel_initializer="ones",
        recurrent_initializer="ones"
    )
    y = np.asarray(layer(x, mask=mask))
    print(f"unroll={unroll}: {y[0, :, 0].round(3).tolist()}")
