"""A NaN behind the end of a sequence gets into the outputs and the last states of Paddle.

Needs paddle: `make field` installs it in an environment of its own.
Rules 14.5 and 19.4; cause paddle-nan-padding. Seen with paddlepaddle 3.3.1 on the CPU: what is computed behind
`sequence_length` is multiplied by 0, and 0 · NaN is NaN. Any other number there changes nothing.
The manual: "elements whose time step index are not less than the valid length are treated as paddings"; it says
nothing on what paddings may hold. No public issue was found.
Expected: True everywhere.
Actual:

    1000.0 behind the end: output finite True, last h finite True  (control)
    nan behind the end: output finite False, last h finite False
"""

import numpy as np
import paddle

paddle.set_device("cpu")
for hidden in (1000.0, np.nan):
    x = np.ones((2, 3, 1), "float32")
    x[1, 2] = hidden
    y, (h_n, _) = paddle.nn.LSTM(1, 1)(paddle.to_tensor(x), None, paddle.to_tensor([3, 2]))
    finite = [bool(each.isfinite().all()) for each in (y, h_n)]
    print(f"{hidden} behind the end: output finite {finite[0]}, last h finite {finite[1]}")
