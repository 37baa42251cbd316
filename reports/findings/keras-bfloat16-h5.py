"""A model in bfloat16 is saved as .h5 and cannot be loaded.

Rules 22.1, 22.2, 22.3 and 22.5; cause keras-bfloat16-h5. Seen with Keras 3.15.1.
HDF5 has no bfloat16: the old format keeps two bytes for each number, and its loader does not take them for numbers.
The formats that Keras saves in by default know that: https://github.com/keras-team/keras/pull/19091.
Public: https://github.com/keras-team/keras/issues/17069.
Expected: every file can be loaded.
Actual on tensorflow, torch:

    LSTM: .keras loads  (control)
    LSTM: .h5: ValueError
    Dense: .keras loads  (control)
    Dense: .h5: ValueError

Actual on jax:

    LSTM: .keras loads  (control)
    LSTM: .h5: TypeError
    Dense: .keras loads  (control)
    Dense: .h5: TypeError
"""

import tempfile
from pathlib import Path

import keras

options = {"dtype": "bfloat16", "kernel_initializer": "ones"}
for layer in (keras.layers.LSTM(2, recurrent_initializer="ones", **options), keras.layers.Dense(2, **options)):
    model = keras.Sequential([keras.Input((3, 1)), layer])
    for ending in (".keras", ".h5"):
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / f"model{ending}")
            model.save(path)
            try:
                keras.models.load_model(path)
                print(f"{type(layer).__name__}: {ending} loads")
            except Exception as error:
                print(f"{type(layer).__name__}: {ending}: {type(error).__name__}")
