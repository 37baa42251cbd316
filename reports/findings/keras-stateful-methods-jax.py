"""Keras on JAX: a stateful layer keeps no state through the methods of its model, where every batch starts alike.

Rule 15.5; cause keras-stateful-methods-jax. Seen with Keras 3.15.1, jax 0.10.2; no public issue found.
RNN makes its states under `no_automatic_dependency_tracking`: they are none of the variables of the model, whose values
the trainer hands to a compiled function, and puts back what becomes of them.
Expected: True, False for each of them. A second batch goes on where the first one ended; on TensorFlow it does.
Actual on jax:

    called: the first batch starts from zeros: True; the second does: False  (control)
    predict_on_batch: the first batch starts from zeros: True; the second does: True
    predict: the first batch starts from zeros: True; the second does: True
    variables of the model that are states: 0
"""

import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

x, layer = np.ones((1, 3, 1), "float32"), keras.layers.LSTM(2, stateful=True)
model = keras.Sequential([keras.Input((3, 1), batch_size=1), layer])
from_zeros = np.asarray(model(x))
calls = {"called": model, "predict_on_batch": model.predict_on_batch, "predict": lambda x: model.predict(x, verbose=0)}
for name, call in calls.items():
    layer.reset_state()
    first, second = (bool(np.allclose(call(x), from_zeros)) for _ in range(2))
    print(f"{name}: the first batch starts from zeros: {first}; the second does: {second}")
print("variables of the model that are states:", sum(any(v is s for s in layer.states) for v in model.variables))
