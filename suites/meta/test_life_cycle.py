"""Chapter 22: who keeps everything on a round trip passes, and who loses something is caught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.round_trips import (
    OF_BOTH,
    OF_MODELS,
    OF_MODULES,
    OF_OLDER_MODELS,
    REFUSED,
    ROUND_TRIPS,
)
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import AdapterError, InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.keras.round_trips import KerasRoundTrips
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS
from lstm_conformance.fixtures.implementations.round_trips import RoundTrips
from lstm_conformance.fixtures.implementations.torch.round_trips import TorchRoundTrips
from lstm_conformance.reference.contracts import contract_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import RED
from lstm_conformance.suites import test_22_life_cycle
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.meta import asking
from lstm_conformance.suites.meta.adapters import ADAPTERS as OF_FRAMEWORKS
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.outside import conformance

CHECKS: dict[str, Check] = {
    test.check.rule: test.check for name, test in vars(test_22_life_cycle).items() if name.startswith("test_")
}

CAUGHT_BY = {
    "weights_not_loaded": {"22.1"},
    "biases_not_saved": {"22.1"},
    "second_bias_not_saved": {"22.1"},
    "gates_exchanged_when_loaded": {"22.1"},
    "directions_exchanged_when_loaded": {"22.1"},
    "weights_saved_in_half_precision": {"22.1"},
    "copy_shares_its_weights": {"22.1"},
    "weights_saved_when_built": {"22.1"},
    "weights_of_a_copy_packed": {"22.5"},
    "copy_in_float64": {"22.3"},
    "default_dtype_ignored": {"22.1", "22.3"},
    "missing_weights_accepted": {"22.4"},
    "unknown_weights_accepted": {"22.4"},
    "saved_weights_broadcast": {"22.4"},
    "activation_not_in_config": {"22.1", "22.2"},
    "recurrent_activation_not_in_config": {"22.1", "22.2"},
    "go_backwards_not_in_config": {"22.1"},
    "stateful_not_in_config": {"22.1", "22.2"},
    "use_bias_not_in_config": {"22.1", "22.2", "22.3"},
    "use_cudnn_not_in_config": {"22.2"},
    "unroll_not_in_config": {"22.2"},
    "regularizers_not_in_config": {"22.2"},
}
"""The rules that catch each of the wrong LSTMs."""

BIASES = {"torch": 2, "keras": 1}

PLAIN = configuration(4, 3, 5, 7, round_trip="deepcopy")


def outcomes(adapter: type[Adapter]) -> list[tuple[str, Outcome]]:
    """Of all checks of the chapter in the quick tier, with their rules."""
    with InProcess(adapter) as implementation:
        hello = implementation.hello()
        subject = Subject(implementation, hello, "eager")
        plan, who = Plan(tier="quick"), [(hello.implementation, hello)]
        planned = [each for check in CHECKS.values() for each in plan.of(check, who)]
        return [
            (each.check.rule, outcome)
            for each in planned
            for outcome in judge(
                each.check, subject, draw(each.configuration, each.numbers, biases=BIASES[hello.layout])
            )
        ]


def outcome_of(adapter: type[Adapter], rule: str, called: Configuration, biases: int = 2) -> Outcome:
    """The outcome of one check."""
    with InProcess(adapter) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        (outcome,) = judge(CHECKS[rule], subject, draw(called, (0,), biases=biases))
        return outcome


@pytest.mark.parametrize("name", [name for name, kind in BENIGN.items() if not kind.only])
def test_right_ones_pass(name: str) -> None:
    """Whatever they compute with, and whatever they write into a file."""
    assert {outcome.message for _, outcome in outcomes(ADAPTERS[name])} == {None}


@pytest.mark.parametrize(("name", "rules"), CAUGHT_BY.items())
def test_wrong_ones_are_caught(name: str, rules: set[str]) -> None:
    """By the rule that is about what they lose."""
    found = outcomes(ADAPTERS[name])

    assert rules <= {rule for rule, outcome in found if outcome.verdict != "pass"}


def test_every_wrong_one_is_tried() -> None:
    """All of the family."""
    assert set(CAUGHT_BY) == {name for name, mutant in MUTANTS.items() if family_of(mutant) == "life_cycle"}


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_wrong_ones_are_right_without_a_route(name: str) -> None:
    """Only their copies are wrong."""
    dtype = MUTANTS[name].dtypes[0]
    called, biases = configuration(4, 3, 5, 7, dtype=dtype), BIASES[MUTANTS[name].layout]

    assert outcome_of(ADAPTERS[name], "22.1", called, biases).verdict == "pass"


class Silent(NumpyLSTM):
    """Has a round trip, and does not say what it was constructed with."""

    name = "test_life_cycle.Silent"
    claims = ("deepcopy", "initial_state")

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Copy the weights."""
        del round_trip
        return {name: array.copy() for name, array in built.items()}


class Forgetful(Silent):
    """Shows no arguments at the end of a round trip."""

    name = "test_life_cycle.Forgetful"
    copied = False

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Copy the layer."""
        self.copied = True
        return super().round_tripped(built, round_trip)

    def arguments(self, built: Any) -> dict[str, Any]:
        """Those of a layer that is no copy."""
        return {} if self.copied else {"hidden_size": built["weight_hh_l0"].shape[1]}


class InPlace(Silent):
    """Comes back to the layer itself, whose weights must then not be cleared."""

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Nothing happens."""
        del round_trip
        return built


class MadeForItsFirstCall(Silent):
    """What comes out of a round trip has memory for the rows of its first call, and computes no others."""

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Copy the weights, and note that they are a copy."""
        return {**super().round_tripped(built, round_trip), "rows": None}

    def load(self, built: Any, weights: Any) -> None:
        """Load all but the note."""
        super().load({name: a for name, a in built.items() if name != "rows"}, weights)
        built.update(weights)

    def weights(self, built: Any) -> Any:
        """Show all but the note."""
        return super().weights({name: a for name, a in built.items() if name != "rows"})

    def call(self, built: Any, x: Any, states: Any) -> Any:
        """Leave zeros in a batch of another size."""
        first = built.get("rows") or x.shape[1]
        built.update({"rows": first} if "rows" in built else {})
        return [a * (x.shape[1] == first) for a in super().call(built, x, states)]


class Unbuilt(Silent):
    """Refuses everything, with a kind of its own."""

    def round_tripped(self, built: Any, round_trip: str) -> Any:
        """Raise what torch does not."""
        del built
        raise KeyError(round_trip)


class TestArguments:
    """What a layer was constructed with."""

    def test_arguments_that_are_gone_are_told(self) -> None:
        """A copy that does not say them has lost them."""
        assert "None, before it is" in str(outcome_of(Forgetful, "22.2", PLAIN).message)

    def test_an_adapter_need_not_say_them(self) -> None:
        """Then the rule has nothing to compare."""
        assert outcome_of(Silent, "22.2", PLAIN).verdict == "pass"

    @pytest.mark.parametrize(
        ("layout", "changes", "expected"),
        [
            ("torch", {"bias": False}, {"bias": False, "hidden_size": 4}),
            ("keras", {"use_cudnn": "never", "bidirectional": True}, {"use_cudnn": False, "units": 4}),
            ("keras", {"merge_mode": "none"}, {"merge_mode": None}),
            ("keras", {"recurrent_activation": "hard_sigmoid_0.2"}, {"recurrent_activation": "hard_sigmoid"}),
            ("onnx", {}, {}),
        ],
    )
    def test_they_have_the_names_of_the_framework(
        self, layout: str, changes: dict[str, Any], expected: dict[str, object]
    ) -> None:
        """And its values."""
        found = contract_of(layout, ["bidirectional"]).constructed(Layer(input_size=3, hidden_size=4, **changes))

        assert found | expected == found


class TestHost:
    """What the host does with a round trip."""

    @pytest.mark.parametrize("adapter", [Silent, InPlace])
    def test_the_first_layer_is_cleared_unless_it_is_the_last(self, adapter: type[Adapter]) -> None:
        """Both compute what they did."""
        assert outcome_of(adapter, "22.1", PLAIN).verdict == "pass"

    def test_no_other_request_is_served_by_a_layer_that_took_a_route(self) -> None:
        """The next one has its own."""
        with InProcess(Silent) as implementation:
            asking.run(implementation)
            fields = {**asking.layer(), "round_trip": "deepcopy", "cases": 1, "observe": []}
            implementation.request("run", fields, asking.batch(1), 1.0)
            (first,) = [asking.run(implementation)["output/0"]]

        with InProcess(Silent) as fresh:
            np.testing.assert_array_equal(asking.run(fresh)["output/0"], first)

    def test_a_route_is_a_text(self) -> None:
        """Anything else is refused."""
        with (
            InProcess(Silent) as implementation,
            pytest.raises(AdapterError, match="expected `round_trip` to be a text"),
        ):
            implementation.request("describe", {**asking.layer(), "round_trip": 1}, {}, 1.0)


def test_a_copy_is_called_with_other_sizes_than_those_of_its_first_call() -> None:
    """What is right in the first call alone is no layer."""
    assert outcome_of(Silent, "22.5", PLAIN).verdict == "pass"
    assert "of other sizes" in str(outcome_of(MadeForItsFirstCall, "22.5", PLAIN).message)


@needs("torch")
def test_a_layer_that_stays_in_training_mode_is_caught(tmp_path: Path) -> None:
    """It is right before it was trained, and drops from then on."""
    (tmp_path / "mine.py").write_text(STAYS_IN_TRAINING_MODE, encoding="utf-8")
    asked = ("--implementation", "mine.py:Mine", "--brief", "-k", "comes_out_computes_the_same")
    done = conformance(tmp_path, *asked, "--results", "results.jsonl")
    checks = Results.read(tmp_path / "results.jsonl").checks
    (red,) = [check.configuration for check in checks if check.verdict in RED]

    assert done.status == 1, done.output
    assert "elaborate-route_train_and_eval" in red


STAYS_IN_TRAINING_MODE = """
from functools import partial

from lstm_conformance.fixtures.implementations.torch.lstm import TorchLSTM


class Mine(TorchLSTM):
    name, paths, claims = "mine", ("eager",), ("layers", "bidirectional", "projection", "batch_first", "no_bias",
        "initial_state", "non_defaults", "train_and_eval", "flattened")

    def build(self, layer, dtype, path):
        built = super().build(layer, dtype, path)
        built.module.train = partial(stays, built.module)
        return built


def stays(module, mode=True):
    return type(module).train(module, mode or module.training)
"""


class TestRefusals:
    """Weights that do not fit."""

    @pytest.mark.parametrize("round_trip", REFUSED)
    def test_another_kind_of_error_is_no_refusal(self, round_trip: str) -> None:
        """The documented one is due."""
        outcome = outcome_of(Unbuilt, "22.4", configuration(4, 3, 5, 7, round_trip=round_trip))

        assert (outcome.verdict, outcome.detail) == ("fail", {"raised": "KeyError"})

    @pytest.mark.parametrize("round_trip", REFUSED)
    def test_whoever_takes_them_is_caught(self, round_trip: str) -> None:
        """Nothing was raised."""
        outcome = outcome_of(Silent, "22.4", configuration(4, 3, 5, 7, round_trip=round_trip))

        assert outcome.detail == {"raised": "none"}


class TestRoundTrips:
    """What can be claimed is there, and asked."""

    @pytest.mark.parametrize(
        ("round_trips", "framework"),
        [
            ((*OF_BOTH, *OF_MODULES, *REFUSED), TorchRoundTrips),
            ((*OF_BOTH, *OF_MODELS, *OF_OLDER_MODELS, "train_and_eval", *REFUSED), KerasRoundTrips),
        ],
        ids=["torch", "keras"],
    )
    def test_every_route_is_a_method(self, round_trips: tuple[str, ...], framework: type[RoundTrips]) -> None:
        """Of the same name."""
        assert [name for name in round_trips if not callable(getattr(framework, name, None))] == []

    @pytest.mark.parametrize("round_trip", ROUND_TRIPS)
    def test_every_route_is_claimed_and_asked(self, round_trip: str) -> None:
        """By somebody, in the quick tier."""
        claimed = [adapter for adapter in OF_FRAMEWORKS.values() if round_trip in adapter.claims]
        asked = [called for called in TIERS["quick"].configurations if called.round_trip == round_trip]

        assert claimed
        assert any(called.requirements <= set(adapter.claims) for called in asked for adapter in claimed)
