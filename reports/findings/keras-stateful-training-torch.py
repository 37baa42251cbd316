"""A stateful keras.layers.LSTM or GRU on torch cannot be trained on the CPU: backward finds its states overwritten.

Rules 19.2, 23.1; cause keras-stateful-training-torch. Seen with Keras 3.15.1, torch 2.13.0+cpu; LSTM of 3.14, too.
`call` assigns the new states to the variables that the loop has read. RNN.inner_loop copies them first, since
https://github.com/keras-team/keras/issues/20875; those of LSTM and GRU have a loop of their own, which does not.
Public, said to be of GRU on CUDA: https://github.com/keras-team/keras/issues/23462.
Expected: gradients from all.
Actual on torch:

    LSTM {}: gradients  (control)
    LSTM {'stateful': True, 'use_cudnn': False}: gradients  (control)
    LSTM {'stateful': True}: RuntimeError, of an inplace operation: True
    GRU {}: gradients  (control)
    GRU {'stateful': True, 'use_cudnn': False}: gradients  (control)
    GRU {'stateful': True}: RuntimeError, of an inplace operation: True
    SimpleRNN {'stateful': True}: gradients  (control)
"""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import torch

EVERY = ({}, {"stateful": True, "use_cudnn": False}, {"stateful": True})
asked = [(kind, options) for kind in ("LSTM", "GRU") for options in EVERY] + [("SimpleRNN", EVERY[-1])]
for kind, options in asked:
    try:
        getattr(keras.layers, kind)(2, **options)(torch.ones(1, 3, 1)).sum().backward()
        print(f"{kind} {options}: gradients")
    except RuntimeError as error:
        print(f"{kind} {options}: RuntimeError, of an inplace operation: {'inplace operation' in str(error)}")
