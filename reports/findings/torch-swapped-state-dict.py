"""torch.nn.LSTM cannot load a state by swapping tensors.

Rules 22.1, 22.2 and 22.3; cause torch-swapped-state-dict. Seen with torch 2.13.0.
torch.__future__.set_swap_module_params_on_conversion documents load_state_dict by swap_tensors, for every module.
An LSTM holds weak references to its weights; it drops them in `_apply`, before it is moved, not in load_state_dict.
Expected: every module loads its own state.
Actual:

    Linear: loaded  (control)
    LSTMCell: loaded  (control)
    LSTM, moved to float64 and back: moved  (control)
    LSTM: RuntimeError: Error(s) in loading state_dict for LSTM:
"""

import torch

torch.__future__.set_swap_module_params_on_conversion(True)
for module in (torch.nn.Linear(1, 2), torch.nn.LSTMCell(1, 2)):
    module.load_state_dict(module.state_dict())
    print(f"{type(module).__name__}: loaded")
print("LSTM, moved to float64 and back:", "moved" if torch.nn.LSTM(1, 2).double().float() else "")
try:
    torch.nn.LSTM(1, 2).load_state_dict(torch.nn.LSTM(1, 2).state_dict())
    print("LSTM: loaded")
except RuntimeError as error:
    print("LSTM: RuntimeError:", str(error).splitlines()[0])
