"""Forward-mode differentiation of torch.nn.LSTM stops at oneDNN's layer in float32, and at packed sequences.

Rule 23.13; cause torch-forward-mode. Seen with torch 2.13.0.
`torch.func.jvp` says that it covers few operators, and the message names the one: `mkldnn_rnn_layer`, which float32 is
computed by on the CPU, or `_pack_padded_sequence`. Float64, projections and LSTMCell have other operators.
Expected: a derivative, whatever the dtype.
Actual:

    LSTM in float64: a derivative  (control)
    LSTM in float32: NotImplementedError, of mkldnn_rnn_layer
    LSTM in float32 without oneDNN: a derivative  (control)
    LSTM in float64, packed: NotImplementedError, of _pack_padded_sequence
"""

import torch


def pushed(dtype, packed=False):
    """Say what becomes of a direction of x."""
    lstm, x = torch.nn.LSTM(4, 7).to(dtype), torch.ones(5, 3, 4, dtype=dtype)
    pack = torch.nn.utils.rnn.pack_padded_sequence
    try:
        torch.func.jvp(lambda x: lstm(pack(x, torch.tensor([5, 4, 2])) if packed else x)[1][0], (x,), (x,))
        return "a derivative"
    except NotImplementedError as error:
        return f"NotImplementedError, of {str(error).split('with ')[1].split()[0]}"


print(f"LSTM in float64: {pushed(torch.float64)}")
print(f"LSTM in float32: {pushed(torch.float32)}")
with torch.backends.mkldnn.flags(enabled=False):
    print(f"LSTM in float32 without oneDNN: {pushed(torch.float32)}")
print(f"LSTM in float64, packed: {pushed(torch.float64, packed=True)}")
