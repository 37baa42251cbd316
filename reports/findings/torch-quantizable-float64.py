"""torch.ao.nn.quantizable.LSTM in float64 cannot be called without states: the zeros that it starts from are float32.

Rules 1.1, 18.1 and 20.1; cause torch-quantizable-float64. Seen with torch 2.13.0+cpu.
The constructor takes a dtype, and its manual refers to that of torch.nn.LSTM; `forward` makes the zeros with
`dtype=torch.float`, on the device of x, but not in its dtype.
Expected: an answer, as of torch.nn.LSTM.
Actual:

    float32 without states: answered  (control)
    float32 from zeros: answered  (control)
    float64 without states: RuntimeError: mat1 and mat2 must have the same dtype, but got Float and Double
    float64 from zeros: answered  (control)
"""

import torch
from torch.ao.nn.quantizable import LSTM

for dtype in (torch.float32, torch.float64):
    zeros = torch.zeros(1, 3, 6, dtype=dtype)
    for told, states in (("without states", ()), ("from zeros", ((zeros, zeros),))):
        try:
            LSTM(5, 6, dtype=dtype)(torch.ones(4, 3, 5, dtype=dtype), *states)
            found = "answered"
        except RuntimeError as error:
            found = f"RuntimeError: {error}"
        print(f"{str(dtype)[6:]} {told}: {found}")
