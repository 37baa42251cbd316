"""Weights of a subclass of keras.layers.LSTM, or of RNN over LSTMCell, do not load into LSTM.

Rules 22.1, 22.2, 22.3 and 22.5; cause keras-weights-of-other-classes.
Seen with Keras 3.15.1; public: https://github.com/keras-team/keras/issues/20322. Keras 2 does the same in its
`.weights.h5` files, and not in those that are called `.h5` alone.
`load_weights`: "Weights are loaded based on the network's topology". That of these models is the same, and so are their
variables; but the file begins with the name of the class, in snake case: what is looked for in `lstm` is in `subclass`.
Expected: True three times.
Actual on tensorflow, torch, jax:

    LSTM: loads into LSTM: True  (control)
    Subclass: loads into LSTM: False
    RNN: loads into LSTM: False
"""

import tempfile

import keras

path = f"{tempfile.mkdtemp()}/of.weights.h5"


class Subclass(keras.layers.LSTM):
    """The same."""


def model(layer):
    """Put it into a model."""
    return keras.Sequential([keras.Input((3, 1)), layer])


for layer in (keras.layers.LSTM(2), Subclass(2), keras.layers.RNN(keras.layers.LSTMCell(2))):
    model(layer).save_weights(path)
    try:
        model(keras.layers.LSTM(2)).load_weights(path)
        loads = True
    except ValueError:
        loads = False
    print(f"{type(layer).__name__}: loads into LSTM: {loads}")
