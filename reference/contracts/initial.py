"""What the weights of a layer are that nobody has given any yet: of each part, how it is drawn, or what it is.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html and `torch.nn.LSTMCell`, "All the weights and
biases are initialized from U(-sqrt(k), sqrt(k)) where k = 1/hidden_size", projections, too, which are listed there;
https://keras.io/api/layers/recurrent_layers/lstm/, the defaults of its arguments, and `unit_forget_bias`;
https://keras.io/api/layers/initializers/, `GlorotUniform` and `Orthogonal`, where a matrix is (inputs, units);
https://www.tensorflow.org/api_docs/python/tf/compat/v1/get_variable, "a glorot_uniform_initializer will be used".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from lstm_conformance.reference.weights import GATES


class Uniform(NamedTuple):
    """All numbers are drawn by themselves, and evenly, from [-limit, limit]."""

    limit: float


class Orthogonal(NamedTuple):
    """The shorter axis of the matrix holds vectors of length 1 that are orthogonal to each other."""


class Constant(NamedTuple):
    """A number for each gate, i, f, g, o."""

    of_gates: tuple[float, ...]


Law = Uniform | Orthogonal | Constant


class Sizes(NamedTuple):
    """Of one layer in one direction: width of its input, H, P; and of the part: how many rows and columns it has."""

    input_size: int
    hidden_size: int
    output_size: int
    rows: int
    columns: int


LAWS: Mapping[str, Callable[[Sizes], Law]] = {
    "hidden_uniform": lambda sizes: Uniform(sizes.hidden_size**-0.5),
    "glorot_uniform": lambda sizes: Uniform((6 / (sizes.rows + sizes.columns)) ** 0.5),
    "joint_glorot_uniform": lambda sizes: Uniform(
        (6 / (sizes.input_size + sizes.output_size + len(GATES) * sizes.hidden_size)) ** 0.5
    ),
    "orthogonal": lambda _: Orthogonal(),
    "zeros": lambda _: Constant((0.0,) * len(GATES)),
    "ones": lambda _: Constant((1.0,) * len(GATES)),
    "unit_forget": lambda _: Constant(tuple(float(gate == "f") for gate in GATES)),
}
"""By the word that a contract says. A joint kernel is one matrix of inputs and hidden states."""

PARTS = ("kernel", "recurrent_kernel", "bias", "projection", "peepholes")
"""The parts of a cell, as `CellWeights` calls them; what is said of a bias holds for each, if there are two."""

TORCH: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("kernel", "recurrent_kernel", "bias", "projection"), "hidden_uniform")
)

KERAS: Mapping[str, str] = MappingProxyType(
    {"kernel": "glorot_uniform", "recurrent_kernel": "orthogonal", "bias": "unit_forget"}
)

TF1: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("kernel", "recurrent_kernel"), "joint_glorot_uniform"),
        "bias": "zeros",
        "projection": "glorot_uniform",
    }
)
