"""NaN in a masked step of keras.layers.LSTM on JAX does not reach the output, and makes NaN of the gradients.

Rule 19.4; deviation keras-nan-gradients-backends. Seen with Keras 3.15.1, JAX 0.10.2.
The guide: masked steps are "skipped". The loop runs the cell over them and selects with jnp.where, through which
the gradient of the cell, 0 times NaN, comes back:
https://docs.jax.dev/en/latest/faq.html#gradients-contain-nan-where-using-where.
Expected: the gradients that a 0 in the same place gives.
Actual:
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
import numpy as np

layer, mask = keras.layers.LSTM(2), np.array([[True, True, False]])
layer.build((1, 3, 1))
for hidden in (0.0, np.nan):
    x = np.array([[[1], [2], [hidden]]], "float32")
    forward = lambda weights: layer.stateless_call(weights, [], x, mask=mask)[0].sum()
    y, gradients = jax.value_and_grad(forward)([variable.value for variable in layer.trainable_weights])
    print(
        f"{hidden} hidden: output finite {np.isfinite(y)}, gradients finite {all(np.isfinite(g).all() for g in gradients)}"
    )
