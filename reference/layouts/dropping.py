"""What the frameworks of a layout document that dropout drops in training mode.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html, `dropout`: "introduces a Dropout layer on
the outputs of each LSTM layer except the last layer", where torch.nn.Dropout zeroes "independently";
https://keras.io/api/layers/recurrent_layers/lstm/, `dropout`: "Fraction of the units to drop for the linear
transformation of the inputs", and the docstring of `DropoutRNNCell` in the source: "the same mask is used for every
step", of Keras 2: "cached across the timestep within the same batch, but shouldn't be cached between batches".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Dropping(NamedTuple):
    """Which layers drop of their inputs, this one and all above it; whether they drop the same at every step."""

    first: int
    constant: bool


DROPPING: Mapping[str, Dropping] = {"torch": Dropping(1, constant=False), "keras": Dropping(0, constant=True)}
"""By layout; the other ones have no dropout."""
