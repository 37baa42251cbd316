"""torch.func.vmap over torch.nn.LSTM raises where initial states are not mapped as the input is: of shapes.

Rule 23.15; cause torch-vmap-states. Seen with torch 2.13.0.
Where no states are given, zeros are made inside, which are the same for all rows. The loop over time then adds what
comes of the input to what comes of h in its place, and the smaller one cannot hold the sum. In float32 oneDNN's layer
is called row by row, and is right; GRU and RNN raise in both dtypes.
Expected: gradients of every row; or an error that names the states.
Actual:

    float32, no states: gradients of 3 rows  (control)
    float64, no states: RuntimeError: output with shape [1, 28] doesn't match the broadcast shape [3, 1, 28]
    float64, states of every row: gradients of 3 rows  (control)
"""

import torch
from torch.func import functional_call, grad, vmap


def of_rows(dtype, *states):
    """Say what becomes of the gradients of every row of a batch."""
    lstm, x = torch.nn.LSTM(4, 7).to(dtype), torch.ones(3, 5, 1, 4, dtype=dtype)

    def loss(parameters, x, *states):
        return functional_call(lstm, parameters, (x, *([states] if states else [])))[0].sum()

    try:
        gradients = vmap(grad(loss), (None, *[0] * (1 + len(states))))(dict(lstm.named_parameters()), x, *states)
        return f"gradients of {len(gradients['weight_hh_l0'])} rows"
    except RuntimeError as error:
        return f"RuntimeError: {error}"


zeros = torch.zeros(3, 1, 1, 7, dtype=torch.float64)
print(f"float32, no states: {of_rows(torch.float32)}")
print(f"float64, no states: {of_rows(torch.float64)}")
print(f"float64, states of every row: {of_rows(torch.float64, zeros, zeros)}")
