"""Under CPU autocast, torch.nn.LSTM with a projection returns c_n in float32; without one, in bfloat16.

Rule 3.2; cause torch-autocast-cell-state. Seen with torch 2.13.0+cpu.
With a projection the layer leaves the kernel that autocast casts as a whole for one that it casts operation by
operation; the cell state is then kept in float32, while the output and h_n are bfloat16.
Expected: outputs and states of one dtype, whatever the options of the layer.
Needs AVX-512: without it, oneDNN has no LSTM of bfloat16.
Actual:

    proj_size=0: output torch.bfloat16, h_n torch.bfloat16, c_n torch.bfloat16  (control)
    proj_size=3: output torch.bfloat16, h_n torch.bfloat16, c_n torch.float32
"""

import torch

for proj_size in (0, 3):
    layer, x = torch.nn.LSTM(4, 9, proj_size=proj_size), torch.zeros(5, 2, 4)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        output, (h_n, c_n) = layer(x)
    print(f"proj_size={proj_size}: output {output.dtype}, h_n {h_n.dtype}, c_n {c_n.dtype}")
