"""Paddle's gradient by the recurrent weights of a backward direction is wrong where lengths and states are given.

Needs paddle: `make field` installs it in an environment of its own.
Rules 23.1, 23.4, 23.5, 23.7 and 23.8; cause paddle-gradients-lengths. Seen with paddlepaddle 3.3.1 on the CPU, in
float64; its outputs are right. Padded steps come first in the backward direction, and leave h_0 as it is. The way back
reads the output of the last of them as the h before the first step that counts, and outputs of padded steps are 0:
`run_rnn_grad_function` in `paddle/phi/kernels/cpu/rnn_grad_kernel.cc`. GRU and SimpleRNN share it.
Who is right is told by central differences of the same loss.
The manual: "The valid lengths of input sequences. [...] elements whose time step index are not less than the valid
length are treated as paddings." No public issue was found; https://github.com/PaddlePaddle/Paddle/pull/37080 mended
another fault of the same function.
Expected: the same everywhere.
Actual:

    LSTM, lengths: the same  (control)
    LSTM, states: the same  (control)
    LSTM, lengths and states: differs
    GRU, lengths and states: differs
    SimpleRNN, lengths and states: differs
"""

import numpy as np
import paddle

paddle.set_default_dtype("float64")
paddle.set_device("cpu")
random = np.random.RandomState(0)
x, h_0, c_0 = (paddle.to_tensor(random.standard_normal(shape)) for shape in ((2, 4, 2), (2, 2, 3), (2, 2, 3)))


def is_right(kind: str, given: str) -> bool:
    """Whether the gradient by one recurrent weight of the backward direction is that of the outputs."""
    layer = getattr(paddle.nn, kind)(2, 3, direction="bidirect")
    weight = layer[0].cell_bw.weight_hh
    lengths = paddle.to_tensor([4, 2]) if "lengths" in given else None
    states = ((h_0, c_0) if kind == "LSTM" else h_0) if "states" in given else None
    layer(x, states, lengths)[0].sum().backward()
    values, step, losses = weight.numpy().copy(), np.zeros(weight.shape), []
    step[0, 0] = 1e-6
    for sign in (1, -1):
        weight.set_value(values + sign * step)
        losses.append(float(layer(x, states, lengths)[0].sum()))
    return abs((losses[0] - losses[1]) / 2e-6 - weight.grad.numpy()[0, 0]) < 1e-6


for kind, given in (
    ("LSTM", "lengths"),
    ("LSTM", "states"),
    ("LSTM", "lengths and states"),
    ("GRU", "lengths and states"),
    ("SimpleRNN", "lengths and states"),
):
    print(f"{kind}, {given}: {'the same' if is_right(kind, given) else 'differs'}")
