"""The gradient of BlockLSTMV2 takes the gates in the order of BlockLSTM.

Rules 23.1, 23.2, 23.5, 23.7, 23.8; deviation tf-block-lstm-v2-gradients. Seen with TensorFlow 2.21.0.
The manual: "unlike LSTMBlockCell (and BlockLSTM) which uses ICFO gate layout, this op uses IFCO". Both have the same
gradient, BlockLSTMGrad, which is not told which of them it is for: it takes the forget gate for the candidate, and the
reverse. TensorFlow's own rnn_grad_test.py has both gradients equal, although the weights are in another order.
Expected: in both lines the gradients that differences give, but for the last digit.
Actual:

    BlockLSTM    by f and c -0.5000 0.3070, by differences -0.5000 0.3071
    BlockLSTMV2  by f and c 0.3070 -0.5000, by differences -0.5000 0.3071
"""

import tensorflow as tf

given = {"seq_len_max": 1, "x": tf.zeros((1, 1, 1)), "cs_prev": tf.fill((1, 1), -2.0), "h_prev": tf.zeros((1, 1))}
given.update(w=tf.zeros((2, 4)), wci=tf.zeros(1), wcf=tf.zeros(1), wco=tf.zeros(1), cell_clip=0)


def c_after_a_step(name, order, bias, more):
    """The cell state, from -2."""
    return getattr(tf.raw_ops, name)(b=tf.stack([bias[gate] for gate in order]), **given, **more).cs[0, 0, 0]


bias = {"i": tf.constant(1.0), "f": tf.constant(0.0), "c": tf.constant(1.0), "o": tf.constant(1.0)}
for name, order, more in (("BlockLSTM", "icfo", {"forget_bias": 0}), ("BlockLSTMV2", "ifco", {})):
    with tf.GradientTape() as tape:
        tape.watch(bias)
        found = tape.gradient(c_after_a_step(name, order, bias, more), bias)
    print(f"{name:11}  by f and c {found['f']:.4f} {found['c']:.4f}, by differences", end="")
    for gate in "fc":
        up, down = ({**bias, gate: bias[gate] + step} for step in (2**-5, -(2**-5)))
        slope = 16 * (c_after_a_step(name, order, up, more) - c_after_a_step(name, order, down, more))
        print(f" {slope:.4f}", end="" if gate == "f" else "\n")
