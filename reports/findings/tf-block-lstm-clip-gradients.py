"""The gradient of BlockLSTM passes through a cell state that is limited, as if it were not.

Rule 23.8; cause tf-block-lstm-clip-gradients. Seen with TensorFlow 2.21.0, and of LSTMBlockCell in 1.15.5.
The manual of LSTMBlockCell, which BlockLSTM is "equivalent to applying [...] in a loop": "cs = clip(cs, cell_clip)". No
manual says what its gradient is. BlockLSTMGrad is not told of the limit; the cells of TensorFlow 1 limit with
tf.clip_by_value, whose gradient is 0 beyond it. No public issue was found.
Expected: gradients that differences give, in both lines.
Actual:

    without a limit: gradient by cs_prev 0.0177, by difference 0.0177  (control)
    limited to 0.5: gradient by cs_prev 0.1966, by difference 0.0000
"""

import tensorflow as tf

given = {
    "seq_len_max": 1,
    "x": tf.zeros((1, 1, 1)),
    "h_prev": tf.zeros((1, 1)),
    "w": tf.zeros((2, 4)),
    "b": tf.zeros(4),
}
given.update(wci=tf.zeros(1), wcf=tf.zeros(1), wco=tf.zeros(1), forget_bias=0)

for name, limit in (("without a limit", 0.0), ("limited to 0.5", 0.5)):

    def run(c, limit=limit):
        """The output of a step from this cell state."""
        return tf.raw_ops.BlockLSTM(cs_prev=c, cell_clip=limit, **given).h[0, 0, 0]

    with tf.GradientTape() as tape:
        tape.watch(c := tf.constant([[4.0]]))
        y = run(c)
    slope = 32 * (run(c + 2**-6) - run(c - 2**-6))
    print(f"{name}: gradient by cs_prev {tape.gradient(y, c)[0, 0]:.4f}, by difference {slope:.4f}")
