"""The cells of TensorFlow 1, as later versions have them, do not begin as `tf.compat.v1.set_random_seed` says.

Rule 24.3; cause tf1-cells-seed. Seen with TensorFlow 2.21.0 and tf_keras 2.21.0.
The manual: "If the graph-level seed is set, but the operation seed is not: The system deterministically picks an
operation seed". The cells are layers of tf_keras, whose initializers give every operation a seed of Python's `random`,
of which the manual says nothing; `get_variable` of the same module begins as the seed says.
Expected: True.
Actual:

    get_variable, one seed: True  (control)
    LSTMCell, one seed: False
    LSTMCell, one seed of random, too: True  (control)
"""

import os
import random

os.environ["TF_USE_LEGACY_KERAS"] = "1"  # else TensorFlow 2.21 has no cells of TensorFlow 1

import tensorflow.compat.v1 as tf

tf.enable_eager_execution()


def kernel(kind: str) -> list[float]:
    """Return numbers of a new variable after set_random_seed."""
    tf.set_random_seed(7)
    if kind == "get_variable":
        return tf.get_variable("kernel", (5, 8), use_resource=True).numpy().ravel().tolist()
    cell = tf.nn.rnn_cell.LSTMCell(2)
    cell.build(tf.TensorShape([None, 3]))
    return cell.variables[0].numpy().ravel().tolist()


for kind in ("get_variable", "LSTMCell"):
    print(f"{kind}, one seed: {kernel(kind) == kernel(kind)}")
found = [random.seed(7) or kernel("LSTMCell") for _ in range(2)]
print(f"LSTMCell, one seed of random, too: {found[0] == found[1]}")
