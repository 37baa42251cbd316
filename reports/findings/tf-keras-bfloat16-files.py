"""A model of Keras 2 in bfloat16 is saved, and of its own formats none can be loaded.

Rules 22.1, 22.2, 22.3 and 22.5; cause keras-bfloat16-h5. Seen with tf_keras 2.21.0, TensorFlow 2.21.0.
HDF5 has no bfloat16, and Keras 2 keeps weights in it in all formats but that of TensorFlow.
Public: https://github.com/keras-team/tf-keras/issues/420.
Expected: every file can be loaded.
Actual:

    SavedModel: loads  (control)
    .h5: ValueError
    .keras: ValueError
    .weights.h5: ValueError
"""

import tempfile
from pathlib import Path

import tf_keras

model = tf_keras.Sequential([tf_keras.Input((3,)), tf_keras.layers.Dense(2, dtype="bfloat16")])
for ending in ("", ".h5", ".keras", ".weights.h5"):
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / f"model{ending}")
        try:
            if ending == ".weights.h5":
                model.save_weights(path)
                model.load_weights(path)
            else:
                model.save(path)
                tf_keras.models.load_model(path)
            print(f"{ending or 'SavedModel'}: loads")
        except ValueError as error:
            print(f"{ending or 'SavedModel'}: {type(error).__name__}")
