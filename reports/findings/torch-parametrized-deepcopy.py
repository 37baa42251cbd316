"""A torch.nn.LSTM that is parametrized cannot be copied after a call with gradients on; nor can a GRU.

Rules 22.1, 22.2 and 22.3; cause torch-parametrized-deepcopy. Seen with torch 2.13.0.
torch.nn.utils.parametrize gives a module a method to be copied with, since
https://github.com/pytorch/pytorch/pull/80811; `weight_norm` is such a parametrization.
An LSTM keeps its weights in a list as well, and with them what the parametrization computed in the last call: with
gradients on, no leaf of a graph.
Expected: a copy of each module.
Actual:

    Linear: copied  (control)
    LSTMCell: copied  (control)
    LSTM: copied  (control)
    LSTM after a call without gradients: copied  (control)
    LSTM after a call: RuntimeError: Only Tensors created explicitly by the user (graph leaves) support the deepcopy
    GRU after a call: RuntimeError: Only Tensors created explicitly by the user (graph leaves) support the deepcopy
"""

import copy

import torch

for what, module, name in (
    ("Linear", torch.nn.Linear(2, 2), "weight"),
    ("LSTMCell", torch.nn.LSTMCell(2, 2), "weight_hh"),
    ("LSTM", torch.nn.LSTM(2, 2), "weight_hh_l0"),
    ("LSTM after a call without gradients", torch.nn.LSTM(2, 2), "weight_hh_l0"),
    ("LSTM after a call", torch.nn.LSTM(2, 2), "weight_hh_l0"),
    ("GRU after a call", torch.nn.GRU(2, 2), "weight_hh_l0"),
):
    torch.nn.utils.parametrizations.weight_norm(module, name)
    with torch.set_grad_enabled("without" not in what):
        if what != "LSTM":
            module(torch.ones(1, 2))
    try:
        copy.deepcopy(module)
        print(f"{what}: copied")
    except RuntimeError as error:
        print(f"{what}: RuntimeError: {str(error)[:80]}")
