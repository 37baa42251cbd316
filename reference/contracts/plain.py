"""What is invalid for every LSTM, whoever wrote it: what a class without a manual can be held to, once it says how.

No kind of exception is promised here: an author adds those of the class (`reference/contracts/own.py`).
Left out is what an LSTM may well mean: other dtypes, that it converts; no steps, no rows, 0 features, that it computes;
texts and whole numbers for a bool.
"""

from __future__ import annotations

from lstm_conformance.reference.contracts.exceptions import Rejections

CALLS = (
    "x_of_rank_1",
    "x_of_rank_4",
    "x_too_wide",
    "x_of_one_feature",
    "h_0_too_wide",
    "c_0_too_wide",
    "h_0_of_one_unit",
    "c_0_of_one_unit",
    "h_0_of_more_rows",
    "c_0_of_more_rows",
    "h_0_of_one_row",
    "c_0_of_one_row",
    "states_without_rows",
    "states_of_higher_rank",
    "states_of_one_layer",
    "states_of_more_layers",
    "x_without_rows",
    "x_and_h_0_without_rows",
    "length_negative",
    "length_too_long",
    "lengths_of_fewer_rows",
    "unsorted_lengths_of_fewer_rows",
    "lengths_of_more_rows",
    "mask_too_short",
    "mask_too_long",
    "mask_of_fewer_rows",
    "mask_of_one_row",
    "mask_of_one_step",
    "mask_of_rank_1",
    "more_rows_than_kept",
    "fewer_rows_than_kept",
)

CONSTRUCTOR = (
    "input_size_negative",
    "hidden_size_zero",
    "hidden_size_negative",
    "hidden_size_text",
    "num_layers_negative",
    "proj_size_negative",
    "dropout_above_one",
    "dropout_negative",
    "merge_mode_unknown",
    "activation_unknown",
)

UNDOCUMENTED = (
    "no_rows",
    "no_steps",
    "states_in_one_tensor",
    "x_of_whole_numbers",
    "x_of_other_dtype",
    "h_0_of_other_dtype",
    "c_0_of_other_dtype",
    "length_of_zero",
    "mask_of_whole_numbers",
    "mask_of_rank_3",
)

PLAIN = Rejections(dict.fromkeys(CALLS, ()), dict.fromkeys(CONSTRUCTOR, ()), (), UNDOCUMENTED)
