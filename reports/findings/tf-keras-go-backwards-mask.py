"""x"""

import numpy as np
import tf_keras

x, mask = np.ones((1, 3, 1), "float32"), np.array([[True, True, False]])
layer = tf_keras.layers.LSTM(2, return_sequences=True, go_backwards=True, kernel_initializer="ones")
y = layer(x, mask=mask)
print(f"outputs {np.asarray(y)[0, :, 0].round(3).tolist()}, mask {y._keras_mask[0].numpy().tolist()}")
