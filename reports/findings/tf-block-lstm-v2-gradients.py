"""The gradient of BlockLSTMV2 takes the gates in the order of BlockLSTM.

Rules 23.1, 23.2, 23.5, 23.7, 23.8 and 23.9; cause tf-block-lstm-v2-gradients. Seen with TensorFlow 2.21.0.
The manual: "unlike LSTMBlockCell (and BlockLSTM) which uses ICFO gate layout, this op uses IFCO". Its own gradient is
the operation BlockLSTMGradV2, which is right; registered for it, in `tensorflow/python/ops/rnn_grad.py`, is the one of
BlockLSTM, which takes the forget gate for the candidate, and the reverse. TensorFlow's own rnn_grad_test.py has both
gradients equal, although the weights are in another order. No public issue was found.
Expected: in every line the gradients that differences give, but for the last digit.
Actual:

    BlockLSTM        by f and c -0.5000 0.3070, by differences -0.5000 0.3071  (control)
    BlockLSTMV2      by f and c 0.3070 -0.5000, by differences -0.5000 0.3071
    BlockLSTMGradV2  by f and c -0.5000 0.3070  (control)
"""

import tensorflow as tf

given = {"seq_len_max": 1, "x": tf.zeros((1, 1, 1)), "cs_prev": tf.fill((1, 1), -2.0), "h_prev": tf.zeros((1, 1))}
given.update(w=tf.zeros((2, 4)), wci=tf.zeros(1), wcf=tf.zeros(1), wco=tf.zeros(1))


def a_step(name, order, bias, more):
    """What comes of a step from the cell state -2."""
    return getattr(tf.raw_ops, name)(b=tf.stack([bias[gate] for gate in order]), cell_clip=0, **given, **more)


bias = {"i": tf.constant(1.0), "f": tf.constant(0.0), "c": tf.constant(1.0), "o": tf.constant(1.0)}
for name, order, more in (("BlockLSTM", "icfo", {"forget_bias": 0}), ("BlockLSTMV2", "ifco", {})):
    with tf.GradientTape() as tape:
        tape.watch(bias)
        gradient = tape.gradient(a_step(name, order, bias, more).cs, bias)
    print(f"{name:15}  by f and c {gradient['f']:.4f} {gradient['c']:.4f}, by differences", end="")
    for gate in "fc":
        up, down = (a_step(name, order, {**bias, gate: bias[gate] + step}, more).cs for step in (2**-5, -(2**-5)))
        print(f" {16 * (up - down)[0, 0, 0]:.4f}", end="" if gate == "f" else "\n")

step = a_step("BlockLSTMV2", "ifco", bias, {})._asdict()
ones = {"cs_grad": tf.ones((1, 1, 1)), "h_grad": tf.zeros((1, 1, 1))}
stored = tf.stack([bias[gate] for gate in "ifco"])
_, f, c, _ = tf.raw_ops.BlockLSTMGradV2(b=stored, use_peephole=False, **given, **step, **ones).b_grad
print(f"BlockLSTMGradV2  by f and c {f:.4f} {c:.4f}")
