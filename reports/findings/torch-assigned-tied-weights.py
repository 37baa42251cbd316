"""torch.nn.Module.load_state_dict(assign=True) unties what shared its weights: new weights reach one of two alone.

Rule 22.5; cause torch-assigned-tied-weights. Seen with torch 2.13.0+cpu; public: pytorch#188346.
Every name is given a tensor of its own; that names which were
one parameter are two from then on is not said. copy.deepcopy, to() and pickle keep them one.
Expected: True, 7 parameters, whichever way the state is loaded.
Actual:

    assign=False: one weight for both directions: True, parameters: 7  (control)
    assign=True: one weight for both directions: False, parameters: 8
"""

import torch

for assign in (False, True):
    lstm = torch.nn.LSTM(3, 4, bidirectional=True)
    lstm.weight_hh_l0_reverse = lstm.weight_hh_l0
    state = {name: weight.clone() for name, weight in lstm.state_dict().items()}
    lstm.load_state_dict(state, assign=assign)
    shared = lstm.weight_hh_l0 is lstm.weight_hh_l0_reverse
    print(f"assign={assign}: one weight for both directions: {shared}, parameters: {len(list(lstm.parameters()))}")
