"""torch.nn.LSTM checks that `bias` and `batch_first` are bool, and lets `bidirectional` be anything until it is called.

Rule 12.7; cause torch-flags-unchecked. Seen with torch 2.13.0+cpu.
A text that comes from a configuration file, "False", gives a layer with the weights of two directions;
the first call raises a TypeError about the arguments of an internal function, which does not name `bidirectional`.
All three are annotated as bool in RNNBase.__init__.
Expected: TypeError from the constructor for all three.
Actual:

    bias='False': the constructor raises TypeError  (control)
    batch_first='False': the constructor raises TypeError  (control)
    bidirectional='False': constructed with 8 weights, the call raises TypeError
"""

import torch

for name in ("bias", "batch_first", "bidirectional"):
    place = "the constructor"
    try:
        layer = torch.nn.LSTM(5, 6, **{name: "False"})
        place = f"constructed with {len(list(layer.parameters()))} weights, the call"
        layer(torch.zeros(4, 3, 5))
    except Exception as error:
        print(f"{name}='False': {place} raises {type(error).__name__}")
