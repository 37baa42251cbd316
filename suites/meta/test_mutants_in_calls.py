"""Wrong LSTMs that are right somewhere: in some layers, in some calls, or in their outputs but for what they leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.fixtures.hosting.requests import Record
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.lstm import Mask, Outputs, within_lengths
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, exactly
from lstm_conformance.suites.meta.numbers import cell_of, drawn, trajectory, worst

HARD = uniform("float64", rigorous=True)


class Called(NamedTuple):
    """A case, and which steps of its rows count."""

    cases: Cases
    mask: Mask | None = None


def called(
    time: int,
    batch: int,
    input_size: int,
    hidden_size: int,
    *,
    lengths: Sequence[int] = (),
    case: int = 0,
    **options: object,
) -> Called:
    """A layer of these sizes; with one bias for options that only Keras has."""
    biases = 1 if {"go_backwards", "return_sequences", "unroll"} & options.keys() else 2
    cases = drawn(time, batch, input_size, hidden_size, biases=biases, dtype="float64", **options)
    return Called(only(cases, case), within_lengths(time, np.array([lengths])) if lengths else None)


PLAIN = called(5, 3, 4, 6)
ROW = called(5, 1, 4, 6)
STEP = called(1, 3, 4, 6)
NO_STATE = called(5, 3, 4, 6, initial_state=False)
STACK = called(5, 3, 4, 6, num_layers=3)
BOTH = called(5, 3, 4, 6, bidirectional=True)
BOTH_IN_A_STACK = called(5, 3, 4, 6, bidirectional=True, num_layers=2)
PROJECTED = called(5, 3, 4, 6, proj_size=2)
BATCH_FIRST = called(5, 3, 4, 6, batch_first=True, num_layers=2)
EMPTY_ROW = called(5, 3, 4, 6, lengths=(5, 0, 3))
RAGGED = called(5, 3, 4, 6, lengths=(2, 5, 3), bidirectional=True)
HOLES = PLAIN._replace(mask=np.array([[0, 1, 1], [1, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0]], np.bool_)[:, None])
HOLES_IN_A_STACK = STACK._replace(mask=HOLES.mask)
BACKWARDS = called(5, 3, 4, 6, go_backwards=True)
LAST_ALONE = called(5, 3, 4, 6, return_sequences=False)

SHOWS: list[tuple[Called, Called, str]] = [
    (PLAIN, NO_STATE, "hidden_state_ignored cell_state_ignored initial_states_ignored initial_hidden_state_squashed"),
    (PLAIN, NO_STATE, "initial_cell_state_squashed initial_hidden_state_added_at_every_step"),
    (PLAIN, PROJECTED, "initial_states_exchanged hidden_state_given_twice final_states_exchanged"),
    (PLAIN, PROJECTED, "final_cell_state_is_the_hidden_state states_returned_cell_first"),
    (NO_STATE, PLAIN, "zero_state_not_cleared batch_and_time_exchanged"),
    (STACK, PLAIN, "initial_states_of_layers_reversed upper_layers_start_from_zeros final_states_of_layers_reversed"),
    (STACK, PLAIN, "upper_layers_start_from_the_first_state upper_layers_start_from_the_state_below"),
    (STACK, PLAIN, "final_hidden_state_of_the_first_layer final_states_of_the_last_layer"),
    (STACK, PLAIN, "inner_layers_return_their_last_output"),
    (BOTH, STACK, "initial_states_of_directions_exchanged backward_direction_starts_from_zeros"),
    (BOTH, STACK, "backward_direction_starts_where_forward_ends final_states_of_directions_exchanged"),
    (BOTH, STACK, "backward_final_state_from_the_last_place backward_direction_reads_forwards directions_averaged"),
    (BOTH, STACK, "backward_input_not_turned backward_outputs_not_turned_back backward_direction_off_by_one"),
    (BOTH, STACK, "backward_direction_turned_in_the_batch directions_exchanged_in_the_output directions_interleaved"),
    (BOTH, STACK, "backward_outputs_added"),
    (BOTH_IN_A_STACK, BOTH, "initial_states_direction_major final_states_direction_major"),
    (BATCH_FIRST, STACK, "initial_states_batch_first batch_first_input_reshaped batch_first_output_reshaped"),
    (called(9, 3, 4, 6), called(8, 3, 4, 6), "state_reset_every8_steps"),
    (called(33, 3, 4, 6), called(32, 3, 4, 6), "state_reset_every32_steps"),
    (called(17, 3, 4, 6), called(16, 3, 4, 6), "input_wraps_around_after16_steps"),
    (PLAIN, STEP, "input_of_the_previous_step input_of_the_next_step input_of_the_first_step outputs_one_step_early"),
    (PLAIN, STEP, "final_hidden_state_of_the_previous_step final_cell_state_of_the_previous_step"),
    (STEP, PLAIN, "single_step_without_recurrence"),
    (BACKWARDS, PLAIN, "go_backwards_ignored go_backwards_turned_back"),
    (called(5, 3, 4, 6, num_layers=4), called(5, 3, 4, 6, num_layers=3), "fourth_layer_like_the_third"),
    (LAST_ALONE, PLAIN, "first_output_alone output_before_the_last_alone"),
    (called(5, 3, 4, 6, unroll=True), PLAIN, "unrolled_without_states"),
    (RAGGED, BOTH, "lengths_ignored lengths_of_the_first_row mask_one_step_late mask_one_step_early states_not_frozen"),
    (RAGGED, BOTH, "cell_state_not_frozen output_repeated_behind_the_end final_state_from_the_last_place"),
    (RAGGED, BOTH, "reversed_over_the_padding reversed_one_step_too_long rows_sorted_and_not_put_back"),
    (RAGGED, BOTH, "rows_sorted_without_their_states"),
    (called(5, 1, 4, 6, lengths=(3,)), RAGGED, "length_of_a_single_row_ignored"),
    (called(5, 3, 4, 6, lengths=(1, 5, 3)), RAGGED, "rows_of_one_step_left_out"),
    (called(5, 3, 4, 6, lengths=(3, 3, 3)), RAGGED, "equal_lengths_taken_for_none"),
    (called(5, 3, 4, 6, lengths=(3, 5, 3)), RAGGED, "rows_found_again_by_their_lengths"),
    (EMPTY_ROW, RAGGED, "empty_rows_stepped empty_rows_end_in_zeros"),
    (HOLES, PLAIN, "mask_inverted holes_taken_for_an_end steps_counted_for_a_length mask_of_the_first_step"),
    (HOLES, PLAIN, "mask_of_the_next_step states_cleared_where_masked"),
    (HOLES, PLAIN, "zero_output_for_mask_ignored"),
    (HOLES_IN_A_STACK, HOLES, "mask_not_passed_on"),
    (PLAIN, ROW, "initial_states_of_the_first_row last_row_copied output_rows_rolled final_state_rows_rolled"),
    (PLAIN, ROW, "hidden_state_of_the_first_row_in_all_rows hidden_state_of_the_next_row"),
    (ROW, PLAIN, "single_row_transposed"),
    (PLAIN, called(5, 2, 4, 6), "last_row_of_an_odd_batch_not_stepped"),
    (called(2, 129, 3, 2), called(2, 128, 3, 2), "rows_behind_the128th_start_from_zeros"),
    (called(5, 3, 4, 9), called(5, 3, 4, 8), "units_behind_the_last_multiple_of8_without_tanh"),
    (called(2, 1, 3, 257), called(2, 1, 3, 256), "units_behind_the256th_not_fed_back"),
    (called(5, 3, 4, 1), PLAIN, "single_unit_broadcast"),
    (called(5, 3, 9, 6), PLAIN, "features_behind_the_last_multiple_of8_ignored last_of_odd_features_ignored"),
    (called(5, 3, 17, 6), called(5, 3, 15, 6), "features_behind_the_last_multiple_of16_ignored"),
    (called(3, 3, 4, 6), PLAIN, "axes_told_by_their_sizes"),
    (called(5, 3, 8, 2), PLAIN, "square_kernel_transposed"),
]
"""A layer in which they are wrong, one in which they are right, and their names."""

SHOWING = [(name, wrong, right) for wrong, right, names in SHOWS for name in names.split()]

EVERYWHERE = {
    *("final_cell_state_squashed", "first_step_skipped", "last_step_skipped", "last_step_computed_twice"),
    *("outputs_one_step_late", "outputs_before_the_update", "last_unit_not_fed_back", "last_element_zero"),
    "first_unit_never_written",
}
"""They are wrong in the simplest of layers."""

TWICE = (PLAIN, called(5, 3, 4, 6, case=1))

LATER = {
    "state_kept": (NO_STATE, NO_STATE),
    "state_kept_though_given": TWICE,
    "weights_of_the_first_call": TWICE,
    "biases_added_again_in_every_call": TWICE,
    "outputs_of_the_previous_call": TWICE,
    "every_second_call_halved": TWICE,
}
"""They are right in their first call, and wrong in the second."""

ARGUMENTS = {
    "input_cleared": (PLAIN, {"x"}),
    "input_left_reversed": (BOTH, {"x"}),
    "outputs_written_over_the_input": (called(5, 3, 6, 6), {"x"}),
    "initial_hidden_state_overwritten": (PLAIN, {"h_0"}),
    "initial_cell_state_overwritten": (PLAIN, {"c_0"}),
}
"""What the caller finds changed after a call."""

KEPT_WEIGHTS = {
    "biases_merged_in_place": {"bias_ih_l0", "bias_hh_l0"},
    "weights_decayed": {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"},
}
"""The weights that a call changes."""

SHOWN_WEIGHTS = {
    "second_bias_not_shown": {"bias_hh_l0"},
    "kernel_shown_transposed": {"weight_ih_l0"},
    "weights_shown_rounded": {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"},
    "weights_shown_in_float64": {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"},
}
"""The weights that are not shown as they are, or not at all."""

SHOWN_OUTPUTS = {
    "states_returned_first": PLAIN,
    "states_returned_batch_first": BATCH_FIRST,
    "states_of_a_single_layer_squeezed": PLAIN,
    "single_row_squeezed": ROW,
    "outputs_shown_in_float64": PLAIN,
}
"""Outputs whose order, shape or dtype is not the documented one."""

ALONE = {
    "states_frozen_by_multiplication",
    "zeros_behind_the_end",
    "initial_state_put_out_where_masked",
    "first_call_without_biases",
    "one_call_in_a_hundred_unfinished",
    "given_states_kept",
}
"""Each has a test of its own, or one in `test_mutants.py`."""

FAMILIES = {"states", "final_states", "time", "directions", "masks", "sizes", "calls"}


def outputs(lstm: LSTM, layer: Called) -> Outputs[Array]:
    """What a layer returns, in float64."""
    x, h_0, c_0 = layer.cases.inputs
    return lstm(layer.cases.weights, Call(x, h_0, c_0, layer.mask))


def built(name: str, layer: Called) -> LSTM:
    """A wrong LSTM that was not called yet."""
    return MUTANTS[name](layer.cases.configuration.layer, cell_of(layer.cases.configuration))


def is_right(found: Outputs[Array], layer: Called) -> bool:
    """Whether the outputs that the caller sees lie within the bound of the trajectory."""
    expected = trajectory(layer.cases, HARD, layer.mask)
    shown = slice(None if layer.cases.configuration.layer.return_sequences else -1, None)
    pairs = [(found.y[shown], expected.y[shown]), (found.h_n, expected.h_n), (found.c_n, expected.c_n)]
    return all(a.shape == b.shape and worst(a, b) <= 1 for a, b in pairs)


def test_every_mutant_is_found_here() -> None:
    """In one table, and in no other."""
    tables: list[Iterable[str]] = [EVERYWHERE, LATER, ARGUMENTS, KEPT_WEIGHTS, SHOWN_WEIGHTS, SHOWN_OUTPUTS, ALONE]
    listed = [name for name, _, _ in SHOWING] + [name for table in tables for name in table]

    assert sorted(listed) == sorted(name for name, each in MUTANTS.items() if family_of(each) in FAMILIES)


@pytest.mark.parametrize(("name", "wrong", "right"), SHOWING, ids=[each[0] for each in SHOWING])
def test_a_mistake_shows_where_it_is_made(name: str, wrong: Called, right: Called) -> None:
    """It is wrong by more than rounding in one layer, and right in another."""
    assert not is_right(outputs(built(name, wrong), wrong), wrong)
    assert is_right(outputs(built(name, right), right), right)


@pytest.mark.parametrize("name", sorted(EVERYWHERE))
def test_a_mistake_shows_everywhere(name: str) -> None:
    """It is wrong by more than rounding in a layer without any options."""
    assert not is_right(outputs(built(name, PLAIN), PLAIN), PLAIN)


@pytest.mark.parametrize(
    ("name", "layer"), [(name, wrong) for name, wrong, _ in SHOWING] + [(name, PLAIN) for name in sorted(EVERYWHERE)]
)
def test_a_mistake_fits_itself(name: str, layer: Called) -> None:
    """As a hypothesis, fed the outputs that it returned, it allows them where it is wrong."""
    found = outputs(built(name, layer), layer)
    observed = found.y if layer.cases.configuration.layer.return_sequences else None
    x = exactly(layer.cases.inputs.x, HARD)
    h_0, c_0 = (None if a is None else exactly(a, HARD) for a in layer.cases.inputs[1:])
    call = Call(x, h_0, c_0, layer.mask)

    expected = built(name, layer)(layer.cases.weights, call, observed)
    assert max(worst(a, b) for a, b in zip(found, expected, strict=True)) <= 1


@pytest.mark.parametrize("name", LATER)
def test_a_later_call_is_wrong(name: str) -> None:
    """The first call of a layer is right, the second one, with other numbers, is not."""
    first, second = LATER[name]
    lstm = built(name, first)

    assert is_right(outputs(lstm, first), first)
    assert not is_right(outputs(lstm, second), second)


def test_the_first_call_is_wrong() -> None:
    """And no later one."""
    lstm = built("first_call_without_biases", PLAIN)

    assert [is_right(outputs(lstm, PLAIN), PLAIN) for _ in range(4)] == [False, True, True, True]


def test_one_call_in_a_hundred_is_wrong() -> None:
    """Exactly one, whichever hundred it is."""
    lstm = built("one_call_in_a_hundred_unfinished", PLAIN)
    right = [is_right(outputs(lstm, PLAIN), PLAIN) for _ in range(200)]

    assert (right[:100].count(False), right[100:].count(False)) == (1, 1)


def test_states_that_were_given_once_are_given_again() -> None:
    """A call without states is right, until one with states was made."""
    lstm = built("given_states_kept", PLAIN)

    assert is_right(outputs(lstm, NO_STATE), NO_STATE)
    assert is_right(outputs(lstm, PLAIN), PLAIN)
    assert not is_right(outputs(lstm, NO_STATE), NO_STATE)


class Trace(NamedTuple):
    """What is seen of a layer from outside: its outputs, its weights after `load` and after the call, its inputs."""

    outputs: list[Array]
    weights: dict[str, Array]
    weights_after: dict[str, Array]
    inputs_after: dict[str, Array]


def trace(adapter: type[MutantAdapter], layer: Called) -> Trace:
    """Load, copy out, call, and look again, in float32."""
    layout, cases, asked = LAYOUTS["torch"], layer.cases, adapter()
    description = cases.configuration.layer
    lstm = asked.build(Record(cases.configuration.described), "float32", "eager")
    asked.load(lstm, {name: a[0] for name, a in narrow(layout.native_weights(description, cases.weights)).items()})
    weights = dict(asked.weights(lstm))
    inputs = {name: a[0] for name, a in narrow(layout.native_inputs(description, cases.inputs)._asdict()).items()}
    x, h_0, c_0 = (asked.tensor(a) for a in inputs.values())
    found = [a.copy() for a in asked.call(lstm, x, (h_0, c_0))]
    return Trace(found, weights, dict(asked.weights(lstm)), dict(zip(inputs, (x, h_0, c_0), strict=True)))


def narrow(arrays: Mapping[str, Array | None]) -> dict[str, Array]:
    """In float32; every array is there."""
    return {name: a.astype(np.float32) for name, a in arrays.items() if a is not None}


def changed(before: Mapping[str, Array], after: Mapping[str, Array]) -> set[str]:
    """The names of the arrays that are no longer what they were."""
    return {name for name, a in before.items() if name not in after or not _same(a, after[name])}


def _same(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_arguments_of_a_call_are_changed(name: str) -> None:
    """Those that are meant, and the outputs are right."""
    layer, names = ARGUMENTS[name]
    found, right = trace(ADAPTERS[name], layer), trace(MutantAdapter, layer)

    assert changed(right.inputs_after, found.inputs_after) == names
    assert all(map(_same, found.outputs, right.outputs))


@pytest.mark.parametrize("name", KEPT_WEIGHTS)
def test_the_weights_are_changed_by_a_call(name: str) -> None:
    """Those that are meant, and the outputs are right."""
    found, right = trace(ADAPTERS[name], PLAIN), trace(MutantAdapter, PLAIN)

    assert changed(right.weights, found.weights) == set()
    assert changed(found.weights, found.weights_after) == KEPT_WEIGHTS[name]
    assert all(map(_same, found.outputs, right.outputs))


@pytest.mark.parametrize("name", SHOWN_WEIGHTS)
def test_weights_are_not_shown_as_they_are(name: str) -> None:
    """Those that are meant, and the outputs are right."""
    found, right = trace(ADAPTERS[name], PLAIN), trace(MutantAdapter, PLAIN)

    assert changed(right.weights, found.weights) == SHOWN_WEIGHTS[name]
    assert all(map(_same, found.outputs, right.outputs))


@pytest.mark.parametrize("name", SHOWN_OUTPUTS)
def test_outputs_are_not_shown_as_documented(name: str) -> None:
    """Their numbers are right, and not their order, shape or dtype."""
    layer = SHOWN_OUTPUTS[name]
    found, right = trace(ADAPTERS[name], layer).outputs, trace(MutantAdapter, layer).outputs

    assert not all(map(_same, found, right))
    assert sorted(np.concatenate(found, None)) == sorted(np.concatenate(right, None))


def test_a_right_layer_leaves_everything_as_it_was() -> None:
    """The twin of the tests above: they can say that nothing is changed."""
    found, right = trace(ADAPTERS["summed_backwards"], PLAIN), trace(MutantAdapter, PLAIN)

    assert changed(right.weights, found.weights_after) == set()
    assert changed(right.inputs_after, found.inputs_after) == set()
