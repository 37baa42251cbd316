"""A NaN behind the end of a sequence gets into the outputs, the last states and the gradients of Paddle.

Needs paddle: `make field` installs it in an environment of its own.
Rules 14.5 and 19.4; cause paddle-nan-padding. Seen with paddlepaddle 3.3.1 on the CPU: what is computed behind
`sequence_length` is multiplied by 0, and 0 · NaN is NaN; on the way back, so is 0 · ∞. Any finite number there changes
nothing.
The manual: "elements whose time step index are not less than the valid length are treated as paddings"; it says
nothing on what paddings may hold. No public issue was found.
Expected: True everywhere.
Actual:

    1000.0 behind the end: finite outputs True, last h True, gradients True  (control)
    inf behind the end: finite outputs True, last h True, gradients False
    nan behind the end: finite outputs False, last h False, gradients False
"""

import numpy as np
import paddle

paddle.set_device("cpu")
for hidden in (1000.0, np.inf, np.nan):
    x = np.ones((2, 3, 1), "float32")
    x[1, 2] = hidden
    layer = paddle.nn.LSTM(1, 1)
    y, (h_n, _) = layer(paddle.to_tensor(x), None, paddle.to_tensor([3, 2]))
    y.sum().backward()
    outputs, last, gradients = (bool(tensor.isfinite().all()) for tensor in (y, h_n, layer.weight_ih_l0.grad))
    print(f"{hidden} behind the end: finite outputs {outputs}, last h {last}, gradients {gradients}")
