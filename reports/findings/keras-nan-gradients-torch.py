"""NaN in a masked step of keras.layers.LSTM on torch does not reach the output, and makes NaN of the gradients.

Rule 19.4; cause keras-nan-gradients. Seen with Keras 3.15.1, torch 2.13.0.
The guide: masked steps are "skipped". The loop runs the cell over them and selects with torch.where, through which
the gradient of the cell, 0 times NaN, comes back. One missing value that a mask hides ends a training.
Expected: the gradients that a 0 in the same place gives.
Actual on torch:

    0.0 hidden: output finite True, gradients finite True  (control)
    nan hidden: output finite True, gradients finite False
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

layer, mask = keras.layers.LSTM(2), np.array([[True, True, False]])
for hidden in (0.0, np.nan):
    y = layer(torch.tensor([[[1.0], [2.0], [hidden]]]), mask=mask)
    gradients = torch.autograd.grad(y.sum(), [variable.value for variable in layer.trainable_weights])
    finite = all(gradient.isfinite().all() for gradient in gradients)
    print(f"{hidden} hidden: output finite {bool(y.isfinite().all())}, gradients finite {finite}")
