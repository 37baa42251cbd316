"""torch.nn.LSTM compares `hidden_size` with zero, and in 2.6 not `input_size`.

Rule 12.6; cause torch-input-size. Seen with torch 2.6.0+cu124.
Since https://github.com/pytorch/pytorch/pull/166302 it compares both.
Expected: ValueError from the constructor for all of them, as 2.13 raises it.
No control: each line is wrong by itself.
Actual with torch 2.13.0:

    hidden_size=0: ValueError
    input_size=0: ValueError
    input_size=-5: ValueError

Actual with torch 2.6.0:

    hidden_size=0: ValueError
    input_size=0: accepted
    input_size=-5: RuntimeError
"""

import torch

for sizes in (
    {"input_size": 5, "hidden_size": 0},
    {"input_size": 0, "hidden_size": 6},
    {"input_size": -5, "hidden_size": 6},
):
    wrong = next(f"{name}={size}" for name, size in sizes.items() if size <= 0)
    try:
        torch.nn.LSTM(**sizes)
        print(f"{wrong}: accepted")
    except Exception as error:
        print(f"{wrong}: {type(error).__name__}")
