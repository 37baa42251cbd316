"""Keras: the methods of a model make float32 of inputs in float64, unless `floatx` is float64.

Rule 16.8; cause keras-methods-float64. Seen with Keras 3.15.1, TensorFlow 2.21.0; the same on torch and JAX.
`array_slicing.convert_to_sliceable`: "Normalize floats to floatx"; no manual says it. What comes out is float64, with
the accuracy of float32. Methods that are given one batch hand it on as it is.
Expected: no difference of more than 1e-12 from what the model says that is called.
Actual:

    predict_on_batch, float64, off by more than 1e-12: False  (control)
    predict, float64, off by more than 1e-12: True
    predict under floatx float64, float64, off by more than 1e-12: False
"""

import keras
import numpy as np

x = np.random.default_rng(0).standard_normal((2, 5, 3))
model = keras.Sequential([keras.Input((None, 3), dtype="float64"), keras.layers.LSTM(4, dtype="float64")])
expected = np.asarray(model(x))
for name in ("predict_on_batch", "predict", "predict under floatx float64"):
    keras.config.set_floatx("float64" if "floatx" in name else "float32")
    found = getattr(model, name.partition(" ")[0])(x, **({} if "batch" in name else {"verbose": 0}))
    print(f"{name}, {found.dtype}, off by more than 1e-12: {abs(found - expected).max() > 1e-12}")
