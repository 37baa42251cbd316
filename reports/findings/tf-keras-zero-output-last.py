"""x"""

import numpy as np
import tf_keras

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
for zero in (False, True):
    layer = tf_keras.layers.LSTM(2, zero_output_for_mask=zero, kernel_initializer="ones", recurrent_initializer="ones")
    print(f"zero_output_for_mask={zero}: {np.asarray(layer(x, mask=mask)).round(3).tolist()}")
