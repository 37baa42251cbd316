"""Rules 23.13 to 23.15: right derivatives pass, wrong ones are caught, and what is no answer is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.cases.selected import training
from lstm_conformance.fixtures.cases.tangents import direction, rows_apart
from lstm_conformance.fixtures.hosting.client import AdapterError, Hosted, InProcess
from lstm_conformance.fixtures.hosting.wire import Arrays
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.meta import trainable
from lstm_conformance.suites.meta.asking import CASES, DEADLINE, batch, layer
from lstm_conformance.suites.meta.judging import CHECKS, subject_of
from lstm_conformance.suites.meta.test_training import request

RIGHT = "tangents_added_in_another_order"
RULES = {"jvp": "23.13", "hvp": "23.14", "per_sample": "23.15"}
LAYERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "stack": {"num_layers": 2, "bidirectional": True, "proj_size": 3},
    "rows first": {"batch_first": True, "initial_state": False, "dtype": "float64"},
}

WRONG = [name for name, each in MUTANTS.items() if family_of(each) == "derivatives"]
PADDED = ("T8-B2-I3-H5-zero_state-mask_right-hvp-float32-mild", "T8-B2-I3-H5-zero_state-mask_right-hvp-float64-mild")
SOMEWHERE = {
    "slopes_taken_for_constants_without_states": ("T8-B2-I3-H5-zero_state-hvp-float32-mild", *PADDED),
    "slopes_taken_for_constants_behind_lengths": PADDED,
    "hessian_truncated_behind_six_steps": (
        "T8-B2-I3-H5-zero_state-hvp-float32-mild",
        "T9-B17-I16-H33-hvp-float32-mild",
        *PADDED,
    ),
    "tangents_of_the_layer_below_ignored_in_float32": ("T8-B2-I3-H5-L2-zero_state-jvp-float32-mild",),
    "gradients_of_rows_in_full_chunks_alone": (
        "T2-B9-I3-H5-per_sample-float32-mild",
        "T2-B9-I3-H5-per_sample-float64-mild",
        "T9-B17-I16-H33-per_sample-float32-mild",
    ),
}
"""Right but in some layers: which of those that are asked show it."""


def cases_of(called: Configuration) -> Cases:
    """Two of them."""
    return draw(called, (0, 1), biases=2)


def outcome(name: str, kind: str, **options: Any) -> Outcome:
    """What the rule of a derivative says of the first case."""
    called = configuration(5, 3, 4, 7, derivative=kind, **options)
    return judge(CHECKS[RULES[kind]], subject_of(ADAPTERS[name]), cases_of(called))[0]


def verdict(name: str, called: Configuration) -> str:
    """What the rule of its derivative says of the first case."""
    return judge(CHECKS[RULES[called.derivative]], subject_of(ADAPTERS[name]), cases_of(called))[0].verdict


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("options", LAYERS.values(), ids=list(LAYERS))
def test_a_right_one_passes(kind: str, options: dict[str, Any]) -> None:
    """With room to spare."""
    found = outcome(RIGHT, kind, **options)

    assert (found.verdict, found.message) == ("pass", None)
    assert 0 < (found.budget or 0) < 0.8


def test_lengths_count_for_tangents() -> None:
    """What stands behind the end of a row moves nothing."""
    found = outcome(RIGHT, "jvp", mask="right", initial_state=False, bidirectional=True)

    assert (found.verdict, found.message) == ("pass", None)


def test_a_long_layer_is_followed_step_by_step() -> None:
    """The bound of its tangents is as narrow as that of a short one."""
    called = configuration(40, 2, 4, 7, derivative="jvp")
    (first, _) = judge(CHECKS["23.13"], subject_of(ADAPTERS[RIGHT]), cases_of(called))

    assert first.verdict == "pass"
    assert outcome("tangents_ten_thousandth_too_large", "jvp").verdict == "fail"
    (wrong, _) = judge(CHECKS["23.13"], subject_of(ADAPTERS["tangents_ten_thousandth_too_large"]), cases_of(called))
    assert wrong.verdict == "fail"


@pytest.mark.parametrize("wrong", [name for name in WRONG if name not in SOMEWHERE])
def test_a_wrong_one_is_caught_by_the_rule_that_speaks_of_it(wrong: str) -> None:
    """And its gradients are right."""
    found = {kind for kind in RULES if outcome(wrong, kind).verdict == "fail"}
    trained = configuration(5, 3, 4, 7, trained=True)

    assert found in ({"jvp"}, {"hvp"}, {"per_sample"}, {"jvp", "hvp"})
    assert judge(CHECKS["23.1"], subject_of(ADAPTERS[wrong]), cases_of(trained))[0].verdict == "pass"


@pytest.mark.parametrize("wrong", SOMEWHERE)
def test_what_is_wrong_somewhere_is_caught_there(wrong: str) -> None:
    """And is right elsewhere, so that no other layer could stand for those."""
    assert {str(called) for called in training.derived() if verdict(wrong, called) == "fail"} == set(SOMEWHERE[wrong])


@pytest.mark.parametrize("called", {name: None for of in SOMEWHERE.values() for name in of})
def test_a_right_one_passes_there(called: str) -> None:
    """Which the rules ask."""
    assert verdict(RIGHT, {str(each): each for each in training.derived()}[called]) == "pass"


@pytest.mark.parametrize("by", [np.nan, 0.0])
@pytest.mark.parametrize("kind", RULES)
def test_outputs_beside_a_derivative_are_judged(kind: str, by: float) -> None:
    """Also where they are no numbers, of which no derivative could be said to be wrong."""
    right = ADAPTERS[RIGHT]

    def spoiled(adapter: Any, *given: Any) -> Any:
        outputs, found = getattr(right, kind)(adapter, *given)
        return [by * a for a in outputs], found

    wrong = subject_of(type("Spoiled", (right,), {kind: spoiled}))
    (found,) = judge(CHECKS[RULES[kind]], wrong, draw(configuration(5, 3, 4, 7, derivative=kind), (0,), biases=2))

    assert found.verdict == "fail"


def test_outputs_of_recorded_calls_are_judged() -> None:
    """They are all that is seen where gradients that nothing depends on are 0."""
    right = ADAPTERS[RIGHT]

    def spoiled(adapter: Any, *given: Any) -> Any:
        outputs, back = right.recorded(adapter, *given)
        return [np.nan * a for a in outputs], back

    wrong = subject_of(type("Spoiled", (right,), {"recorded": spoiled}))
    (found,) = judge(CHECKS["23.12"], wrong, draw(configuration(5, 3, 4, 7, recorded=True), (0,), biases=2))

    assert found.verdict == "fail"


def test_a_direction_belongs_to_its_case() -> None:
    """It is the same alone and among others, and nothing in it is what it moves."""
    called = configuration(5, 3, 4, 7, derivative="jvp")
    both, alone = direction(cases_of(called)), direction(draw(called, (1,), biases=2))

    assert np.array_equal(both.inputs.x[:, 1], alone.inputs.x[:, 0])
    assert np.array_equal(both.weights[0][0].kernel[1], alone.weights[0][0].kernel[0])
    assert not np.any(both.inputs.x == cases_of(called).inputs.x)
    assert not np.any(both.inputs.x[:, 0] == both.inputs.x[:, 1])


def test_rows_apart_are_cases_of_one_row() -> None:
    """With the weights of their case, in the order of cases and rows."""
    called = configuration(5, 3, 4, 7, derivative="per_sample", mask="right")
    cases = cases_of(called)
    apart = rows_apart(cases)

    assert apart.inputs.x.shape == (5, 6, 1, 4)
    assert np.array_equal(apart.inputs.x[:, 4, 0], cases.inputs.x[:, 1, 1])
    assert np.array_equal(apart.states[1][:, :, 4, 0], cases.states[1][:, :, 1, 1])
    assert np.array_equal(apart.weights[0][0].kernel[4], cases.weights[0][0].kernel[1])
    assert apart.mask is not None
    assert cases.mask is not None
    assert np.array_equal(apart.mask[:, 4, 0], cases.mask[:, 1, 1])


def asked(kind: str) -> Arrays:
    """The arrays of a request for this derivative."""
    cotangents = {name: a for name, a in request().items() if name.startswith("cotangent/") and kind != "jvp"}
    tangents = {f"tangent/{name}": a for name, a in batch().items() if kind != "per_sample"}
    return batch() | cotangents | tangents


def derived(implementation: Any, kind: str, arrays: Arrays) -> Arrays:
    """The answer."""
    fields = {**layer(), "cases": CASES, "derivative": kind}
    answer: Arrays = implementation.request("gradients", fields, arrays, DEADLINE)[1]
    return answer


@pytest.mark.parametrize("kind", RULES)
def test_the_answer_is_the_same_in_a_host(kind: str) -> None:
    """Bit for bit, with outputs and what the derivative is of."""
    here = derived(InProcess(trainable.Deriving), kind, asked(kind))
    with Hosted(f"{trainable.__file__}:Deriving") as host:
        there = derived(host, kind, asked(kind))

    weights = {f"gradient/{name}" for name in batch() if name.startswith("weights/")}
    due = {
        "jvp": {f"tangent/{k}" for k in range(3)},
        "hvp": {f"gradient/{name}" for name in batch()},
        "per_sample": weights,
    }
    assert set(here) == {*(f"output/{k}" for k in range(3)), *due[kind]}
    assert {name: a.tobytes() for name, a in here.items()} == {name: a.tobytes() for name, a in there.items()}


@pytest.mark.parametrize(
    ("adapter", "kind", "sentence"),
    [
        ("Trainable", "jvp", "Trainable has no method `jvp`: expected `def jvp"),
        ("Deriving", "jacobian", "expected `derivative` to be one of jvp, hvp, per_sample, came 'jacobian'"),
        ("LosingTangents", "jvp", "LosingTangents.jvp must return outputs and as many tangents, came 3 and 1"),
        ("ProductsOfXAlone", "hvp", "ProductsOfXAlone.hvp must return the gradients ["),
        ("RowsOfInputs", "per_sample", "RowsOfInputs.per_sample must return the gradients ['weights/"),
    ],
)
def test_what_is_wrong_is_refused(adapter: str, kind: str, sentence: str) -> None:
    """In a request, and in what an adapter returns."""
    with pytest.raises(AdapterError) as caught:
        derived(InProcess(getattr(trainable, adapter)), kind, asked(kind))
    assert sentence in caught.value.message


def test_gradients_of_another_number_of_rows_are_wrong() -> None:
    """As those of the batch are, which have no axis of rows."""
    called = configuration(5, 3, 4, 7, derivative="per_sample")
    subject = subject_of(ADAPTERS[RIGHT])
    right = subject.implementation.request

    def summed(*given: Any) -> Any:
        header, arrays = right(*given)
        return header, {name: a.sum(1) if name.startswith("gradient/") else a for name, a in arrays.items()}

    wrong = replace(subject, implementation=_Answering(subject.implementation, summed))
    (found, _) = judge(CHECKS["23.15"], wrong, cases_of(called))

    assert (found.verdict, "gradients of 3 rows have other shapes" in (found.message or "")) == ("fail", True)


class _Answering:
    """An implementation that answers requests otherwise."""

    def __init__(self, implementation: Any, request: Any) -> None:
        self._implementation, self.request = implementation, request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._implementation, name)
