"""A stateful keras.layers.LSTM on torch keeps no state under a mixed dtype policy: each call begins with zeros.

Rule 20.1; cause keras-stateful-mixed-torch. Seen with Keras 3.15.1, torch 2.13.0+cpu; no public issue found.
`Variable._direct_assign` of the torch backend is `self.value.copy_(value)`; within a layer's call `value` is cast to
the policy's compute dtype, so that the new state is copied into the cast, which nobody keeps.
That is so of every layer that assigns in its call to a variable of autocast=True, the default, not of LSTM alone.
Expected: 3, True, False. The second call goes on where the first one ended, so it computes something else.
Actual on torch:

    float32: a layer that counts its calls says 3; without autocast: 3  (control)
    float32: the first call starts from zeros: True; the second call does: False  (control)
    mixed_bfloat16: a layer that counts its calls says 0; without autocast: 3
    mixed_bfloat16: the first call starts from zeros: True; the second call does: True
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras


class Counter(keras.layers.Layer):
    """Counts its calls."""

    def build(self, _):
        """Begin with 0."""
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.kept = self.add_weight(shape=(), initializer="zeros", trainable=False, autocast=False)

    def call(self, x):
        """Count."""
        self.calls.assign_add(1.0)
        self.kept.assign_add(1.0)
        return x


for policy in ("float32", "mixed_bfloat16"):
    counter = Counter(dtype=policy)
    for _ in range(3):
        counter(keras.ops.ones((1,)))
    calls, kept = int(counter.calls.value), int(counter.kept.value)
    print(f"{policy}: a layer that counts its calls says {calls}; without autocast: {kept}")
    x = keras.ops.ones((1, 3, 1))
    layer = keras.layers.LSTM(2, stateful=True, dtype=policy)
    layer.build(x.shape)
    from_zeros = layer(x, initial_state=[keras.ops.zeros((1, 2))] * 2)
    layer.reset_state()
    first, second = (bool(keras.ops.all(layer(x) == from_zeros)) for _ in range(2))
    print(f"{policy}: the first call starts from zeros: {first}; the second call does: {second}")
