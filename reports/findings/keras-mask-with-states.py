"""keras.layers.LSTM loses the mask that comes with its input when it is given initial states.

Rules 14.1, 14.3, 14.4, 14.5, 16.6; cause keras-mask-with-states.
Seen with Keras 3.15.1, TensorFlow 2.21.0.
https://keras.io/guides/understanding_masking_and_padding/: "Keras will automatically fetch the mask corresponding to an
input and pass it to any layer that knows how to use it."
Layer.__call__ looks for `mask` where there is one tensor argument, and for `sequences_mask` where there are several.
A decoder that starts from the states of its encoder runs over the padding of its input: behind it, steps that count
are wrong as well. Keras 2 keeps the mask.
Expected: 0 twice, the difference to the call that is given the mask by hand.
Actual on tensorflow, torch, jax:

    without initial_state: steps that count differ by 0.00  (control)
    with initial_state: steps that count differ by 0.04
"""

import keras
import numpy as np

x, mask = np.array([[[-7.0], [1.0], [2.0]]], "float32"), np.array([[False, True, True]])  # the first step is padding
lstm = keras.layers.LSTM(1, return_sequences=True, kernel_initializer="ones", recurrent_initializer="zeros")
states = [np.full((1, 1), 0.5, "float32")] * 2
for name, given in {"without initial_state": {}, "with initial_state": {"initial_state": states}}.items():
    off = abs(lstm(keras.layers.Masking(-7.0)(x), **given) - lstm(x, mask=mask, **given))
    print(f"{name}: steps that count differ by {keras.ops.max(off[:, 1:]):.2f}")
