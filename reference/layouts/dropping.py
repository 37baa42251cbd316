"""What the frameworks of a layout document that dropout drops in training mode.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html, `dropout`: "introduces a Dropout layer on the
outputs of each LSTM layer except the last layer", and that of torch.nn.Dropout: "Each channel will be zeroed out
independently on every forward call";
https://keras.io/api/layers/recurrent_layers/lstm/, `dropout`: "Fraction of the units to drop for the linear
transformation of the inputs", and the docstring of `DropoutRNNCell` in the sources of Keras 2 and 3: "the same mask is
used for every step", "cached across all timestep within the same batch, but shouldn't be cached between batches".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Dropping(NamedTuple):
    """Which layers drop of their inputs: this one of the stack, and all above; whether they drop alike at every step."""

    first: int
    constant: bool


DROPPING: Mapping[str, Dropping] = {"torch": Dropping(1, constant=False), "keras": Dropping(0, constant=True)}
"""By layout; the other ones have no dropout."""
