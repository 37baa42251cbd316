"""torch.nn.utils.rnn.pack_padded_sequence with enforce_sorted=False drops the rows for which there is no length.

Rule 17.8; cause torch-lengths-of-fewer-rows. Seen with torch 2.13.0+cpu.
The manual, of `lengths`: "list of sequence lengths of each batch element". The rows are taken by the order of the
lengths before the kernel compares their numbers, so it sees a batch of as many rows as lengths.
Expected: "Expected `len(lengths)` to be equal to batch_size" for both.
Actual:

    enforce_sorted=True: RuntimeError: Expected `len(lengths)` to be equal to batch_size  (control)
    enforce_sorted=False: 2 of 3 rows
"""

import torch

x = torch.arange(12.0).reshape(4, 3, 1)  # 4 steps, 3 rows
for enforce_sorted in (True, False):
    try:
        packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor([4, 2]), enforce_sorted=enforce_sorted)
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(packed)
        print(f"enforce_sorted={enforce_sorted}: {y.shape[1]} of 3 rows")
    except RuntimeError as error:
        print(f"enforce_sorted={enforce_sorted}: RuntimeError: {str(error)[:49]}")
