"""Sonnet's UnrolledLSTM trains with wrong gradients on the CPU: it is BlockLSTMV2, whose gradient is wrong.

Needs sonnet: `make field` installs it in an environment of its own.
Rules 23.1, 23.2, 23.5, 23.7, 23.8 and 23.9; cause tf-block-lstm-v2-gradients. Seen with dm-sonnet 2.0.2 and TensorFlow
2.21.0, eagerly; in a tf.function the gradient is that of another implementation, which is right. The outputs are right.
No public issue was found.
Expected: the same gradients by the bias as sonnet.LSTM, run by dynamic_unroll.
Actual:

    outputs are the same: True  (control)
    gradients are the same in a tf.function: True  (control)
    gradients are the same, eagerly: False
"""

import numpy as np
import sonnet as snt
import tensorflow as tf

tf.random.set_seed(0)
x = tf.random.normal((3, 2, 4))
core, layer = snt.LSTM(5), snt.UnrolledLSTM(5)
runs = {"loop": lambda: snt.dynamic_unroll(core, x, core.initial_state(2))[0]}
runs["kernel"] = lambda: layer(x, layer.initial_state(2))[0]
for run in runs.values():
    run()
for own, others in ((layer.input_to_hidden, core.input_to_hidden), (layer.hidden_to_hidden, core.hidden_to_hidden)):
    own.assign(others)
runs["function"] = tf.function(runs["kernel"])


def gradient(name, bias):
    """Of the sum of all outputs."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(runs[name]())
    return tape.gradient(loss, bias)


due = gradient("loop", core.b)
print("outputs are the same:", np.allclose(runs["kernel"](), runs["loop"](), atol=1e-5))
print("gradients are the same in a tf.function:", np.allclose(gradient("function", layer.b), due, atol=1e-5))
print("gradients are the same, eagerly:", np.allclose(gradient("kernel", layer.b), due, atol=1e-5))
