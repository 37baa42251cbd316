"""The forget gate of MXNet's LSTM begins with a bias of 0, where the manual says that it is 1.

Needs mxnet: `make field` installs it in an environment of its own.
Rule 24.1; cause mxnet-forget-bias. Seen with mxnet 1.9.1 on the CPU.
The manual of `mxnet.gluon.rnn.LSTM`, of `i2h_bias_initializer`: "default 'lstmbias' [...] By default, bias for the
forget gate is initialized to 1 while all other biases are initialized to zero." The signature above it says 'zeros'.
No public issue was found.
Expected: 1.0.
Actual:

    forget gate, by default: 0.0
    forget gate, 'lstmbias': 1.0  (control)
"""

import mxnet

for words, given in (("by default", {}), ("'lstmbias'", {"i2h_bias_initializer": "lstmbias"})):
    layer = mxnet.gluon.rnn.LSTM(2, input_size=3, **given)
    layer.initialize()
    print(f"forget gate, {words}:", layer.l0_i2h_bias.data()[2].asscalar())
