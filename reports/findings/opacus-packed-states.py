"""The last states of a packed sequence are float32 in DPLSTM, whatever the layer computes in.

Needs opacus: `make field` installs it in an environment of its own.
Rules 3.2, 14.1, 14.4, 14.5, 19.3, 20.1, 23.1, 23.2, 23.3, 23.5, 23.7 and 23.8; cause opacus-packed-states. Seen with
opacus 1.6.0: `forward_layer` of `opacus/layers/dp_rnn.py` copies them into
`torch.zeros(max_batch_size, self.hidden_size)`, which has the default dtype. torch.nn.LSTM, whose place DPLSTM takes,
returns them in the dtype of the layer. No public issue was found.
Expected: float64 everywhere, and a difference of at most some 1e-16.
Actual:

    padded: y float64, h_n float64, c_n float64, h_n differs from torch's by less than 1e-15: True  (control)
    packed: y float64, h_n float32, c_n float32, h_n differs from torch's by less than 1e-15: False
"""

import torch
from opacus.layers import DPLSTM

torch.manual_seed(0)
layer, twin = DPLSTM(3, 4).double(), torch.nn.LSTM(3, 4).double()
twin.load_state_dict(layer.state_dict())
x = torch.randn(5, 2, 3, dtype=torch.float64)
packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor([5, 3]))
for name, given in (("padded", x), ("packed", packed)):
    (y, (h_n, c_n)), (_, (due, _)) = layer(given), twin(given)
    dtypes = [str(part.dtype)[6:] for part in (getattr(y, "data", y), h_n, c_n)]
    same = bool((h_n - due).abs().max() < 1e-15)
    print("{}: y {}, h_n {}, c_n {}, h_n differs from torch's by less than 1e-15: {}".format(name, *dtypes, same))
