"""The gradient of BlockLSTM passes through a cell state that is limited, as if it were not.

Rule 23.8; deviation tf-block-lstm-clip-gradients. Seen with TensorFlow 2.21.0.
The manual: "cell_clip: Value to clip the 'cs' value to". Its gradient, BlockLSTMGrad, is not told of the limit. The
cells of TensorFlow 1 limit with tf.clip_by_value, whose gradient is 0 beyond it.
Expected: gradient 0.0, as no difference of the cell state before the step reaches the output.
Actual:

    gradient by cs_prev 0.1966, by difference 0.0000
"""

import tensorflow as tf

given = {
    "seq_len_max": 1,
    "x": tf.zeros((1, 1, 1)),
    "h_prev": tf.zeros((1, 1)),
    "w": tf.zeros((2, 4)),
    "b": tf.zeros(4),
}
given.update(wci=tf.zeros(1), wcf=tf.zeros(1), wco=tf.zeros(1), forget_bias=0, cell_clip=0.5)


def run(c):
    """The output of a step from this cell state."""
    return tf.raw_ops.BlockLSTM(cs_prev=c, **given).h[0, 0, 0]


with tf.GradientTape() as tape:
    tape.watch(c := tf.constant([[4.0]]))
    y = run(c)
print(f"gradient by cs_prev {tape.gradient(y, c)[0, 0]:.4f}, by difference {run(c + 0.5) - run(c - 0.5):.4f}")
