"""keras.layers.LSTM loses the mask that comes with its input when it is given initial states.

Rules 14.1, 14.3, 14.4, 14.5, 16.6; deviations keras-mask-with-states, keras-mask-with-states-torch-jax.
Seen with Keras 3.15.1, TensorFlow 2.21.0.
The guide: "the mask will be propagated through the network for any layer that is capable of using it".
Layer.__call__ looks for `mask` where there is one tensor argument, and for `sequences_mask` where there are several.
A decoder that starts from the states of its encoder runs over the padding of its input. Keras 2 keeps the mask.
Expected: 0.0 twice, the difference to the call with mask=masked._keras_mask.
Actual, with KERAS_BACKEND=tensorflow; on torch 2.13.0 and jax 0.10.2 alike:

    without initial_state: 0
    with initial_state: 0.046
"""

import keras
import numpy as np

keras.utils.set_random_seed(0)
x = np.array([[[1.0], [2.0], [-7.0]]], "float32")  # the last step is padding
masked, lstm = keras.layers.Masking(-7.0)(x), keras.layers.LSTM(4, return_sequences=True)
states = [np.zeros((1, 4), "float32"), np.zeros((1, 4), "float32")]
expected = lstm(x, mask=np.array([[True, True, False]]))
for name, given in {"without initial_state": {}, "with initial_state": {"initial_state": states}}.items():
    print(f"{name}: {keras.ops.max(abs(lstm(masked, **given) - expected)):.2g}")
