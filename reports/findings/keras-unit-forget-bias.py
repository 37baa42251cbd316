"""unit_forget_bias of keras.layers.LSTM does not force bias_initializer to zeros, as its manual says.

Claim K2; cause keras-unit-forget-bias. Seen with Keras 3.15.1.
The manual: "If `True`, add 1 to the bias of the forget gate at initialization. Setting it to `True` will also force
`bias_initializer="zeros"`." `LSTMCell.build` takes ones for the forget gate, and `bias_initializer` for the others.
Who is right is told by what users rely on: another initializer is accepted, and does what it says, but for one gate.
Expected: [0, 1, 0, 0], or another sentence. The order is i, f, c, o.
Actual on tensorflow, torch, jax:

    the default, zeros: [0, 1, 0, 0]  (control)
    a constant 5, with unit_forget_bias=True: [5, 1, 5, 5]
    a constant 5, with unit_forget_bias=False: [5, 5, 5, 5]  (control)
"""

import keras


def bias(**options: object) -> list[int]:
    """Return the bias of a new layer of one unit."""
    layer = keras.layers.LSTM(1, **options)
    layer.build((None, None, 1))
    return layer.get_weights()[2].astype(int).tolist()


five = keras.initializers.Constant(5)
print(f"the default, zeros: {bias()}")
for forget in (True, False):
    told = bias(bias_initializer=five, unit_forget_bias=forget)
    print(f"a constant 5, with unit_forget_bias={forget}: {told}")
