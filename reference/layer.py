"""How a layer is constructed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The arguments of an LSTM layer's constructor, under the names that torch and Keras give them.

    A layout or an adapter reads those that its framework has and ignores the rest; `Configuration.requirements`
    keeps an implementation from being asked for what it does not offer.

    `batch_size` is the number of rows of every call, of which a stateful layer must be told (Keras' `batch_shape`).
    `dropout` is never more than 0 in a layer that is run: it is here because its limits are documented.

    Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html,
    https://keras.io/api/layers/recurrent_layers/lstm/ (there `hidden_size` is called `units`).
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    bidirectional: bool = False
    bias: bool = True
    proj_size: int = 0
    batch_first: bool = False
    return_sequences: bool = True
    return_state: bool = True
    go_backwards: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False
    stateful: bool = False
    batch_size: int = 0
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    dropout: float = 0.0

    @property
    def directions(self) -> int:
        """D: 2 for a bidirectional layer, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def output_size(self) -> int:
        """P: the width of h, which a projection makes smaller than the cell state."""
        return self.proj_size or self.hidden_size

    def input_size_of(self, index: int) -> int:
        """The width of the input of the layer at this index of the stack: the first reads x, the others the outputs."""
        return self.input_size if index == 0 else self.directions * self.output_size
