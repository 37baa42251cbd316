"""unit_forget_bias of a layer of Keras 2 does not force bias_initializer to zeros, as its manual says.

Claim K2; cause keras-unit-forget-bias. Seen with tf_keras 2.21.0.
The manual: "Setting it to true will also force `bias_initializer="zeros"`."
Expected: [0, 1, 0, 0], or another sentence. The order is i, f, c, o.
Actual:

    the default, zeros: [0, 1, 0, 0]  (control)
    a constant 5, with unit_forget_bias=True: [5, 1, 5, 5]
"""

import tf_keras

for name, options in {
    "the default, zeros": {},
    "a constant 5, with unit_forget_bias=True": {"bias_initializer": tf_keras.initializers.Constant(5)},
}.items():
    layer = tf_keras.layers.LSTM(1, **options)
    layer.build((None, None, 1))
    print(f"{name}: {layer.get_weights()[2].astype(int).tolist()}")
