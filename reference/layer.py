"""How a layer is constructed."""

from __future__ import annotations

from dataclasses import dataclass

STRUCTURES = {
    "Sequential": "the layers are those of a Sequential model",
    "functional": "the layers are nodes of a functional model, whose inputs are x, the states and the mask",
    "predict": "the functional model is asked through `predict`",
    "nested": "every layer is in a functional model of its own, and these are the layers of a model",
    "shared": "the layers are called twice in one model, on other inputs before",
    "TimeDistributed": "the layers are applied to every slice of an input of higher rank",
    "Masking": "a Masking layer in front makes the mask",
    "Embedding": "an Embedding layer in front makes the input and, with `mask_zero`, the mask",
}
"""What layers of Keras are put into; whatever it is, they compute what they compute by themselves."""

CONSTANT = {"constant_states": "the initial states are constants of a functional model"}
"""A structure that is not put together with all other options: it is built for the numbers of a call."""

METHODS = {
    "predict_on_batch": "a Sequential model is asked through `predict_on_batch`",
    "predict_in_batches": "a Sequential model is asked through `predict`, in several batches",
    "test_on_batch": "a metric tells what a Sequential model puts out in `test_on_batch`",
    "evaluate": "the same in `evaluate`, in several batches",
    "train_on_batch": "the same in `train_on_batch`, at a learning rate of zero",
    "fit": "the same in `fit`, in several batches, at a learning rate of zero",
}
"""Structures of which it is asked by which method they are run; models that keep states are among them."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """The arguments of an LSTM layer's constructor, under the names that torch and Keras give them.

    A layout or an adapter reads those that its framework has and ignores the rest; `Configuration.requirements`
    keeps an implementation from being asked for what it does not offer.

    `merge_mode` says what becomes of the outputs of two directions in Keras; "none" stands for None.
    `implementation` and `use_cudnn` choose between ways to compute the same; "never" stands for False.
    `batch_size` is the number of rows of every call, of which a stateful layer must be told (Keras' `batch_shape`).
    `non_defaults`: every other argument that changes no number at inference, as regularizers, is away from its default.
    `dropout` and `recurrent_dropout` are the fractions of inputs and of h_{t-1} that are dropped in training mode.
    `seed` says which they are: a layer with another one drops others, with none (0) any.
    `use_peepholes`, `forget_bias`, `cell_clip` and `proj_clip` are those of TensorFlow 1's LSTMCell, `clip` and
    `input_forget` those of ONNX (`reference/cell.py`); limits of 0 are none.

    Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html,
    https://keras.io/api/layers/recurrent_layers/lstm/ (there `hidden_size` is called `units`).
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    bidirectional: bool = False
    merge_mode: str = "concat"
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
    recurrent_dropout: float = 0.0
    seed: int = 0
    implementation: int = 2
    use_cudnn: str = "auto"
    non_defaults: bool = False
    use_peepholes: bool = False
    forget_bias: float = 0.0
    clip: float = 0.0
    cell_clip: float = 0.0
    proj_clip: float = 0.0
    input_forget: bool = False

    @property
    def directions(self) -> int:
        """D: 2 for a bidirectional layer, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def output_size(self) -> int:
        """P: the width of h, which a projection makes smaller than the cell state."""
        return self.proj_size or self.hidden_size

    @property
    def merges(self) -> bool:
        """Whether the outputs of the two directions are added or multiplied, so that nobody sees either."""
        return self.bidirectional and self.merge_mode in {"sum", "ave", "mul"}

    @property
    def width(self) -> int:
        """Units of the output: of both directions side by side, unless they are merged."""
        return self.output_size if self.merges else self.directions * self.output_size

    def input_size_of(self, index: int) -> int:
        """The width of the input of the layer at this index of the stack: the first reads x, the others the outputs."""
        return self.input_size if index == 0 else self.width
