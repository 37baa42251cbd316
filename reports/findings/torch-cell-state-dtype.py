"""torch.nn.LSTM in float64 accepts a c_0 of float32; in float32 it refuses one of float64, and h_0 always.

Rule 12.4; cause torch-cell-state-dtype. Seen with torch 2.13.0+cpu.
`check_input` compares the dtype of the input with that of the weights; nothing checks the states.
What becomes of them hangs on the kernel, and the errors that come do not name the state.
Expected: the same ValueError for all four, as for the input.
No control: each line is wrong by itself.
Actual:

    float32: h_0 of float64 raises RuntimeError: get_mkldnn_dtype: unsupported data type
    float32: c_0 of float64 raises RuntimeError: get_mkldnn_dtype: unsupported data type
    float64: h_0 of float32 raises RuntimeError: mat1 and mat2 must have the same dtype, but got Float and Double
    float64: c_0 of float32 accepted
"""

import torch

for dtype, other in ((torch.float32, torch.float64), (torch.float64, torch.float32)):
    layer, x, state = torch.nn.LSTM(5, 6, dtype=dtype), torch.zeros(4, 3, 5, dtype=dtype), torch.zeros(1, 3, 6)
    for name, h_0, c_0 in (("h_0", other, dtype), ("c_0", dtype, other)):
        try:
            layer(x, (state.to(h_0), state.to(c_0)))
            answer = "accepted"
        except Exception as error:
            answer = f"raises {type(error).__name__}: {error}"
        print(f"{str(dtype)[6:]}: {name} of {str(other)[6:]} {answer}")
