"""Chapter 23, and what it is made of: ∂z is shown, cotangents are parted, and each rule sees what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.cotangents import LARGE, SMALL, cotangents
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, budget, exactly
from lstm_conformance.suites.harness.judge import descent, way_back
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.meta import trainable
from lstm_conformance.suites.meta.judging import CHECKS, subject_of

RIGHT = "gradients_added_step_by_step"
PLAIN = configuration(5, 3, 4, 7, trained=True)
STACK = configuration(5, 3, 4, 7, trained=True, num_layers=2, bidirectional=True, proj_size=3)
MASKED = configuration(5, 3, 4, 7, trained=True, mask="sorted", bidirectional=True, batch_first=True)
PADDED = configuration(18, 16, 4, 7, trained=True, mask="right", initial_state=False)
LONG = configuration(18, 3, 4, 7, trained=True)
FLAGS = configuration(5, 1, 4, 7, trained=True, unbatched=True, bias=False, bidirectional=True, dtype="float64")
OPTIMIZED = configuration(5, 3, 4, 7, optimized=True, num_layers=2, bidirectional=True, mask="right")
EVALUATED = configuration(5, 3, 4, 7, optimized=True, evaluated=True)
RECORDED = configuration(5, 3, 4, 7, recorded=True, num_layers=2, mask="sorted")
RULES = [f"23.{k}" for k in range(1, 10)]
LAYERS = {"plain": PLAIN, "stack": STACK, "masked": MASKED, "flags": FLAGS, "long": LONG}


def cases_of(called: Configuration) -> Cases:
    """Two of them."""
    return draw(called, (0, 1), biases=2)


def asked(name: str) -> Subject:
    """One of the layers that carry their backward pass."""
    return subject_of(ADAPTERS[name])


def outcome(name: str, rule: str, called: Configuration) -> Outcome:
    """What is said of the first case."""
    return judge(CHECKS[rule], asked(name), cases_of(called))[0]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_right_way_back_passes(layer: str, rule: str) -> None:
    """Every rule that is about the layer, with room to spare."""
    called = LAYERS[layer]
    if CHECKS[rule].where(called):
        found = outcome(RIGHT, rule, called)
        assert (found.verdict, found.message) == ("pass", None)
        assert (found.budget or 0) < 0.8


@pytest.mark.parametrize(
    ("wrong", "rule", "called", "sentence"),
    [
        ("gradient_through_the_recurrent_kernel_missing", "23.1", PLAIN, "gradient by h_0 uses"),
        ("initial_state_gradients_of_the_layers_reversed", "23.1", STACK, "gradient by "),
        ("weight_gradients_averaged", "23.1", STACK, "of layer "),
        ("slope_at_the_old_cell_state", "23.2", PLAIN, "gradient by z uses"),
        ("cell_state_gradient_not_forgotten", "23.2", MASKED, "gradient by z uses"),
        ("initial_states_detached", "23.3", PLAIN, "gradient by h_0 uses"),
        ("kernel_gradient_off_by_a_hundred_thousandth", "23.4", PLAIN, "gradient by kernel uses"),
        ("recurrent_kernel_gradient_without_the_first_step", "23.4", PLAIN, "gradient by recurrent_kernel uses"),
        ("second_bias_detached", "23.4", PLAIN, "gradient by bias_1 uses"),
        ("final_cell_state_gradient_ignored", "23.5", PLAIN, " of c_n alone uses"),
        ("input_gradient_kept_from_zero", "23.6", PLAIN, "gradient by x of later steps differs"),
        ("gradients_accumulated", "23.7", PLAIN, "gradient by "),
        ("weights_moved_by_the_way_back", "23.7", PLAIN, "weight_ih_l0 differs where it must be the same"),
        ("input_cleared_by_the_way_back", "23.7", PLAIN, "x differs where it must be the same"),
        ("small_gradients_cut_off", "23.9", PLAIN, " of a small loss uses"),
        ("large_gradients_of_outputs_clipped", "23.9", STACK, " of a large loss uses"),
        ("last_output_taken_for_the_final_states", "23.9", PLAIN, " of last y uses"),
        ("equal_gradients_taken_for_a_mean", "23.9", PLAIN, " of sum of y uses"),
        ("final_states_go_back_sixteen_steps", "23.5", LONG, "gradient by z of "),
        ("final_states_go_back_sixteen_steps", "23.5", replace(LONG, batch=16), "gradient by z of "),
        ("last_output_taken_for_that_of_every_row", "23.9", PADDED, " of last y uses"),
        ("small_gradients_of_padded_rows_cut_off", "23.9", PADDED, " of a small loss uses"),
        ("kernel_gradient_off_by_a_hundred_thousandth", "23.8", LONG, "gradient by kernel uses"),
        ("bias_gradient_averaged", "23.8", STACK, "gradient by bias_0 of layer 1 forwards uses"),
    ],
)
def test_a_wrong_one_is_caught(wrong: str, rule: str, called: Configuration, sentence: str) -> None:
    """By the rule that speaks of it, which says which gradient it is."""
    found = outcome(wrong, rule, called)

    assert found.verdict == "fail"
    assert sentence in (found.message or "")


def test_a_right_record_of_every_call_passes() -> None:
    """Whatever was called since."""
    found = outcome(RIGHT, "23.12", RECORDED)

    assert (found.verdict, found.message) == ("pass", None)
    assert (found.budget or 0) < 0.8


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ("record_of_the_last_call", {"0 on way back 0", "0 on way back 2"}),
        ("records_taken_from_the_top", {"0 on way back 0", "2 on way back 2"}),
        ("records_taken_in_their_order", {"2 on way back 0", "0 on way back 2"}),
        ("initial_states_of_the_last_call", {"0 on way back 0", "0 on way back 2"}),
        ("lengths_of_the_last_call", {"0 on way back 0", "0 on way back 2"}),
    ],
)
def test_records_that_are_exchanged_are_caught(wrong: str, places: set[str]) -> None:
    """And they are right as long as each way back comes right after its call."""
    found = outcome(wrong, "23.12", RECORDED)

    assert found.verdict == "fail"
    assert any(f" of call {place} uses" in (found.message or "") for place in places)
    assert outcome(wrong, "23.1", replace(RECORDED, recorded=False, trained=True)).verdict == "pass"


def test_the_calls_before_the_first_way_back_have_nothing_in_common_but_the_weights() -> None:
    """Neither numbers nor, all of them, sizes; so no gradient is that of another call."""
    called = way_back.several(asked(RIGHT), cases_of(RECORDED))
    shapes = [each.inputs.x.shape for each in called]
    losses = [cotangents(each, LAYOUTS["torch"])[0] for each in called]

    assert shapes == [(5, 2, 3, 4), (3, 2, 2, 4), (5, 2, 3, 4)]
    assert len({each.key for each in called}) == len(called)
    assert not np.any(called[0].inputs.x == called[2].inputs.x)
    assert not np.any(losses[0] == losses[2])
    assert all(np.array_equal(each.weights[0][0].kernel, called[0].weights[0][0].kernel) for each in called)


def test_dropout_that_acts_in_evaluation_is_caught() -> None:
    """On the way back alone; where there is none to act, all is right."""
    called = configuration(5, 3, 4, 7, trained=True, evaluated=True, num_layers=2)
    dropping = replace(called, layer=replace(called.layer, dropout=0.5))
    found = {each: outcome("dropout_scales_the_way_back_in_evaluation", "23.11", each) for each in (called, dropping)}

    assert (found[called].verdict, found[dropping].verdict) == ("pass", "fail")
    assert "gradient by " in (found[dropping].message or "")


@pytest.mark.parametrize("called", [OPTIMIZED, EVALUATED])
def test_a_right_step_of_descent_passes(called: Configuration) -> None:
    """With room to spare."""
    found = outcome("slopes_from_the_gates", "23.10", called)

    assert (found.verdict, found.message) == ("pass", None)
    assert (found.budget or 0) < 0.8


def test_one_right_subtraction_uses_nothing_of_the_bound_of_its_step() -> None:
    """However near to half a digit it is rounded; two digits beside it are beyond it."""
    w, g = np.random.RandomState(0).standard_normal((2, 1000)).astype("float32")
    step = exactly(-g, arithmetic_of("float32").of_gradients)
    seen = w - g

    assert np.all(budget(seen, descent.rounded_once(w, step, seen)) == 0)
    beside = seen * np.float32(1 + 2.0**-22)
    assert np.all(budget(beside, descent.rounded_once(w, step, beside)) > 1)


def test_the_gate_is_that_of_the_axis() -> None:
    """Not one of the features, of which there are four, too."""
    found = outcome("steps_uphill", "23.10", replace(OPTIMIZED, layer=replace(OPTIMIZED.layer, hidden_size=8)))

    where = (found.detail or {})["worst"]["at"]
    assert all(type(place) is int for place in where.values())
    assert list(where)[:2] == ["gate", "unit"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("steps_uphill", "behind a step of layer "),
        ("rate_applied_twice", "behind a step of layer "),
        ("rate_ignored", "behind a step of layer "),
        ("weights_decay_in_the_step", "kernel behind a step of layer "),
        ("gradients_clipped_in_the_step", "behind a step of layer "),
        ("biases_not_stepped", "bias_0 behind a step of layer "),
        ("second_layer_not_stepped", "behind a step of layer 1 "),
        ("next_call_before_the_step", "of the call behind a step uses "),
    ],
)
def test_a_wrong_step_of_descent_is_caught(wrong: str, sentence: str) -> None:
    """And it is said which weight is elsewhere."""
    found = outcome(wrong, "23.10", OPTIMIZED)

    assert found.verdict == "fail"
    assert sentence in (found.message or "")


@pytest.mark.parametrize(("called", "verdict"), [(replace(EVALUATED, evaluated=False), "pass"), (EVALUATED, "fail")])
def test_weights_that_are_packed_for_inference_are_caught_in_evaluation_alone(
    called: Configuration, verdict: str
) -> None:
    """Where they were packed before the step, and are used behind it."""
    found = outcome("next_inference_before_the_step", "23.10", called)

    assert found.verdict == verdict
    assert verdict == "pass" or "of the call behind a step uses " in (found.message or "")


@pytest.mark.parametrize(("structure", "verdict"), [("predict_in_batches", "fail"), ("fit", "pass")])
def test_models_that_predict_are_asked_behind_the_step(structure: str, verdict: str) -> None:
    """Those that are run by the method that trains them are not, which would be traced anew."""
    alone: dict[str, object] = {"initial_state": False, "structure": structure}
    called = configuration(5, 3, 4, 7, optimized=True, evaluated=True, **alone)

    assert outcome("next_inference_before_the_step", "23.10", called).verdict == verdict
    assert outcome("slopes_from_the_gates", "23.10", called).verdict == "pass"


def normalizing(kind: type[MutantAdapter]) -> type[MutantAdapter]:
    """One that takes a step, and then makes another input of the one that it was given."""

    class Normalizing(kind):  # type: ignore[misc, valid-type]
        def descended(self, built: Any, x: Any, *given: Any) -> Any:
            outputs = super().descended(built, x, *given)
            x *= 1.5
            return outputs

    return Normalizing


def test_a_step_that_writes_to_its_input_is_caught() -> None:
    """Nothing but the weights may change."""
    subject = subject_of(normalizing(ADAPTERS["slopes_from_the_gates"]))

    found = judge(CHECKS["23.10"], subject, cases_of(OPTIMIZED))[0]

    assert found.verdict == "fail"
    assert "x differs where it must be the same" in (found.message or "")


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("kernel_gradient_off_by_a_hundred_thousandth", "23.2"),
        ("kernel_gradient_off_by_a_hundred_thousandth", "23.3"),
        ("initial_states_detached", "23.4"),
        ("slope_at_the_old_cell_state", "23.4"),
        ("weights_moved_by_the_way_back", "23.1"),
        ("gradients_accumulated", "23.4"),
    ],
)
def test_rules_that_speak_of_something_else_stay_green(wrong: str, rule: str) -> None:
    """A step back that is wrong is no wrong sum, and the other way round."""
    assert outcome(wrong, rule, PLAIN).verdict == "pass"


@pytest.mark.parametrize("layer", ["plain", "masked", "flags"])
def test_pre_activations_are_shown(layer: str) -> None:
    """Outputs and gradients are those without the features, but for rounding, and ∂z makes those by weights."""
    subject, cases = asked("slopes_from_the_gates"), cases_of(LAYERS[layer])
    plain, shown = subject.gradients(cases), subject.gradients(way_back.showing(cases))
    z, x = way_back.shown_by(shown, cases), cases.inputs.x
    size = 4 * cases.configuration.layer.hidden_size

    np.testing.assert_allclose(shown.outputs.y, plain.outputs.y, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(shown.inputs.x[..., : x.shape[-1]], plain.inputs.x, rtol=1e-4, atol=1e-5)
    by_kernel = subject.layout.canonical_weights(cases.configuration.layer, plain.weights)[0][0].kernel
    np.testing.assert_allclose(np.einsum("tnbz,tnbi->nzi", z[..., :size], x), by_kernel, rtol=1e-4, atol=1e-5)


def given(called: Configuration, layout: str, into: str = "") -> Outputs[Array]:
    """Cotangents, canonical."""
    cases = draw(called, (0, 1), biases=LAYOUTS[layout].biases)
    native = cotangents(cases, LAYOUTS[layout], into)
    return LAYOUTS[layout].canonical_outputs(called.layer, native, unbatched=called.unbatched)


@pytest.mark.parametrize(
    ("layer", "layout"), [("plain", "torch"), ("masked", "torch"), ("flags", "torch"), ("plain", "keras")]
)
def test_cotangents_are_parted(layer: str, layout: str) -> None:
    """A loss of one output has its numbers, and zeros for the others."""
    whole = given(LAYERS[layer], layout)
    for name in Outputs._fields:
        part = given(LAYERS[layer], layout, name)
        for other in Outputs._fields:
            assert np.array_equal(getattr(part, other), getattr(whole, other) * (other == name))

    for into, kept, others in (("first y", slice(1), slice(1, None)), ("last y", slice(-1, None), slice(-1))):
        part = given(LAYERS[layer], layout, into)
        assert np.array_equal(part.y[kept], whole.y[kept])
        assert not part.y[others].any()
        assert not part.h_n.any()


@pytest.mark.parametrize("layout", ["torch", "keras"])
def test_losses_are_scaled_without_rounding(layout: str) -> None:
    """A large and a small one are the whole one, times a power of two; a sum has ones for y, and nothing else."""
    whole, large, small, ones = (given(PLAIN, layout, into) for into in ("", "large", "small", "sum of y"))

    for a, more, less in zip(whole, large, small, strict=True):
        assert np.array_equal(a * LARGE, more)
        assert np.array_equal(a * SMALL, less)
    assert np.all(ones.y == 1)
    assert not ones.h_n.any()
    assert not ones.c_n.any()


def test_a_layer_whose_states_are_hidden_is_asked_for_its_output_alone() -> None:
    """Nothing is given for what it does not return."""
    hidden = replace(PLAIN, layer=replace(PLAIN.layer, return_state=False))

    assert not CHECKS["23.5"].where(hidden)
    assert given(hidden, "keras").h_n.shape[0] == 0


RIGHT_ADAPTER: type[Adapter] = ADAPTERS[RIGHT]


class CotangentsAsTheyLie(RIGHT_ADAPTER):  # type: ignore[misc, valid-type]
    """Reads cotangents in the order of the memory, as a kernel does that takes them for contiguous."""

    def gradients(self, built: Any, x: Any, states: Any, cotangents: list[Any], valid: Any = None) -> Any:
        """Right, unless they are strided."""
        return super().gradients(built, x, states, [a.ravel("K").reshape(a.shape) for a in cotangents], valid)


@pytest.mark.parametrize(("strided", "verdict"), [(False, "pass"), (True, "fail")])
def test_cotangents_lie_in_memory_as_inputs_do(strided: bool, verdict: str) -> None:
    """Where inputs are strided, they are, too."""
    cases = draw(replace(PLAIN, strided=strided), range(4), biases=2)

    verdicts = {each.verdict for each in judge(CHECKS["23.8"], subject_of(CotangentsAsTheyLie), cases)}

    assert verdicts == {"pass"} if verdict == "pass" else verdict in verdicts


def test_gradients_that_are_none_are_caught() -> None:
    """Of an adapter that returns something in their shape."""
    subject = subject_of(trainable.Trainable)

    assert all(judge(CHECKS[rule], subject, cases_of(PLAIN))[0].verdict == "fail" for rule in ("23.1", "23.2", "23.4"))


@pytest.mark.parametrize("observe", [True, False])
def test_what_is_behind_the_way_back_is_shown_where_it_is_asked_for(*, observe: bool) -> None:
    """Inputs and weights, each under its name."""
    implementation = InProcess(ADAPTERS[RIGHT])
    subject = Subject(implementation, implementation.hello(), "eager")
    trained = subject.gradients(cases_of(PLAIN), observe=observe)

    assert set(trained.after) == (set(trained.before) if observe else set())
