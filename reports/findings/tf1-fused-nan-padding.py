"""A NaN behind the end of a sequence gets into the outputs of LSTMBlockFusedCell.

Needs keras_applications: it came with TensorFlow 1.15, which `make field` installs in an environment of its own.
Rules 14.5 and 19.4; cause tf-fused-nan-padding. Seen with TensorFlow 1.15.5: what is computed behind `sequence_length`
is multiplied by 0 in `LSTMBlockWrapper.call`, and 0 times NaN is NaN. Any other number there changes nothing.
dynamic_rnn puts out zeros. No public issue was found.
Expected: True everywhere.
Actual:

    1000.0 behind the end: output finite True, last h finite True  (control)
    nan behind the end: output finite False, last h finite True
"""

import numpy as np
import tensorflow as tf

tf.compat.v1.enable_eager_execution()
layer = tf.contrib.rnn.LSTMBlockFusedCell(1)
for hidden in (1000.0, np.nan):
    x = np.ones((3, 2, 1), "float32")
    x[2, 1] = hidden
    y, state = layer(tf.constant(x), dtype=tf.float32, sequence_length=tf.constant([3, 2]))
    finite = [bool(np.isfinite(tensor.numpy()).all()) for tensor in (y, state.h)]
    print("{} behind the end: output finite {}, last h finite {}".format(hidden, *finite))
