"""Keras on JAX evaluates tanh of float64 in float32, also where JAX is told to compute in float64.

No deviation: the adapter offers no float64 on JAX. Seen with Keras 3.15.1, JAX 0.10.2.
`keras.ops.tanh` casts to `result_type`, which makes float32 of float64 on every backend but TensorFlow, "to be aligned
with JAX's default behavior"; `keras.ops.sigmoid` does not. So a float64 LSTM is accurate to float32, and says nothing.
Public, of the same cause on torch: https://github.com/keras-team/keras/issues/23704.
Without JAX_ENABLE_X64 everything is float32, and JAX warns; layer.compute_dtype is float64 all the same.
Expected: float64 thrice, and no difference.
Actual on jax:

    keras.ops.sigmoid: float64  (control)
    keras.ops.tanh: float32
    LSTM: float64, differs from that with jax.numpy.tanh by more than 1e-10: True
"""

import os

os.environ |= {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}
import jax
import keras
import numpy as np

x = np.random.RandomState(0).standard_normal((1, 5, 3))
for name in ("sigmoid", "tanh"):
    print(f"keras.ops.{name}: {getattr(keras.ops, name)(x).dtype}")
options = {"kernel_initializer": "ones", "recurrent_initializer": "ones", "dtype": "float64"}
one, other = (keras.layers.LSTM(4, activation=tanh, **options)(x) for tanh in ("tanh", jax.numpy.tanh))
print(f"LSTM: {one.dtype}, differs from that with jax.numpy.tanh by more than 1e-10: {abs(one - other).max() > 1e-10}")
