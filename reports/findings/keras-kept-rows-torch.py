"""keras.layers.LSTM leaves the number of rows to the kernel where it keeps states, or repeats one row, until 3.11.

Rules 12.3, 17.9; cause keras-kept-rows. Seen with Keras 3.10.0 and 3.11.3, torch 2.13.0+cpu.
A stateful layer is told its batch size when it is built. Until 3.11 a batch of another size reaches the addition
of two matrices; since 3.12 the layer raises ValueError, which says what was expected:
https://github.com/keras-team/keras/pull/21742.
Expected: ValueError for other rows than 3.
Actual on tensorflow, torch, jax with keras 3.15.1:

    3 rows: accepted  (control)
    1 row: ValueError
    6 rows: ValueError

Actual on torch with keras 3.10.0:

    3 rows: accepted  (control)
    1 row: RuntimeError
    6 rows: RuntimeError

Actual on torch with keras 3.11.3:

    3 rows: accepted  (control)
    1 row: RuntimeError
    6 rows: RuntimeError

Actual on tensorflow with keras 3.11.3:

    3 rows: accepted  (control)
    1 row: accepted
    6 rows: InvalidArgumentError

Actual on jax with keras 3.11.3:

    3 rows: accepted  (control)
    1 row: accepted
    6 rows: TypeError
"""

import keras
import numpy as np

layer = keras.layers.LSTM(6, stateful=True)
layer.build((3, 4, 5))
for rows in (3, 1, 6):
    try:
        layer(np.zeros((rows, 4, 5), "float32"))
        print(f"{rows} row{'s' * (rows > 1)}: accepted")
    except Exception as error:
        print(f"{rows} row{'s' * (rows > 1)}: {type(error).__name__}")
