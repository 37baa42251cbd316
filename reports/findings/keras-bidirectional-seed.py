"""The two directions of keras.layers.Bidirectional drop the same where the layer has a seed.

Rule 21.3; cause keras-bidirectional-seed. Seen with Keras 3.15.1, TensorFlow 2.21.0.
Bidirectional makes its backward layer from the configuration of the forward one, and with it from its seed: masks of
inputs and of states are equal in both. Without a seed they are independent, as are the units of a layer of two
directions in torch. Nothing is documented about it; who asks for runs that can be repeated gets another regularization.
Expected: with a seed as without one, some 250 of 1000 features in both, and some 250 in neither.
Actual on tensorflow:

    seed=None: 242 of 1000 dropped in both directions, and 264 in neither  (control)
    seed=7: 507 of 1000 dropped in both directions, and 493 in neither

Actual on torch:

    seed=None: 254 of 1000 dropped in both directions, and 239 in neither  (control)
    seed=7: 501 of 1000 dropped in both directions, and 499 in neither

Actual on jax:

    seed=None: 227 of 1000 dropped in both directions, and 281 in neither  (control)
    seed=7: 490 of 1000 dropped in both directions, and 510 in neither
"""

import keras
import numpy as np

keras.utils.set_random_seed(1)
for seed in (None, 7):
    lstm = keras.layers.LSTM(1000, dropout=0.5, seed=seed)
    layer = keras.layers.Bidirectional(lstm)
    layer.build((1, 1, 1000))
    for direction in (layer.forward_layer, layer.backward_layer):
        direction.cell.kernel.assign(np.tile(np.eye(1000), 4))
    forward, backward = np.split(keras.ops.convert_to_numpy(layer(np.ones((1, 1, 1000)), training=True))[0] == 0, 2)
    both, neither = (forward & backward).sum(), (~forward & ~backward).sum()
    print(f"seed={seed}: {both} of 1000 dropped in both directions, and {neither} in neither")
