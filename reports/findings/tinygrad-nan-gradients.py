"""Where the candidate is far below 0, the gradients of tinygrad's LSTMCell are NaN; its outputs are right.

Needs tinygrad and, for its CPU backend, the program clang: `make field` installs tinygrad in an environment of its own.
Rule 23.8; cause tinygrad-nan-gradients. Seen with tinygrad 0.14.0 on the CPU: tanh(x) is 2 σ(2 x) - 1, and σ(z) the
reciprocal of 1 + 2^(-z / ln 2), whose derivative is 0 · ∞ where the power overflows. Of tanh or of the sigmoid alone
it is simplified away, and in the other gates of the cell, too. The slope is 0 there, as torch and JAX return.
Expected: True everywhere.
Actual:

    candidate of -44.0: h finite True, gradient finite True  (control)
    candidate of -45.0: h finite True, gradient finite False
"""

import numpy as np
from tinygrad import Tensor, nn

for number in (-44.0, -45.0):
    cell = nn.LSTMCell(1, 1)
    cell.weight_ih = Tensor(np.array([[0], [0], [1], [0]], "float32"))  # i, f, g, o
    cell.weight_hh = Tensor(np.zeros((4, 1), "float32"))
    x, states = Tensor(np.full((1, 1), number, "float32")), tuple(Tensor(np.ones((1, 1), "float32")) for _ in range(2))
    h, _ = cell(x, states)
    (gradient,) = h.sum().gradient(x)
    outputs, back = (bool(np.isfinite(tensor.numpy()).all()) for tensor in (h, gradient))
    print(f"candidate of {number}: h finite {outputs}, gradient finite {back}")
