"""NaN in a masked step of keras.layers.LSTM on JAX does not reach the output, and makes NaN of the gradients.

Rule 19.4; cause keras-nan-gradients. Seen with Keras 3.15.1, JAX 0.10.2.
The guide: masked steps are "skipped". The loop runs the cell over them and selects with jnp.where, through which
the gradient of the cell, 0 times NaN, comes back:
https://docs.jax.dev/en/latest/faq.html#gradients-contain-nan-where-using-where.
Expected: the gradients that a 0 in the same place gives.
Actual on jax:

    0.0 hidden: output finite True, gradients finite True  (control)
    nan hidden: output finite True, gradients finite False
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
import jax
import keras
import numpy as np

layer, mask = keras.layers.LSTM(2), np.array([[True, True, False]])
layer.build((1, 3, 1))
others, weights = ([v.value for v in some] for some in (layer.non_trainable_variables, layer.trainable_variables))
forward = jax.value_and_grad(lambda weights, x: layer.stateless_call(weights, others, x, mask=mask)[0].sum())
for hidden in (0.0, np.nan):
    y, gradients = forward(weights, np.array([[[1], [2], [hidden]]], "float32"))
    finite = all(np.isfinite(gradient).all() for gradient in gradients)
    print(f"{hidden} hidden: output finite {np.isfinite(y)}, gradients finite {finite}")
