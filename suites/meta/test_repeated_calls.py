"""Rules 11.4 to 11.6: right ones pass, and who lets an earlier call decide for a later one is caught."""

from __future__ import annotations

from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.selected.options import repeated
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, Built, MutantAdapter
from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.suites import test_11_calls
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.meta.needing import in_part

CHECKS: dict[str, Check] = {
    test.check.rule: test.check for name, test in vars(test_11_calls).items() if name.startswith("test_")
}

CAUGHT_BY = {
    "rows_of_the_first_call": {"11.4", "11.5"},
    "steps_of_the_first_call": {"11.4", "11.5"},
    "last_row_of_a_smaller_batch_left_out": {"11.4"},
    "last_step_of_a_shorter_call_left_out": {"11.4", "11.5"},
    "mask_of_the_last_masked_call": {"11.4"},
    "outputs_in_memory_that_is_used_again": {"11.6"},
    "inputs_known_by_their_memory": {"11.4", "11.5"},
    "weights_in_memory_of_all_layers": {"11.4", "11.5"},
    "weights_of_the_first_call": {"11.4", "11.5"},
    "dropout_of_the_smallest_batch": {"11.4", "11.5"},
}
"""The rules that catch each of the wrong LSTMs, in every dtype."""

ASKED = [configuration(4, 3, 5, 9, repeated=True, dtype=dtype) for dtype in MUTANTS["rows_of_the_first_call"].dtypes]


MASKED = [configuration(4, 3, 5, 9, repeated=True, mask="right", dtype=each.dtype) for each in ASKED]


DROPPING = [each for each in repeated() if each.training and not each.layer.recurrent_dropout]


def asked_of(name: str) -> list[Configuration]:
    """Those in which a wrong LSTM is wrong."""
    mutant = MUTANTS[name]
    asked = MASKED if mutant.only else DROPPING if "dropout" in mutant.claims else ASKED
    return [each for each in asked if each.dtype in mutant.dtypes]


def caught_by(adapter: type[Adapter], asked: Configuration) -> set[str]:
    """The rules about repeated calls that fail in one of two cases."""
    with InProcess(adapter) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        cases = draw(asked, (0, 1), biases=subject.layout.biases)
        checks = [check for check in CHECKS.values() if check.where(asked)]
        return {check.rule for check in checks for outcome in judge(check, subject, cases) if outcome.verdict != "pass"}


@pytest.mark.parametrize("name", in_part(BENIGN, 3))
def test_right_ones_pass(name: str) -> None:
    """Whatever they compute with, in whatever sizes."""
    asked = [configuration(33, 17, 32, 64, repeated=True), configuration(4, 3, 5, 9, repeated=True, mask="right")]
    offered = [each for each in (*ASKED, *asked) if each.dtype in BENIGN[name].dtypes]
    assert [caught_by(ADAPTERS[name], each) for each in offered] == [set()] * len(offered)


@pytest.mark.parametrize(("name", "asked"), [(name, each) for name in CAUGHT_BY for each in asked_of(name)])
def test_wrong_ones_are_caught(name: str, asked: Configuration) -> None:
    """By the rules that are about what they do, and no other."""
    assert caught_by(ADAPTERS[name], asked) == CAUGHT_BY[name]


class ReturnsTheCallersState(MutantAdapter):
    """Writes the final hidden state into the initial one, and returns that."""

    name = "test_repeated_calls.ReturnsTheCallersState"

    def call(self, built: Built, x: Any, states: tuple[Any, Any] | None) -> list[Any]:
        """Return the caller's own array."""
        y, h_n, c_n = super().call(built, x, states)
        if states is None:
            return [y, h_n, c_n]
        states[0][...] = h_n
        return [y, states[0], c_n]


def test_memory_of_the_caller_is_no_memory_for_results() -> None:
    """The caller writes to it."""
    assert caught_by(ReturnsTheCallersState, ASKED[0]) == {"11.6"}


def test_every_wrong_one_is_tried() -> None:
    """All of the family."""
    assert {name for name, mutant in MUTANTS.items() if family_of(mutant) == "repeated_calls"} <= set(CAUGHT_BY)


@pytest.mark.parametrize("name", CAUGHT_BY)
def test_wrong_ones_are_right_in_two_calls_alike(name: str) -> None:
    """No rule of the chapter that repeats a call alone catches them: nor any about a single call."""
    with InProcess(ADAPTERS[name]) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        cases = draw(configuration(4, 3, 5, 9), (0,), biases=2)
        found = [judge(CHECKS[rule], subject, cases) for rule in ("11.1", "11.2", "11.3")]
        assert {outcome.verdict for outcomes in found for outcome in outcomes} == {"pass"}
