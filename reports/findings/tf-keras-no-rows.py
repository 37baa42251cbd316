"""x"""

import tensorflow as tf
import tf_keras

layer = tf_keras.layers.LSTM(6, return_sequences=True)
layer.build((None, None, 5))
for name, call in {"eager": layer, "tf.function": tf.function(layer)}.items():
    try:
        print(f"{name}: {call(tf.ones((0, 4, 5))).shape}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {str(error).splitlines()[-3:]}")
