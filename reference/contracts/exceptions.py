"""The kinds of exception that frameworks give for a mistake; a mistake that is not listed is none there.

The kinds are declared from manuals and sources, never from what an implementation was seen to do.
A kind includes its subclasses. Where several stand, neither manual nor source prefers one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

Kinds = tuple[str, ...]


class Rejections(NamedTuple):
    """What becomes of invalid input (`fixtures/cases/invalid_inputs.py` names it) in a call and in the constructor.

    Input that is listed without a kind is invalid, and no kind of exception is promised.
    `weights`: what comes of weights of which one is missing, unknown or of another shape.
    `undocumented`: the calls of which neither manual nor source says whether they are a mistake.
    """

    calls: Mapping[str, Kinds] = MappingProxyType({})
    constructor: Mapping[str, Kinds] = MappingProxyType({})
    weights: Kinds = ()
    undocumented: tuple[str, ...] = ()


_VALUE: Kinds = ("ValueError",)
_RUNTIME: Kinds = ("RuntimeError",)
_TYPE: Kinds = ("TypeError",)

TORCH = Rejections(
    calls={
        # RNNBase.check_input and LSTM.forward
        "x_of_rank_1": _VALUE,
        "x_of_rank_4": _VALUE,
        "x_too_wide": _RUNTIME,
        "x_of_one_feature": _RUNTIME,
        "x_of_whole_numbers": _VALUE,
        "x_of_other_dtype": _VALUE,
        # LSTM.forward and RNNBase.check_hidden_size
        "h_0_too_wide": _RUNTIME,
        "c_0_too_wide": _RUNTIME,
        "h_0_of_one_unit": _RUNTIME,
        "c_0_of_one_unit": _RUNTIME,
        "h_0_of_more_rows": _RUNTIME,
        "c_0_of_more_rows": _RUNTIME,
        "h_0_of_one_row": _RUNTIME,
        "c_0_of_one_row": _RUNTIME,
        "states_without_rows": _RUNTIME,
        "states_of_higher_rank": _RUNTIME,
        "states_of_one_layer": _RUNTIME,
        "states_of_more_layers": _RUNTIME,
        # "Inputs: input, (h_0, c_0)"; nothing says which kind answers another type than a tuple
        "states_in_one_tensor": _TYPE + _RUNTIME,
        # not checked by the layer itself: the kinds that it uses for the dtype of x, and for states
        "h_0_of_other_dtype": _VALUE + _RUNTIME,
        "c_0_of_other_dtype": _VALUE + _RUNTIME,
        # at::native, "Expected sequence length to be larger than 0 in RNN"
        "no_steps": _RUNTIME,
        # pack_padded_sequence: "Length of all samples has to be greater than 0"; "list of sequence lengths of each
        # batch element", and "Expected `len(lengths)` to be equal to batch_size"; T is "the length of the longest
        # sequence"
        "length_of_zero": _RUNTIME,
        "length_negative": _RUNTIME,
        "length_too_long": _RUNTIME,
        "lengths_of_fewer_rows": _RUNTIME,
        "unsorted_lengths_of_fewer_rows": _RUNTIME,
        "lengths_of_more_rows": _RUNTIME,
    },
    constructor={
        # RNNBase.__init__
        "input_size_zero": _VALUE,
        "input_size_negative": _VALUE,
        "hidden_size_zero": _VALUE,
        "hidden_size_negative": _VALUE,
        "num_layers_zero": _VALUE,
        "num_layers_negative": _VALUE,
        "proj_size_negative": _VALUE,
        "proj_size_too_large": _VALUE,
        "dropout_above_one": _VALUE,
        "dropout_negative": _VALUE,
        "dropout_bool": _VALUE,
        "input_size_float": _TYPE,
        "hidden_size_float": _TYPE,
        "hidden_size_text": _TYPE,
        "num_layers_float": _TYPE,
        "proj_size_float": _TYPE,
        "bias_text": _TYPE,
        "batch_first_text": _TYPE,
        "bidirectional_text": _TYPE,
    },
    # torch.nn.Module.load_state_dict: "RuntimeError"
    weights=_RUNTIME,
    undocumented=("no_rows",),
)
"""Source: torch/nn/modules/rnn.py, torch/nn/utils/rnn.py, aten/src/ATen/native/PackedSequence.cpp, https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html."""

TORCH_CELL = Rejections(
    calls={
        # LSTMCell.forward, "Expected input to be 1D or 2D"
        "x_of_rank_1": _VALUE,
        "x_of_rank_4": _VALUE,
        # at::native, check_rnn_cell_forward_input and check_rnn_cell_forward_hidden
        "x_too_wide": _RUNTIME,
        "x_of_one_feature": _RUNTIME,
        "h_0_too_wide": _RUNTIME,
        "c_0_too_wide": _RUNTIME,
        "h_0_of_one_unit": _RUNTIME,
        "c_0_of_one_unit": _RUNTIME,
        "h_0_of_more_rows": _RUNTIME,
        "c_0_of_more_rows": _RUNTIME,
        "h_0_of_one_row": _RUNTIME,
        "c_0_of_one_row": _RUNTIME,
        # LSTMCell.forward, "Expected hx[{idx}] to be 1D or 2D"
        "states_of_higher_rank": _VALUE,
        # "h_0 of shape (batch, hidden_size) or (hidden_size)", as the input: not checked by the cell itself, the kinds
        # that it uses for ranks, and for sizes
        "states_without_rows": _VALUE + _RUNTIME,
        "x_without_rows": _VALUE + _RUNTIME,
        "x_and_h_0_without_rows": _VALUE + _RUNTIME,
        # "Inputs: input, (h_0, c_0)"; nothing says which kind answers another type than a tuple
        "states_in_one_tensor": _TYPE + _RUNTIME,
        "x_without_rows_and_states_in_one_tensor": _VALUE + _TYPE + _RUNTIME,
    },
    constructor={
        # "input_size: int, hidden_size: int"
        "input_size_float": _TYPE,
        "hidden_size_float": _TYPE,
        "hidden_size_text": _TYPE,
    },
    # torch.nn.Module.load_state_dict: "RuntimeError"
    weights=_RUNTIME,
)
"""Source: LSTMCell in torch/nn/modules/rnn.py, aten/src/ATen/native/RNN.cpp, https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html.

Of dtypes, of sizes from 0 down, and of a `bias` that is no bool, neither manual nor source says anything.
"""

KERAS = Rejections(
    calls={
        # the layer's InputSpec(ndim=3)
        "x_of_rank_1": _VALUE,
        "x_of_rank_2": _VALUE,
        "x_of_rank_4": _VALUE,
        # "inputs: A 3D tensor, with shape (batch, timesteps, feature)"; "initial_state: List of initial state tensors"
        "x_too_wide": _VALUE,
        "x_of_one_feature": _VALUE,
        "h_0_too_wide": _VALUE,
        "c_0_too_wide": _VALUE,
        "h_0_of_one_unit": _VALUE,
        "c_0_of_one_unit": _VALUE,
        "h_0_of_more_rows": _VALUE,
        "c_0_of_more_rows": _VALUE,
        "h_0_of_one_row": _VALUE,
        "c_0_of_one_row": _VALUE,
        "states_without_rows": _VALUE,
        "states_of_higher_rank": _VALUE,
        "no_steps": _VALUE,
        # "mask: Binary tensor of shape (samples, timesteps)"
        "mask_too_short": _VALUE,
        "mask_too_long": _VALUE,
        "mask_of_fewer_rows": _VALUE,
        "mask_of_one_row": _VALUE,
        "mask_of_one_step": _VALUE,
        "mask_of_rank_1": _VALUE,
        # "If an RNN is stateful, the batch size of the input sequences must be the same"
        "more_rows_than_kept": _VALUE,
        "fewer_rows_than_kept": _VALUE,
    },
    constructor={
        # "units: Positive integer", "dropout: Float between 0 and 1"
        "hidden_size_zero": _VALUE,
        "hidden_size_negative": _VALUE,
        "dropout_above_one": _VALUE,
        "dropout_negative": _VALUE,
        "hidden_size_float": _VALUE + _TYPE,
        "hidden_size_text": _VALUE + _TYPE,
        # keras.activations.get
        "activation_unknown": _VALUE,
    },
    # set_weights in Keras 2: "ValueError"
    weights=_VALUE,
    undocumented=(
        "no_rows",
        "x_of_whole_numbers",
        "x_of_other_dtype",
        "h_0_of_other_dtype",
        "c_0_of_other_dtype",
        "mask_of_whole_numbers",
        "mask_of_rank_3",
    ),
)
"""Source: https://keras.io/api/layers/recurrent_layers/lstm/; ValueError is what Keras raises for wrong arguments.

Other dtypes are not known to be a mistake there: Keras converts some of what it is given.
"""

KERAS_BIDIRECTIONAL = KERAS._replace(
    constructor={
        **KERAS.constructor,
        # `merge_mode` and `backward_layer`: "A ValueError will be raised if these requirements are not met"
        "merge_mode_unknown": _VALUE,
        "backward_layer_of_last_output": _VALUE,
        "backward_layer_without_states": _VALUE,
        "backward_layer_that_keeps_states": _VALUE,
        "backward_layer_in_same_direction": _VALUE,
    }
)
"""Source: https://keras.io/api/layers/recurrent_layers/bidirectional/."""

KERAS_RNN = Rejections(weights=KERAS.weights)
"""Source: https://keras.io/api/layers/recurrent_layers/rnn/, which takes any cell, and names no mistake of a caller."""

_SHAPE: Kinds = ("ValueError", "InvalidArgumentError")

TF1 = Rejections(
    calls={
        # _best_effort_input_batch_size in rnn.py, and InputSpec(ndim=2) of the cell
        "x_of_rank_1": _VALUE,
        "x_of_rank_4": _VALUE,
        # not checked by the cell: tf.matmul and tf.concat, in the graph or as they are run
        "x_too_wide": _SHAPE,
        "x_of_one_feature": _SHAPE,
        "h_0_too_wide": _SHAPE,
        "c_0_too_wide": _SHAPE,
        # "initial_state: ... a tuple of tensors having shapes [batch_size, s] for s in cell.state_size"
        "h_0_of_one_unit": _SHAPE,
        "c_0_of_one_unit": _SHAPE,
        "h_0_of_more_rows": _SHAPE,
        "c_0_of_more_rows": _SHAPE,
        "h_0_of_one_row": _SHAPE,
        "c_0_of_one_row": _SHAPE,
        # "sequence_length: (optional) An int32/int64 vector sized [batch_size]"; _assert_has_shape in rnn.py
        "lengths_of_fewer_rows": _SHAPE,
        "unsorted_lengths_of_fewer_rows": _SHAPE,
        "lengths_of_more_rows": _SHAPE,
    },
    undocumented=("no_rows",),
)
"""Source: tensorflow/python/ops/rnn.py, rnn_cell_impl.py, https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/dynamic_rnn.

TensorFlow gives ValueError for shapes while a graph is made, and InvalidArgumentError where operations are run
(https://www.tensorflow.org/api_docs/python/tf/errors/InvalidArgumentError).
Of lengths that are negative, or longer than the sequence, the manual says nothing.
"""
