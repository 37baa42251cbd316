"""The verb `gradients`, and chapter 19: who trains as he should passes, and who does not is caught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.cotangents import cotangents
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.client import AdapterError, Hosted, InProcess
from lstm_conformance.fixtures.hosting.wire import Arrays
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta import trainable
from lstm_conformance.suites.meta.asking import CASES, DEADLINE, HIDDEN_SIZE, B, T, batch, layer
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.judging import CHECKS, subject_of

PLAIN = configuration(5, 3, 4, 7, trained=True)
MASKED = configuration(5, 3, 4, 7, trained=True, mask="right")
STATEFUL = configuration(5, 3, 4, 7, trained=True, stateful=True, batch_size=3, initial_state=False)
ASKED = {"19.1": MASKED, "19.2": STATEFUL, "19.3": PLAIN, "19.4": MASKED}


def verdict(adapter: type[trainable.Trainable], rule: str, called: Configuration) -> tuple[str, str]:
    """The verdict on one case, and the message."""
    (outcome,) = judge(CHECKS[rule], subject_of(adapter), draw(called, (0,), biases=2))
    return outcome.verdict, outcome.message or ""


@pytest.mark.parametrize("rule", ASKED)
def test_who_trains_properly_passes(rule: str) -> None:
    """All rules of the chapter."""
    assert CHECKS[rule].where(ASKED[rule])
    assert verdict(trainable.Trainable, rule, ASKED[rule]) == ("pass", "")


@pytest.mark.parametrize(
    ("adapter", "rule", "expected"),
    [
        ("Seeing", "19.1", "gradient by x, with other numbers differs where it must be the same"),
        ("Leaking", "19.1", "gradient by x where no step counts differs where it must be the same"),
        ("Multiplying", "19.4", "gradient by x, with NaN differs where it must be the same"),
        ("Dropping", "19.3", "uses"),
        ("Exploding", "19.3", "gradients: those by x, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 are not"),
        ("Exploding", "19.2", "gradients: those by x"),
        ("Restarting", "19.2", "y uses"),
        ("Modifying", "19.2", "'gradients' raised RuntimeError: modified by an inplace operation"),
        ("OfAnotherShape", "19.3", "gradients have other shapes than what they are taken by: {'x': (5, 4)}"),
    ],
)
def test_who_does_not_is_caught(adapter: str, rule: str, expected: str) -> None:
    """By the rule that speaks of it."""
    found, message = verdict(getattr(trainable, adapter), rule, ASKED[rule])

    assert found in {"fail", "error"}
    assert expected in message


@pytest.mark.parametrize(("adapter", "rule"), [("Multiplying", "19.1"), ("Restarting", "19.3"), ("Leaking", "19.4")])
def test_rules_that_speak_of_something_else_stay_green(adapter: str, rule: str) -> None:
    """What is wrong with NaN is right with numbers, and the like."""
    assert verdict(getattr(trainable, adapter), rule, ASKED[rule]) == ("pass", "")


def request() -> Arrays:
    """The arrays of a step of training."""
    shapes = [(T, B, HIDDEN_SIZE), (1, B, HIDDEN_SIZE), (1, B, HIDDEN_SIZE)]
    return batch() | {f"cotangent/{k}": np.full((CASES, *shape), k + 1.0) for k, shape in enumerate(shapes)}


def trained(implementation: Any, arrays: Arrays, **fields: Any) -> Arrays:
    """The answer to a step of training, or to several."""
    asked = {**layer(), "cases": CASES, **fields}
    answer: Arrays = implementation.request("gradients", asked, arrays, DEADLINE)[1]
    return answer


def test_the_answer_has_outputs_and_a_gradient_for_everything() -> None:
    """In process and hosted alike, bit for bit."""
    sent = request()
    here = trained(InProcess(trainable.Trainable), sent)
    with Hosted(f"{trainable.__file__}:Trainable") as host:
        there = trained(host, sent)

    by = {f"gradient/{name}" for name in sent if not name.startswith("cotangent")}
    assert set(here) == {*by, "output/0", "output/1", "output/2"}
    assert {name: a.tobytes() for name, a in here.items()} == {name: a.tobytes() for name, a in there.items()}
    assert all(here[f"gradient/{name}"].shape == sent[name].shape for name in batch())


@pytest.mark.parametrize("steps", [1, 3])
def test_every_case_of_a_stateful_layer_starts_from_a_reset(steps: int) -> None:
    """And goes on from step to step: each is what it is alone."""
    sent = {name: a for name, a in request().items() if name not in {"h_0", "c_0"}}
    fields = {**layer(stateful=True), "steps": steps}

    together = trained(InProcess(trainable.Trainable), sent, **fields)["output/1"]
    alone = [
        trained(InProcess(trainable.Trainable), {name: a[k : k + 1] for name, a in sent.items()}, **fields, cases=1)
        for k in range(CASES)
    ]

    assert together.tobytes() == np.concatenate([each["output/1"] for each in alone]).tobytes()


def test_a_step_goes_on_where_the_last_one_ended() -> None:
    """So that the third of three differs from the first of one."""
    sent = {name: a for name, a in request().items() if name not in {"h_0", "c_0"}}
    one, three = (
        trained(InProcess(trainable.Trainable), sent, **layer(stateful=True), steps=steps)["output/1"]
        for steps in (1, 3)
    )

    assert not np.array_equal(one, three)


@pytest.mark.parametrize(
    ("adapter", "changes", "fields", "sentence"),
    [
        ("Trainable", {}, {"steps": 0}, "expected `steps` to be a whole number from 1, came 0"),
        ("Trainable", {}, {"steps": True}, "expected `steps` to be a whole number from 1, came True"),
        ("Trainable", {}, {"rate": 0.0}, "expected `rate` to be a number above 0, came 0.0"),
        ("Trainable", {}, {"rate": "1"}, "expected `rate` to be a number above 0, came '1'"),
        ("Trainable", {}, {"rate": 0.5}, "Trainable has no method `descended`"),
        ("Trainable", {"tangent/0": np.zeros((CASES, 1))}, {}, "weights/..., cotangent/...; came 'tangent/0'"),
        ("Trainable", {"cotangent/7": np.zeros((CASES, 1))}, {}, "expected arrays that are numbered from 0"),
        ("WithoutStates", {}, {}, "WithoutStates.gradients must return the gradients"),
        ("GradientsAlone", {}, {}, "GradientsAlone.gradients must return outputs and a dict of gradients, came dict"),
    ],
)
def test_what_is_wrong_is_refused(adapter: str, changes: Arrays, fields: dict[str, Any], sentence: str) -> None:
    """In a request, and in what an adapter returns."""
    with pytest.raises(AdapterError) as caught:
        trained(InProcess(getattr(trainable, adapter)), request() | changes, **fields)
    assert sentence in caught.value.message


def several() -> Arrays:
    """The arrays of two calls, the second with fewer steps."""
    weights = {name: a for name, a in request().items() if name.startswith("weights/")}
    given = {name: a for name, a in request().items() if name not in weights}
    shorter = {"x": given["x"][:, :1], "cotangent/0": given["cotangent/0"][:, :1]}
    numbered = {f"{index}/{name}": a for index, each in enumerate((given, given | shorter)) for name, a in each.items()}
    return weights | numbered


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_several_calls_have_ways_back_in_whatever_order(order: list[int]) -> None:
    """Each has outputs and gradients of its own, in its own shapes, as if it were alone."""
    answer = trained(InProcess(trainable.Recording), several(), ways_back=order)
    alone = trained(InProcess(trainable.Recording), request())

    assert {name: a.tobytes() for name, a in answer.items() if name.startswith("0/")} == {
        f"0/{name}": a.tobytes() for name, a in alone.items()
    }
    assert answer["1/gradient/x"].shape == several()["1/x"].shape


@pytest.mark.parametrize(
    ("adapter", "changes", "order", "sentence"),
    [
        ("Recording", {}, [0, 0], "expected `ways_back` to list the number of every call once, came [0, 0]"),
        ("Recording", {}, [False, True], "came [False, True]"),
        ("Recording", {}, "01", "came '01'"),
        ("Recording", {"2/x": np.zeros((CASES, 1))}, [0, 1], "expected arrays of 2 calls, came also ['2/x']"),
        ("Recording", {"1/tangent/0": np.zeros((CASES, 1))}, [0, 1], "cotangent/...; came 'tangent/0'"),
        ("Trainable", {}, [0, 1], "Trainable has no method `recorded`: expected `def recorded"),
        ("RecordingNothing", {}, [0, 1], "RecordingNothing.recorded must return outputs and a function, came tuple"),
        ("ForgettingWeights", {}, [0, 1], "the way back of ForgettingWeights.recorded must return the gradients ["),
        ("GoingNowhere", {}, [0, 1], "the way back of GoingNowhere.recorded must return a dict, came NoneType"),
    ],
)
def test_what_is_wrong_with_several_calls_is_refused(adapter: str, changes: Arrays, order: Any, sentence: str) -> None:
    """In a request, and in what an adapter returns."""
    with pytest.raises(AdapterError) as caught:
        trained(InProcess(getattr(trainable, adapter)), several() | changes, ways_back=order)
    assert sentence in caught.value.message


def test_an_adapter_without_gradients_says_what_is_missing() -> None:
    """With the signature that is expected."""
    with pytest.raises(AdapterError, match="NumpyLSTM has no method `gradients`: expected `def gradients"):
        trained(InProcess(NumpyLSTM), request())


def test_cotangents_belong_to_their_case() -> None:
    """They are the same alone and among others, differ from case to case, and have the shapes of the outputs."""
    layout = LAYOUTS["torch"]
    alone, together = (cotangents(draw(PLAIN, numbers, biases=2), layout) for numbers in ((1,), (0, 1)))

    assert [a.shape for a in alone] == [(1, 5, 3, 7), (1, 1, 3, 7), (1, 1, 3, 7)]
    assert [np.array_equal(a[0], b[1]) for a, b in zip(alone, together, strict=True)] == [True] * 3
    assert not np.array_equal(together[0][0], together[0][1])
