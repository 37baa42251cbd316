"""What the weights of a layer are that nobody has given any yet: of each part, how it is drawn, or what it is.

Sources: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html and `torch.nn.LSTMCell`, "All the weights and
biases are initialized from U(-sqrt(k), sqrt(k)) where k = 1/hidden_size", projections, too, which are listed there;
https://keras.io/api/layers/recurrent_layers/lstm/, the defaults of its arguments, and `unit_forget_bias`;
https://keras.io/api/layers/initializers/, `GlorotUniform` and `Orthogonal`, where a matrix is (inputs, units);
https://www.tensorflow.org/api_docs/python/tf/compat/v1/get_variable, "a glorot_uniform_initializer will be used";
https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#recurrent, `kernel_init`,
`recurrent_kernel_init` and `bias_init`, which are given to the kernels of every gate, but for the one of all gates that
https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/nn/recurrent.html#flax.nnx.OptimizedLSTMCell has;
https://docs.jax.dev/en/latest/_autosummary/jax.nn.initializers.lecun_normal.html, of which `variance_scaling` says
that its deviation is that "after truncation";
https://dm-haiku.readthedocs.io/en/latest/api.html#linear, which is what `haiku.LSTM` consists of: "truncated normal,
with stddev 1 / sqrt(fan_in)", and `TruncatedNormal`, whose `stddev` is that "of the untruncated normal distribution";
https://docs.jax.dev/en/latest/jax.experimental.rnn.html, `init_lstm_weight`: "from U(-k, k), k=sqrt(1/hidden_size)";
https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/LSTMCell_en.html, "All the weights and bias are
initialized with Uniform(-std, std)"; https://sonnet.readthedocs.io/en/latest/api.html#lstm, `w_i_init`, `w_h_init`,
`b_init` and `forget_bias`, which is added "after initialization"; https://opacus.ai/api/dp_rnn.html, "drop-in
replacement", whose manual refers to that of torch;
https://docs.chainer.org/en/stable/reference/generated/chainer.links.NStepLSTM.html, of whose base weights are "i.i.d.
Gaussian samples, each of which has zero mean and deviation" by the inputs, which the code counts for each matrix;
https://mxnet.apache.org/versions/1.9.1/api/python/docs/api/gluon/rnn/index.html#mxnet.gluon.rnn.LSTM, `initialize` of
`Block`, which draws with `Uniform` unless it is told otherwise, "Default scale is 0.07", and `i2h_bias_initializer`.

Where the manual is silent, as of `equinox.nn.LSTMCell`, `mlx.nn.LSTM`, `tinygrad.nn.LSTMCell`, `brevitas.nn.QuantLSTM`
and `nnabla.parametric_functions.lstm`, it is what the constructor does, in a line or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import erf, exp, inf, pi, sqrt
from statistics import NormalDist
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from lstm_conformance.reference.weights import GATES, Array


class Uniform(NamedTuple):
    """All numbers are drawn by themselves, and evenly, from [-limit, limit]."""

    limit: float

    def within(self, sizes: Array) -> Array:
        """The share of numbers that are of no larger size than each of these."""
        return sizes / self.limit

    def reach(self, count: int, error: float) -> float:
        """The size that none of so many numbers exceeds, but with this chance: here, whatever it is."""
        del count, error
        return self.limit


class Normal(NamedTuple):
    """All numbers are drawn by themselves from a normal distribution around 0, and anew beyond `cut` deviations.

    deviation: that of the distribution before anything is cut off.
    """

    deviation: float
    cut: float = inf

    def within(self, sizes: Array) -> Array:
        """The share of numbers that are of no larger size than each of these."""
        shares = [erf(size / self.deviation / sqrt(2)) for size in np.ravel(sizes)]
        return np.reshape(shares, np.shape(sizes)) / erf(self.cut / sqrt(2))

    def reach(self, count: int, error: float) -> float:
        """The size that none of so many numbers exceeds, but with this chance at most."""
        if self.cut < inf:
            return self.cut * self.deviation
        return -NormalDist(0, self.deviation).inv_cdf(error / count / 2)


class Orthogonal(NamedTuple):
    """The shorter axis of the matrix holds vectors of length 1 that are orthogonal to each other.

    by_gate: whether that is so of the block of each gate, not of the blocks together.
    """

    by_gate: bool = False


class Constant(NamedTuple):
    """A number for each gate, i, f, g, o."""

    of_gates: tuple[float, ...]


Law = Uniform | Normal | Orthogonal | Constant


class Sizes(NamedTuple):
    """Of one layer in one direction: width of its input, H, P; and of the part: how many rows and columns it has."""

    input_size: int
    hidden_size: int
    output_size: int
    rows: int
    columns: int


CUT = 2.0
"""Of truncated normal distributions, wherever they are documented: in deviations of what is not cut."""

LEFT = sqrt(1 - 2 * CUT * exp(-(CUT**2) / 2) / sqrt(2 * pi) / erf(CUT / sqrt(2)))
"""The standard deviation of a standard normal distribution after the cut, 0.8796."""

LAWS: Mapping[str, Callable[[Sizes], Law]] = {
    "hidden_uniform": lambda sizes: Uniform(sizes.hidden_size**-0.5),
    "glorot_uniform": lambda sizes: Uniform((6 / (sizes.rows + sizes.columns)) ** 0.5),
    "glorot_uniform_by_gate": lambda sizes: Uniform((6 / (sizes.hidden_size + sizes.columns)) ** 0.5),
    "uniform_within_0.07": lambda _: Uniform(0.07),
    "joint_glorot_uniform": lambda sizes: Uniform(
        (6 / (sizes.input_size + sizes.output_size + len(GATES) * sizes.hidden_size)) ** 0.5
    ),
    "fan_in_normal": lambda sizes: Normal(sizes.columns**-0.5),
    "lecun_normal": lambda sizes: Normal(sizes.columns**-0.5 / LEFT, CUT),
    "fan_in_truncated_normal": lambda sizes: Normal(sizes.columns**-0.5, CUT),
    "joint_fan_in_truncated_normal": lambda sizes: Normal((sizes.input_size + sizes.output_size) ** -0.5, CUT),
    "orthogonal": lambda _: Orthogonal(),
    "orthogonal_by_gate": lambda _: Orthogonal(by_gate=True),
    "zeros": lambda _: Constant((0.0,) * len(GATES)),
    "ones": lambda _: Constant((1.0,) * len(GATES)),
    "unit_forget": lambda _: Constant(tuple(float(gate == "f") for gate in GATES)),
}
"""By the word that a contract says. A joint kernel is one matrix of inputs and hidden states.

`lecun_normal` has a variance of one by the number of inputs behind the cut, the others have it before.
"""

PARTS = ("kernel", "recurrent_kernel", "bias", "bias_0", "bias_1", "projection", "peepholes")
"""The parts of a cell, as `CellWeights` calls them; what is said of `bias` holds for each of which nothing is said."""

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

TF1_LAYER_NORM: Mapping[str, str] = MappingProxyType({name: word for name, word in TF1.items() if name != "bias"})
"""Its bias is drawn as well, of which no manual speaks."""

TINYGRAD: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("kernel", "recurrent_kernel"), "hidden_uniform"), "bias": "zeros"}
)

LINEN: Mapping[str, str] = MappingProxyType(
    {"kernel": "lecun_normal", "recurrent_kernel": "orthogonal_by_gate", "bias": "zeros"}
)

NNX_OPTIMIZED: Mapping[str, str] = MappingProxyType({**LINEN, "recurrent_kernel": "orthogonal"})

HAIKU: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("kernel", "recurrent_kernel"), "joint_fan_in_truncated_normal"), "bias": "zeros"}
)
"""The 1 of the forget gate is added in every step, and is not in the bias."""

SONNET: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("kernel", "recurrent_kernel"), "fan_in_truncated_normal"), "bias": "unit_forget"}
)

CHAINER: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("kernel", "recurrent_kernel"), "fan_in_normal"), "bias": "zeros"}
)

NNABLA: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(("kernel", "recurrent_kernel"), "glorot_uniform_by_gate"), "bias": "zeros"}
)

MXNET: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("kernel", "recurrent_kernel", "projection"), "uniform_within_0.07"),
        "bias_0": "unit_forget",
        "bias_1": "zeros",
    }
)
