"""The wrong LSTMs: each is wrong by more than rounding, is one sentence, and fits itself and no other."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import Cases, only
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.lstm import Fill, Mask, Outputs, within_lengths
from lstm_conformance.reference.lstm import layer as layer_of
from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Rounded, exactly, stack
from lstm_conformance.reference.weights import Weights, mapped
from lstm_conformance.suites.meta.numbers import cell_of, drawn, worst
from lstm_conformance.suites.meta.tables import table

NUMPY = {"bfloat16": ml_dtypes.bfloat16} | {name: np.dtype(name) for name in ("float64", "float32", "float16")}
"""What NumPy computes in, by dtype."""

HOOKS = ("left_behind", "shown", "left_in_weights", "copied_out", "gradients")
"""The methods of those that are wrong elsewhere than in the outputs."""

ELSEWHERE = {
    "stateful",
    "dropout",
    "life_cycle",
    "products",
    "repeated_calls",
    "models",
    "threads",
    "memory",  # arrays that lie in order are read right
}
"""The families of those that are wrong only in what this file does not do."""

COMPUTING = {
    name: mutant
    for name, mutant in MUTANTS.items()
    if family_of(mutant) not in ELSEWHERE
    and all(getattr(mutant, hook, None) is getattr(LSTM, hook, None) for hook in HOOKS)
}
"""Those that return wrong outputs wherever they are asked; the others have tests of their own."""

ALL: dict[str, type[LSTM]] = {"right": LSTM, **MUTANTS, **BENIGN}

DTYPE = {name: mutant.dtypes[0] for name, mutant in COMPUTING.items()}
"""The dtype in which a layer is looked for where the mistake shows; the others are likely to show it there, too."""


RETURNS_NAN = {"states_frozen_by_multiplication"}
"""No hypothesis explains NaN."""


class Asked(NamedTuple):
    """A layer of 9 units, called for 5 steps of 3 rows of 6 numbers, but for what is said."""

    options: dict[str, object] = {}  # noqa: RUF012  # nobody changes it
    mask: Mask | None = None  # (T, B)
    fill: Fill = "zeros"
    calls: int = 2
    states_once: bool = False  # later calls are given none
    scale: float = 1.0  # of its input
    padding: float | None = None  # its input where a step does not count, if it is another


HOLES = np.array([[0, 1, 1], [1, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0]], np.bool_)

LAYERS = {
    "plain": Asked(),
    "ragged": Asked(mask=within_lengths(5, np.array([3, 0, 5]))),
    "equal lengths": Asked(mask=within_lengths(5, np.array([3, 5, 3]))),
    "one length": Asked(mask=within_lengths(5, np.array([3, 3, 3]))),
    "one short row": Asked({"batch": 1}, mask=within_lengths(5, np.array([3]))),
    "holes": Asked(mask=HOLES),
    "holes, repeated": Asked(mask=HOLES, fill="previous"),
    "NaN in holes": Asked(mask=HOLES, padding=np.nan),
    "holes in a stack": Asked({"num_layers": 2}, mask=HOLES),
    "both directions": Asked({"bidirectional": True}),
    "two projections": Asked({"bidirectional": True, "num_layers": 2, "proj_size": 4}),
    "stack": Asked({"num_layers": 3}),
    "four layers": Asked({"num_layers": 4}),
    "hard sigmoid": Asked({"recurrent_activation": "hard_sigmoid", "biases": 1}),
    "softsign": Asked({"activation": "softsign", "biases": 1}),
    "linear": Asked({"activation": "linear", "biases": 1}),
    "linear gates": Asked({"recurrent_activation": "linear", "biases": 1}),
    "relu, saturated": Asked({"activation": "relu", "regime": "saturated", "time": 3, "biases": 1}),
    "unrolled": Asked({"unroll": True, "biases": 1}),
    "square": Asked({"input_size": 9}),
    "square in time": Asked({"batch": 5, "initial_state": False}),
    "no bias": Asked({"bias": False}),
    "one bias": Asked({"biases": 1}),
    "peepholes": Asked({"use_peepholes": True}),
    "clip": Asked({"clip": 0.5}),
    "cell clip": Asked({"cell_clip": 0.25}),
    "projection clip": Asked({"proj_size": 4, "proj_clip": 0.125}),
    "coupled gates": Asked({"input_forget": True}),
    "forget bias": Asked({"forget_bias": 1.0}),
    "another forget bias": Asked({"forget_bias": 0.75}),
    "zero state": Asked({"initial_state": False}),
    "batch first": Asked({"batch_first": True, "num_layers": 2}),
    "backwards": Asked({"go_backwards": True, "biases": 1}),
    "last output": Asked({"return_sequences": False, "biases": 1}),
    "projection": Asked({"proj_size": 4}),
    "both directions, ragged": Asked({"bidirectional": True}, mask=within_lengths(5, np.array([3, 5, 1]))),
    "remembering": Asked({"regime": "remembering", "time": 12}),
    "a square kernel": Asked({"input_size": 36}),
    "lognormal": Asked({"regime": "lognormal"}),
    "forgetting": Asked({"regime": "forgetting"}),
    "states once": Asked(states_once=True),
    "small": Asked({"bias": False, "initial_state": False, "batch": 30}, scale=2.0**-7),
    "tiny": Asked({"bias": False, "initial_state": False}, scale=2.0**-83),
    "one step": Asked({"time": 1}),
    "one row": Asked({"batch": 1}),
    "one unit": Asked({"hidden_size": 1}, calls=20),
    "wide": Asked({"hidden_size": 257, "time": 2, "batch": 1}),
    "many features": Asked({"input_size": 17, "time": 2}),
    "many rows": Asked({"batch": 130, "time": 2, "hidden_size": 2}),
    "long": Asked({"time": 34, "batch": 1, "hidden_size": 2}),
}
"""Where mistakes show; the most telling ones first."""

CELLS = ("peepholes", "clip", "cell clip", "projection clip", "coupled gates", "forget bias")
"""Those with more in their equations."""

RIGHT = (
    "plain",
    "ragged",
    "holes",
    "holes, repeated",
    "stack",
    "two projections",
    "hard sigmoid",
    "softsign",
    "lognormal",
    "remembering",
    *CELLS,
)
"""Where right rewrites are tried."""

TOLD_APART = (
    "plain",
    "ragged",
    "holes",
    "holes, repeated",
    "square",
    "stack",
    "two projections",
    "zero state",
    "hard sigmoid",
    "unrolled",
    *CELLS,
)
"""Where no two mutants may compute the same without saying so."""

UNFIT = [
    ("input_and_forget_gate_exchanged", "plain"),
    ("recurrent_kernel_transposed", "ragged"),
    ("one_weight_zero", "plain"),
    ("directions_exchanged", "both directions"),
    ("recurrent_bias_missing", "plain"),
    ("sigmoid_from_table", "plain"),
    ("float16_cell_state", "plain"),
    ("kernel_off_by_millionth", "plain"),
    ("cell_state_clipped_after_output", "remembering"),
    ("projection_not_fed_back", "projection"),
    ("dropout_on_outputs_at_inference", "plain"),
    ("hard_sigmoid_of_keras2", "hard sigmoid"),
    ("output_peephole_of_the_old_cell_state", "peepholes"),
    ("proj_clip_before_the_projection", "projection clip"),
    ("input_forget_the_wrong_way_round", "coupled gates"),
    ("coupled_gates_exchanged", "coupled gates"),
]
"""Mutants of every kind, and a layer in which each shows."""

HARMLESS = {
    "kernels_exchanged": "plain",
    "kernel_transposed": "plain",
    "layers_exchanged": "plain",
    "recurrent_kernel_of_first_layer": "plain",
    "directions_exchanged": "stack",
    "backward_uses_forward_weights": "stack",
    "halves_of_input_exchanged": "both directions",
    "projection_reshaped": "both directions",
    "projection_of_first_cell": "projection",
    "recurrent_kernel_transposed": "projection",
    "biases_missing": "no bias",
    "biases_after_activation": "no bias",
    "recurrent_bias_missing": "one bias",
    "biases_of_other_direction": "plain",
    "projection_not_fed_back": "plain",
    "dropout_between_layers_at_inference": "both directions",
    "hard_sigmoid_of_keras2": "softsign",
    "activation_ignored": "hard sigmoid",
    "recurrent_activation_ignored": "softsign",
    "no_activation_taken_for_the_default": "softsign",
    "no_recurrent_activation_taken_for_the_default": "linear",
    "relu_clipped_at_six": "linear",
    "unrolled_without_last_step": "plain",
    "forget_bias_of_a_layer_without_biases": "plain",
    "peepholes_in_other_order": "plain",
    "forget_peephole_of_the_new_cell_state": "clip",
    "clip_from_above": "cell clip",
    "cell_clip_behind_the_output": "projection",
    "proj_clip_before_the_projection": "projection",
    "input_forget_the_wrong_way_round": "peepholes",
    "coupled_gates_exchanged": "peepholes",
    "forget_bias_twice": "plain",
    "forget_bias_whole": "forget bias",
}
"""A layer in which the mistake does not show."""


@cache
def cases_of(layer: str, dtype: str) -> Cases:
    """Two cases."""
    options: dict[str, Any] = {"time": 5, "batch": 3, "input_size": 6, "hidden_size": 9, "dtype": dtype}
    options |= LAYERS[layer].options
    sizes = [options.pop(size) for size in ("time", "batch", "input_size", "hidden_size")]
    cases = drawn(*sizes, **options)
    asked = LAYERS[layer]
    x = (cases.inputs.x * asked.scale).astype(cases.inputs.x.dtype)
    if asked.mask is not None and asked.padding is not None:
        x = np.where(asked.mask[:, None, :, None], x, asked.padding)
    return cases.varied("scaled", inputs=cases.inputs._replace(x=x))


@cache
def given(layer: str, dtype: str, number: int = 0) -> tuple[Weights, Call[Array]]:
    """Weights and arguments of a call in the dtype: those of both cases in turns."""
    asked, cases = LAYERS[layer], only(cases_of(layer, dtype), number % 2)
    x, *states = (a.astype(NUMPY[dtype]) for a in cases.inputs if a is not None)
    h_0, c_0 = states if states and not (number and asked.states_once) else (None, None)
    mask = None if asked.mask is None else asked.mask[:, None]
    return mapped(cases.weights, lambda a: a.astype(NUMPY[dtype])), Call(x, h_0, c_0, mask)


def made(mutant: str, layer: str, dtype: str) -> LSTM:
    """A layer as the configuration describes it."""
    configuration = cases_of(layer, dtype).configuration
    lstm = ALL[mutant](configuration.layer, cell_of(configuration))
    lstm.fill = LAYERS[layer].fill
    return lstm


def outputs_of(lstm: LSTM, layer: str, dtype: str, number: int = 0) -> Outputs[Array]:
    """What a layer that computes in the dtype returns, widened."""
    with np.errstate(all="ignore"):
        return Outputs(*(np.asarray(a, np.float64) for a in lstm(*given(layer, dtype, number))))


@cache
def first_outputs(mutant: str, layer: str, dtype: str) -> Outputs[Array]:
    """What the first call returns."""
    return outputs_of(made(mutant, layer, dtype), layer, dtype)


def expected(mutant: str, layer: str, dtype: str, observed: Array | None, number: int = 0) -> Outputs[Rounded]:
    """What the layer must return, fed the observed outputs, and the allowed error."""
    weights, call = given(layer, dtype, number)
    by = arithmetic_of(dtype)
    h_0, c_0 = (None if a is None else exactly(a, by) for a in (call.h_0, call.c_0))
    rounded = Call(exactly(call.x, by), h_0, c_0, call.mask)
    lstm, wide = made(mutant, layer, dtype), [[w.float64() for w in directions] for directions in weights]
    with np.errstate(all="ignore"):
        return by_the_reference(lstm, wide, rounded, observed) if mutant == "right" else lstm(wide, rounded, observed)


def by_the_reference(lstm: LSTM, weights: Weights, call: Call[Rounded], observed: Array | None) -> Outputs[Rounded]:
    """What `lstm.py` itself says: inner layers run free, the last is fed the observed outputs."""
    x, (h_0, c_0), h_n, c_n = call.x, lstm.initial_states(call), [], []
    for index, directions in enumerate(weights):
        seen = observed if index + 1 == len(weights) else None
        x, h, c = layer_of(
            lstm.cell, directions, x, h_0[index], c_0[index], observed=seen, mask=call.mask, fill=lstm.fill
        )
        h_n.append(h)
        c_n.append(c)
    return Outputs(x, stack(h_n), stack(c_n))


def misfit(seen: Outputs[Array], mutant: str, layer: str, dtype: str, number: int = 0) -> float:
    """The largest budget that the outputs use, if this is the layer that returned them."""
    whole = cases_of(layer, dtype).configuration.layer.return_sequences
    due = expected(mutant, layer, dtype, seen.y if whole else None, number)
    if not whole:
        seen, due = seen._replace(y=seen.y[-1:]), due._replace(y=due.y[-1:])
    return max(worst(a, b) for a, b in zip(seen, due, strict=True))


@cache
def where_it_shows(mutant: str, dtype: str) -> str | None:
    """A layer whose outputs a right LSTM cannot have returned; None if there is none."""
    likely = where_it_shows(mutant, DTYPE[mutant]) if dtype != DTYPE[mutant] else None
    layers = [likely, *LAYERS] if likely else list(LAYERS)
    return next((layer for layer in layers if shows(mutant, layer, dtype)), None)


def shows(mutant: str, layer: str, dtype: str) -> bool:
    """Whether the outputs of one of the first calls are not within the bound."""
    lstm = made(mutant, layer, dtype)
    outputs = ((number, outputs_of(lstm, layer, dtype, number)) for number in range(LAYERS[layer].calls))
    return any(not misfit(seen, "right", layer, dtype, number) <= 1 for number, seen in outputs)


def alike(layer: str) -> set[frozenset[str]]:
    """The pairs of mutants that are wrong in a layer of float64 and return the same, but for rounding."""
    bound = np.concatenate([a.bound.ravel() for a in expected("right", layer, "float64", None)])
    flat = {mutant: _flat(mutant, layer) for mutant in ("right", *COMPUTING)}
    wrong = [mutant for mutant in COMPUTING if not _same(flat[mutant], flat["right"], bound)]
    return {frozenset((a, b)) for a, b in combinations(wrong, 2) if _same(flat[a], flat[b], bound)}


def _flat(mutant: str, layer: str) -> Array:
    return np.concatenate([a.ravel() for a in first_outputs(mutant, layer, "float64")])


def _same(a: Array, b: Array, bound: Array) -> bool:
    return a.shape == b.shape and bool((np.abs(a - b) <= 2 * bound).all())


EVERY_DTYPE = [(name, dtype) for name, mutant in COMPUTING.items() for dtype in mutant.dtypes]


@pytest.mark.parametrize("dtype", NUMPY)
@pytest.mark.parametrize("rewrite", ["right", *BENIGN])
def test_right_lstms_are_right(rewrite: str, dtype: str) -> None:
    """However its terms are ordered and its activations computed, a right LSTM stays within the bound."""
    budgets = {layer: misfit(first_outputs(rewrite, layer, dtype), "right", layer, dtype) for layer in RIGHT}

    assert {layer: budget for layer, budget in budgets.items() if not budget <= 1} == {}


@pytest.mark.deep
@table(EVERY_DTYPE)
def test_mutants_are_wrong(mutant: str, dtype: str) -> None:
    """In every dtype that it lists, a mutant returns what a right LSTM cannot return."""
    assert where_it_shows(mutant, dtype) is not None


@table((name, mutant.dtypes[0]) for name, mutant in COMPUTING.items() if name not in RETURNS_NAN)
def test_mutants_fit_themselves(mutant: str, dtype: str) -> None:
    """As a hypothesis, with its own bound, a mutant explains its outputs where a right LSTM cannot."""
    fits_itself(mutant, dtype)


@pytest.mark.deep
@table(row for row in EVERY_DTYPE if row[0] not in RETURNS_NAN)
def test_mutants_fit_themselves_in_every_dtype(mutant: str, dtype: str) -> None:
    """Wherever it is wrong."""
    fits_itself(mutant, dtype)


def fits_itself(mutant: str, dtype: str) -> None:
    """Where it shows, which is somewhere."""
    layer = where_it_shows(mutant, dtype)

    assert layer is not None, f"{mutant} shows in none of the layers of this file in {dtype}: add one to LAYERS"
    assert misfit(first_outputs(mutant, layer, dtype), mutant, layer, dtype) <= 1


@pytest.mark.parametrize(("mutant", "layer"), UNFIT)
def test_mutants_do_not_fit_others(mutant: str, layer: str) -> None:
    """As a hypothesis, a mutant explains neither a right LSTM nor another mutant."""
    others = [first_outputs(other, layer, "float64") for other in ("right", "output_from_candidate")]

    assert not min(misfit(seen, mutant, layer, "float64") for seen in others) <= 1


@pytest.mark.parametrize("layer", TOLD_APART)
def test_mutants_differ_from_one_another(layer: str) -> None:
    """Two mutants that are wrong and return the same are declared equivalent."""
    declared = {frozenset((name, other)) for name, mutant in MUTANTS.items() for other in mutant.equivalents}

    assert sorted(map(sorted, alike(layer) - declared)) == []


@pytest.mark.parametrize(("mutant", "layer"), HARMLESS.items())
def test_mutants_are_right_where_their_mistake_does_not_show(mutant: str, layer: str) -> None:
    """What is wrong in an option, a layer or a direction that is not there changes nothing."""
    assert misfit(first_outputs(mutant, layer, "float32"), "right", layer, "float32") <= 1


def test_equivalents_are_mutual() -> None:
    """Whoever computes the same as another is named by it, too."""
    pairs = [(name, other) for name, mutant in MUTANTS.items() for other in mutant.equivalents]

    assert [pair for pair in pairs if pair[::-1] not in pairs] == []


def test_every_mutant_says_how_one_gets_there() -> None:
    """The first line of the docstring is a sentence."""
    first = {name: (mutant.__doc__ or "").split("\n")[0] for name, mutant in (MUTANTS | BENIGN).items()}

    assert {name: line for name, line in first.items() if not line.endswith(".") or len(line.split()) < 5} == {}


def test_no_two_mutants_say_the_same() -> None:
    """A sentence stands for one mutant."""
    said = Counter(mutant.__doc__ for mutant in (MUTANTS | BENIGN).values())

    assert [sentence for sentence, times in said.items() if times > 1] == []


def test_every_dtype_is_known() -> None:
    """A mutant lists dtypes in which it can be computed."""
    assert {dtype for mutant in MUTANTS.values() for dtype in mutant.dtypes} == set(NUMPY)
