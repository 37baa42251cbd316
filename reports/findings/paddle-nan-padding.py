"""A NaN behind the end of a sequence gets into the outputs and the last states of Paddle.

Seen with paddlepaddle 3.3.1 on the CPU: steps behind `sequence_length` are multiplied by 0, and 0 · NaN is NaN.
No public issue was found. Expected: False twice.
Actual:

    NaN in the output: True, in the last h: True
"""

import numpy as np
import paddle

paddle.set_device("cpu")
x = np.ones((2, 3, 1), "float32")
x[1, 2] = np.nan
y, (h_n, _) = paddle.nn.LSTM(1, 1)(paddle.to_tensor(x), None, paddle.to_tensor([3, 2]))
print(f"NaN in the output: {bool(y.isnan().any())}, in the last h: {bool(h_n.isnan().any())}")
