"""Keras 3 loads no file in which Keras 2 saved an LSTM.

Rules 22.1, 22.2 and 22.3; cause keras-2-files. Seen with Keras 3.15.1 and tf_keras 2.21.0.
Keras 2 writes `time_major`, which Keras 3 does not have, also where it is False.
Expected: both files of both models are loaded. Of GRU it is https://github.com/keras-team/keras/issues/20750
Actual on tensorflow:

    Dense .keras: loaded  (control)
    Dense .h5: loaded  (control)
    Dense .weights.h5: loaded  (control)
    LSTM .keras: ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}
    LSTM .h5: ValueError: Unrecognized keyword arguments passed to LSTM: {'time_major': False}
    LSTM .weights.h5: loaded  (control)
"""

import tempfile

import keras
import tf_keras

folder = tempfile.mkdtemp()
for name in ("Dense", "LSTM"):
    old = tf_keras.Sequential([tf_keras.Input((2, 1)), getattr(tf_keras.layers, name)(3)])
    new = keras.Sequential([keras.Input((2, 1)), getattr(keras.layers, name)(3)])
    for end, save, load in (
        (".keras", old.save, keras.models.load_model),
        (".h5", old.save, keras.models.load_model),
        (".weights.h5", old.save_weights, new.load_weights),
    ):
        save(f"{folder}/{name}{end}")
        try:
            load(f"{folder}/{name}{end}")
            print(f"{name} {end}: loaded")
        except Exception as error:
            print(f"{name} {end}: {type(error).__name__}: {error}")
