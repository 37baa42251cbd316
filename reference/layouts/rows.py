"""The table of layouts that differ in names, axes and the order of gates only: one row a library.

Sources: https://flax.readthedocs.io/en/latest/api_reference/flax.linen/layers.html#flax.linen.LSTMCell,
https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/nn/recurrent.html,
https://dm-haiku.readthedocs.io/en/latest/api.html#lstm, https://docs.kidger.site/equinox/api/nn/rnn/,
https://ml-explore.github.io/mlx/build/html/python/nn/_autosummary/mlx.nn.LSTM.html,
https://dynet.readthedocs.io/en/latest/python_ref.html#rnn-builders,
https://sonnet.readthedocs.io/en/latest/api.html#lstm, https://github.com/Xilinx/brevitas/blob/master/src/brevitas/nn/quant_rnn.py
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Row(NamedTuple):
    """One layer, in one direction unless there are two prefixes.

    gates: the order of the blocks of the gates, g being the candidate.
    inputs, recurrent: the names of both matrices; one name for both where they lie in one array, [x; h].
    bias: the name of the only bias; empty where there is none.
    columns: whether the gates stand in columns, and matrices are (I, 4H) and (H, 4H); else they are (4H, I), (4H, H).
    by_gate: how gates are written, in the order of `gates`, where each has arrays of its own: `{}` stands for them.
    states: the order in which a call returns the last states.
    rows_first: whether inputs and outputs are (B, T, ·), whatever is asked.
    prefixes: what the names begin with: of a single direction, of the forward one, of the backward one.
    optional_bias: whether a layer may be without one.
    coupling: whether a layer with `input_forget` has no weights of the forget gate.
    renamed: the names that do not follow from the gates, by those that would; `if` is a keyword of Python.
    """

    gates: str
    inputs: str
    recurrent: str
    bias: str
    columns: bool = False
    by_gate: tuple[str, ...] = ()
    states: str = "hc"
    rows_first: bool = False
    prefixes: tuple[str, ...] = ("",)
    optional_bias: bool = False
    coupling: bool = False
    renamed: Mapping[str, str] = MappingProxyType({})

    def without(self, gate: str) -> Row:
        """The same without weights of this gate."""
        kept = [k for k, each in enumerate(self.gates) if each != gate]
        written = tuple(self.by_gate[k] for k in kept) if self.by_gate else ()
        return self._replace(gates="".join(self.gates[k] for k in kept), by_gate=written)


_FLAX = Row("ifgo", "i{}/kernel", "h{}/kernel", "h{}/bias", columns=True, by_gate=("i", "f", "g", "o"), states="ch")

ROWS = {
    "flax.linen": _FLAX._replace(prefixes=("cell/", "forward_rnn/cell/", "backward_rnn/cell/")),
    "flax.nnx": _FLAX._replace(renamed={"if/kernel": "if_/kernel"}),
    "flax.nnx.optimized": Row("ifgo", "dense_i/kernel", "dense_h/kernel", "dense_h/bias", columns=True, states="ch"),
    "haiku": Row("igfo", "lstm/linear/w", "lstm/linear/w", "lstm/linear/b", columns=True),
    "equinox": Row("ifgo", "weight_ih", "weight_hh", "bias", optional_bias=True),
    "sonnet": Row("ifgo", "w_i", "w_h", "b", columns=True),
    "brevitas": Row(
        "ifgo",
        "{}_gate_params.input_weight.weight",
        "{}_gate_params.hidden_weight.weight",
        "{}_gate_params.bias",
        by_gate=("input", "forget", "cell", "output"),
        prefixes=("layers.0.0.", "layers.0.0.", "layers.0.1."),
        optional_bias=True,
        coupling=True,
    ),
    "dynet": Row("ifog", "Wx", "Wh", "b"),
    "mlx": Row("ifgo", "Wx", "Wh", "bias", rows_first=True, optional_bias=True),
}
"""By the name of the layout. A forget bias that is added at run time is no weight: contracts have it."""
