"""A stateful keras.layers.LSTM on torch keeps no state under a mixed dtype policy: each call begins with zeros.

Rule 20.1; deviation keras-stateful-mixed-torch. Seen with Keras 3.15.1, torch 2.13.0+cpu; no public issue found.
`Variable._direct_assign` of the torch backend is `self.value.copy_(value)`; within a layer's call `value` is cast to
the policy's compute dtype, so that the new state is copied into the cast, which nobody keeps.
Expected: True, False. The second call goes on where the first one ended, so it computes something else.
Actual:

    float32: the first call starts from zeros: True; the second call does: False
    mixed_bfloat16: the first call starts from zeros: True; the second call does: True
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras

for policy in ("float32", "mixed_bfloat16"):
    x = keras.ops.ones((1, 3, 1))
    layer = keras.layers.LSTM(2, stateful=True, dtype=policy)
    layer.build(x.shape)
    from_zeros = layer(x, initial_state=[keras.ops.zeros((1, 2))] * 2)
    layer.reset_state()
    first, second = (bool(keras.ops.all(layer(x) == from_zeros)) for _ in range(2))
    print(f"{policy}: the first call starts from zeros: {first}; the second call does: {second}")
