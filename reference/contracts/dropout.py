"""On what frameworks document that dropout acts in training mode.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html, `dropout`: "introduces a Dropout layer on
the outputs of each LSTM layer except the last layer", where torch.nn.Dropout zeroes "independently";
https://keras.io/api/layers/recurrent_layers/lstm/, `dropout`: "Fraction of the units to drop for the linear
transformation of the inputs", and the docstring of `DropoutRNNCell` in the source: "the same mask is used for every
step", of Keras 2: "cached across the timestep within the same batch, but shouldn't be cached between batches".

In which mode a layer is that is not told: https://docs.pytorch.org/docs/stable/notes/modules.html, "Modules default to
training mode"; https://keras.io/api/layers/regularization_layers/dropout/, "only applies when `training` is set to
`True`".
"""

from __future__ import annotations

from typing import NamedTuple


class Dropout(NamedTuple):
    """What is dropped.

    `first`: which layers drop of their inputs, this one and all above it.
    `constant`: whether they drop the same at every step.
    `by_direction`: whether each direction of a layer drops of its inputs by itself.
    `by_default`: whether a layer "trains" or "infers" where nobody says in which mode it is.
    """

    first: int
    constant: bool
    by_direction: bool
    by_default: str


TORCH = Dropout(1, constant=False, by_direction=False, by_default="trains")

KERAS = Dropout(0, constant=True, by_direction=True, by_default="infers")
