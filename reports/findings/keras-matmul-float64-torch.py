"""keras.layers.LSTM in float64 on torch computes in float32 as soon as it is given a mask, and says float64.

Rules 14.1, 14.5, 16.1, 16.2, 16.4, 16.5, 18.1, 19.3, 23.1 to 23.5, 23.7;
cause keras-matmul-float64-torch. Seen with Keras 3.15.1, torch 2.13.0.
Without a mask a loop of LSTM's own calls torch.matmul; with one, the cell calls keras.ops.matmul, which casts to
`result_type`, and that makes float32 of float64 on every backend but TensorFlow.
Public: https://github.com/keras-team/keras/issues/23704. After 3.15.1 other operations are cast, too, by
https://github.com/keras-team/keras/pull/23225; the review of https://github.com/keras-team/keras/pull/18482, with which
it began, holds that float64 is to stay so on all backends but JAX.
Expected: outputs that differ by some 1e-16, and a product of float64.
No control: each line is wrong by itself.
Actual on torch:

    torch.float64 and torch.float64, differ by more than 1e-10: True
    keras.ops.matmul of torch.float64: torch.float32
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

x = torch.from_numpy(np.random.RandomState(0).standard_normal((1, 3, 2)))
layer = keras.layers.LSTM(4, dtype="float64")
plain, masked = (layer(x, mask=mask) for mask in (None, torch.ones(1, 3, dtype=torch.bool)))
difference = abs(plain - masked).max().item()
print(f"{plain.dtype} and {masked.dtype}, differ by more than 1e-10: {difference > 1e-10}")
print(f"keras.ops.matmul of {x.dtype}: {keras.ops.matmul(x, x[0].T).dtype}")
