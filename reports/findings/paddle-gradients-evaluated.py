"""No gradient comes through Paddle's LSTM in evaluation mode.

Needs paddle: `make field` installs it in an environment of its own.
Rule 23.11; cause paddle-gradients-evaluated. Seen with paddlepaddle 3.3.1 on the CPU: in evaluation mode the kernel of
`rnn` keeps nothing for its way back, which is run all the same. The manual of `eval` says that it affects only layers
such as Dropout and BatchNorm. Public: https://github.com/PaddlePaddle/Paddle/issues/49015.
Expected: True in every line.
Actual:

    LSTM in training: a gradient True  (control)
    LSTM in evaluation: a gradient False
    Linear in evaluation: a gradient True  (control)
"""

import paddle

paddle.set_device("cpu")
for name, layer, mode in (
    ("LSTM", paddle.nn.LSTM(1, 1), "training"),
    ("LSTM", paddle.nn.LSTM(1, 1), "evaluation"),
    ("Linear", paddle.nn.Linear(1, 1), "evaluation"),
):
    layer.train() if mode == "training" else layer.eval()
    x = paddle.ones((1, 2, 1))
    x.stop_gradient = False
    try:
        y = layer(x)
        (y[0] if name == "LSTM" else y).sum().backward()
    except RuntimeError:
        pass
    print(f"{name} in {mode}: a gradient {x.grad is not None}")
