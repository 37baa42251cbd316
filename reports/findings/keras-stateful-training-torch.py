"""A stateful keras.layers.LSTM on torch cannot be trained on the CPU: backward finds its states overwritten.

Rules 19.2, 23.1; cause keras-stateful-training-torch. Seen with Keras 3.15.1, torch 2.13.0+cpu.
`call` assigns the new states to the variables that the loop has read. RNN.inner_loop copies them first, since
https://github.com/keras-team/keras/issues/20875; LSTM.inner_loop has a loop of its own before that, which does not.
Public, said to be of CUDA alone: https://github.com/keras-team/keras/issues/23462.
Expected: gradients from all three.
Actual on torch:

    {}: gradients  (control)
    {'stateful': True, 'use_cudnn': False}: gradients  (control)
    {'stateful': True}: RuntimeError, of an inplace operation: True
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch

for options in ({}, {"stateful": True, "use_cudnn": False}, {"stateful": True}):
    try:
        keras.layers.LSTM(2, **options)(torch.ones(1, 3, 1)).sum().backward()
        print(f"{options}: gradients")
    except RuntimeError as error:
        print(f"{options}: RuntimeError, of an inplace operation: {'inplace operation' in str(error)}")
