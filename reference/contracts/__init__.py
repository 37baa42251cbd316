"""What each framework's class promises: on invalid input, dropout and fresh weights, and how arguments are called.

How its arrays lie is a matter of its layout (`reference/layouts`), which frameworks with other promises may share.
Imports `reference`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from lstm_conformance.reference.contracts import arguments, dropout, exceptions, initial
from lstm_conformance.reference.contracts.base import Contract
from lstm_conformance.reference.contracts.own import LIKE, own
from lstm_conformance.reference.contracts.plain import PLAIN

TORCH_LSTM = Contract(
    name="torch.nn.LSTM",
    rejections=exceptions.TORCH,
    dropout=dropout.TORCH,
    arguments=arguments.TORCH,
    initial=initial.TORCH,
)

TORCH_CELL = Contract(
    name="torch.nn.LSTMCell",
    rejections=exceptions.TORCH_CELL,
    dropout=dropout.TORCH,
    arguments=arguments.TORCH_CELL,
    initial=initial.TORCH,
)
"""The cell itself has no dropout; who stacks cells, and drops between them, does what torch.nn.LSTM does."""

KERAS_LSTM = Contract(
    name="keras.layers.LSTM",
    rejections=exceptions.KERAS,
    dropout=dropout.KERAS,
    arguments=arguments.KERAS,
    initial=initial.KERAS,
)

KERAS_RNN = Contract(
    name="keras.layers.RNN",
    rejections=exceptions.KERAS_RNN,
    dropout=dropout.KERAS,
    arguments=arguments.KERAS,
    initial=initial.KERAS,
)
"""The cells are those of `keras.layers.LSTMCell`, whose initializers are the same."""

KERAS_BIDIRECTIONAL = Contract(
    name="keras.layers.Bidirectional",
    rejections=exceptions.KERAS_BIDIRECTIONAL,
    dropout=dropout.KERAS,
    arguments=arguments.KERAS_BIDIRECTIONAL,
    initial=initial.KERAS,
)
"""The wrapper, and the layers in it."""

TF1_CELL = Contract(name="tf.nn.rnn_cell.LSTMCell", rejections=exceptions.TF1, initial=initial.TF1, forget_bias=1.0)
"""Source: https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/rnn_cell/LSTMCell, `forget_bias`."""

TF1_LAYER_NORM = replace(TF1_CELL, name="tf.contrib.rnn.LayerNormBasicLSTMCell", initial=initial.TF1_LAYER_NORM)
"""Its class says the same but for its bias."""

HAIKU = Contract(name="haiku.LSTM", rejections=PLAIN, initial=initial.HAIKU, fixed_forget_bias=1.0)
"""Source: https://dm-haiku.readthedocs.io/en/latest/api.html#lstm, "we add 1.0 to b_f"; no argument says so."""

BLOCK_LSTM = Contract(name="tf.raw_ops.BlockLSTM", rejections=PLAIN, forget_bias=1.0)
"""Source: https://www.tensorflow.org/api_docs/python/tf/raw_ops/BlockLSTM, `forget_bias`."""

DYNET = Contract(name="dynet.VanillaLSTMBuilder", rejections=PLAIN, forget_bias=1.0)
"""Source: https://dynet.readthedocs.io/en/latest/python_ref.html#rnn-builders, `forget_bias`, and "b_f+1"."""

OF_FRESH_WEIGHTS = tuple(
    Contract(name=name, rejections=PLAIN, initial=words)
    for name, words in {
        "flax.linen.LSTMCell": initial.LINEN,
        "flax.linen.OptimizedLSTMCell": initial.LINEN,
        "flax.nnx.LSTMCell": initial.LINEN,
        "flax.nnx.OptimizedLSTMCell": initial.NNX_OPTIMIZED,
        "equinox.nn.LSTMCell": initial.TORCH,
        "jax.experimental.rnn.lstm_ref": initial.TORCH,
        "mlx.nn.LSTM": initial.TORCH,
        "paddle.nn.LSTM": initial.TORCH,
        "opacus.layers.DPLSTM": initial.TORCH,
        "brevitas.nn.QuantLSTM": initial.TORCH,
        "tinygrad.nn.LSTMCell": initial.TINYGRAD,
        "sonnet.LSTM": initial.SONNET,
        "sonnet.UnrolledLSTM": initial.SONNET,
        "chainer.links.NStepLSTM": initial.CHAINER,
        "nnabla.parametric_functions.lstm": initial.NNABLA,
        "mxnet.gluon.rnn.LSTM": initial.MXNET,
    }.items()
)
"""Those of which it is known how they begin, and little else."""

NO_PROMISES = Contract(name="plain", rejections=PLAIN)
"""That of an LSTM of which nobody has said anything."""

CONTRACTS: Mapping[str, Contract] = {
    contract.name: contract
    for contract in (
        TORCH_LSTM,
        TORCH_CELL,
        KERAS_LSTM,
        KERAS_RNN,
        KERAS_BIDIRECTIONAL,
        TF1_CELL,
        TF1_LAYER_NORM,
        BLOCK_LSTM,
        HAIKU,
        DYNET,
        *OF_FRESH_WEIGHTS,
        NO_PROMISES,
    )
}
"""By the name that an adapter declares."""

_OF_LAYOUTS: Mapping[str, Contract] = {
    "torch": TORCH_LSTM,
    "keras": KERAS_LSTM,
    "tf1": TF1_CELL,
    "tf1.coupled": TF1_CELL,
    "block": BLOCK_LSTM,
}
_OF_CLAIMS: Mapping[tuple[str, str], Contract] = {
    ("torch", "cell"): TORCH_CELL,
    ("keras", "bidirectional"): KERAS_BIDIRECTIONAL,
}
"""What those are held to that declare no contract: the class whose layout they have, and what they claim of it."""


def contract_of(layout: str, claims: Collection[str] = (), declared: str | Mapping[str, Any] = "") -> Contract:
    """The contract that an adapter declares, by name or by the fields of its own; or that of its layout and claims.

    Raises KeyError for a name that is unknown.
    """
    if isinstance(declared, str) and declared:
        return CONTRACTS[declared]
    if declared:
        return own(CONTRACTS[declared.get(LIKE, NO_PROMISES.name)], declared)
    of_claims = (contract for (of, claim), contract in _OF_CLAIMS.items() if of == layout and claim in claims)
    return next(of_claims, _OF_LAYOUTS.get(layout, NO_PROMISES))


def run_time_forget_bias(layout: str) -> float:
    """What the classes of a layout add to the forget gate in every step, unless they are told otherwise."""
    of_layout = {
        "tf1": TF1_CELL.forget_bias,
        "tf1.coupled": TF1_CELL.forget_bias,
        "block": BLOCK_LSTM.forget_bias,
        "haiku": HAIKU.fixed_forget_bias,
        "dynet": DYNET.forget_bias,
    }
    return of_layout.get(layout, 0.0)


__all__ = ["CONTRACTS", "Contract", "contract_of", "run_time_forget_bias"]
