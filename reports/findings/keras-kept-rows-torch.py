"""keras.layers.LSTM on torch leaves the number of rows to the kernel, until 3.10 also where it keeps states.

Rules 12.3, 17.9; cause keras-kept-rows. Seen with Keras 3.10.0, torch 2.13.0+cpu.
A stateful layer is told its batch size when it is built. Until 3.10 a batch of another size reaches the addition
of two matrices; in 3.15.1 the layer raises ValueError, which says what was expected.
Expected: ValueError for other rows than 3.
Actual on torch with keras 3.15.1:

    3 rows: accepted  (control)
    1 row: ValueError
    6 rows: ValueError

Actual on torch with keras 3.10.0:

    3 rows: accepted  (control)
    1 row: RuntimeError
    6 rows: RuntimeError
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
