"""Paddle's gradient by the recurrent weights of a backward direction is wrong where lengths and states are given.

Seen with paddlepaddle 3.3.1 on the CPU, in float64: the outputs are right, and so is every other gradient, and this one
where either the lengths or the states are left out. Who is right is told by a central difference of the same loss.
No public issue was found. Expected: the same thrice.
Actual:

    lengths: the same
    states: the same
    lengths and states: differs
"""

import numpy as np
import paddle

paddle.set_default_dtype("float64")
paddle.set_device("cpu")
random = np.random.RandomState(0)
layer = paddle.nn.LSTM(2, 3, direction="bidirect")
weight = layer[0].cell_bw.weight_hh
x, h_0, c_0 = (
    paddle.to_tensor(random.standard_normal(shape), stop_gradient=False) for shape in ((2, 4, 2), (2, 2, 3), (2, 2, 3))
)
for name in ("lengths", "states", "lengths and states"):
    lengths = paddle.to_tensor([4, 2]) if "lengths" in name else None
    states = (h_0, c_0) if "states" in name else None
    layer.clear_gradients()
    layer(x, states, lengths)[0].sum().backward()
    gradient = weight.grad.numpy()
    values, step, losses = weight.numpy().copy(), np.zeros(weight.shape), []
    step[0, 0] = 1e-6
    for sign in (1, -1):
        weight.set_value(values + sign * step)
        losses.append(float(layer(x, states, lengths)[0].sum()))
    weight.set_value(values)
    difference = (losses[0] - losses[1]) / 2e-6
    print(f"{name}: {'the same' if abs(difference - gradient[0, 0]) < 1e-6 else 'differs'}")
