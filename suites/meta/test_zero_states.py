"""What is asked of those that claim little: who cannot be given states is asked everything else."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, MutantAdapter, adapter_of
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.meta.judging import CHECKS

ABOUT_STATES = {"10.4", "12.3", "15.3", "17.4"}
"""Rules that need states that are given."""

OF_CHANCE = {rule for rule in CHECKS if rule.startswith("21.")}
"""What was dropped is read with the help of a given c."""


@cache
def asked(name: str, *, given: bool) -> dict[str, set[Configuration]]:
    """By rule, the configurations of the quick tier, as if no states were given; given: whether they are claimed."""
    hello = declared(name)
    first = hello.offers[0]
    claims = tuple(claim for claim in first.claims if given or claim != "initial_state")
    hello = dataclasses.replace(hello, offers=(dataclasses.replace(first, claims=claims),))
    found = {rule: Plan().of(check, [(name, hello)]) for rule, check in CHECKS.items() if not check.crossed}
    return {
        rule: {dataclasses.replace(each.configuration, initial_state=False) for each in planned}
        for rule, planned in found.items()
    }


@pytest.mark.parametrize("name", ["torch.nn.LSTM", "keras.layers.LSTM"])
def test_who_cannot_be_given_states_is_asked_everything_else(name: str) -> None:
    """Of every rule the same layers, from zero states, but for mistakes in states and what needs a given one."""
    less = {
        rule: missing
        for rule, every in asked(name, given=True).items()
        if (missing := {c for c in every - asked(name, given=False)[rule] if not _is_about_states(c)})
    }

    assert set(less) - OF_CHANCE <= ABOUT_STATES


def test_who_claims_nothing_is_asked_more_than_a_little() -> None:
    """Of all rules about numbers that no option is needed for."""
    hello = declared("torch.nn.LSTM")
    hello = dataclasses.replace(hello, offers=(dataclasses.replace(hello.on("eager"), claims=()),))

    rules = {rule for rule, check in CHECKS.items() if Plan().of(check, [("torch.nn.LSTM", hello)])}

    assert rules >= {"1.1", "1.2", "1.3", "5.1", "10.1", "10.2", "10.3", "10.5", "13.1", "13.2", "17.3", "17.5", "17.6"}


def test_a_path_that_cannot_be_given_states_changes_no_other() -> None:
    """Nor does it lose anything: each is asked by what it claims itself, also where both are planned in one run."""
    hello = declared("torch.nn.LSTM")
    given = hello.on("eager")
    without = dataclasses.replace(
        given, path="zero", claims=tuple(claim for claim in given.claims if claim != "initial_state")
    )
    both, plan = dataclasses.replace(hello, offers=(given, without)), Plan()

    for rule in ("1.1", "20.1"):
        planned = plan.of(CHECKS[rule], [("torch.nn.LSTM", both)])
        for offer in both.offers:
            alone = dataclasses.replace(hello, offers=(offer,))
            found = [each for each in planned if each.path == offer.path]
            assert found == Plan().of(CHECKS[rule], [("torch.nn.LSTM", alone)])
            assert any(each.configuration.initial_state for each in found) is (offer is given)


def _is_about_states(called: Configuration) -> bool:
    return bool(called.invalid_input) and "initial_state" in INVALID_INPUTS[called.invalid_input].requires


def outcome(adapter: type[MutantAdapter], rule: str, called: Configuration) -> tuple[str, float | None]:
    """Verdict and budget of an adapter, in process."""
    implementation = InProcess(adapter)
    subject = Subject(implementation, implementation.hello(), "eager")
    assert CHECKS[rule].where(called)
    (found,) = judge(CHECKS[rule], subject, draw(called, (0,), biases=2), brief=True)
    return found.verdict, found.budget


RIGHT = adapter_of("right", LSTM)
ZERO = {"initial_state": False}
PLAIN = configuration(5, 3, 4, 6, **ZERO)
PROBED = configuration(1, 128, 8, 8, **ZERO)
CASES = [
    ("1.1", PLAIN),
    ("1.2", PLAIN),
    ("1.3", PLAIN),
    ("7.3", configuration(5, 3, 4, 6, bidirectional=True, **ZERO)),
    ("10.1", PLAIN),
    ("10.2", PLAIN),
    ("10.3", PLAIN),
    ("10.5", PLAIN),
    ("13.1", PROBED),
    ("13.2", PROBED),
    ("13.1", dataclasses.replace(PROBED, dtype="float16")),
    ("13.2", dataclasses.replace(PROBED, dtype="float16")),
    ("13.2", dataclasses.replace(PROBED, dtype="float64")),
    ("17.3", PLAIN),
    ("17.5", PLAIN),
    ("17.6", PLAIN),
]


@pytest.mark.parametrize(("rule", "called"), CASES, ids=str)
def test_a_right_layer_passes_from_zero_states(rule: str, called: Configuration) -> None:
    """In NumPy, whose tanh and exp are of the class that it declares."""
    assert outcome(RIGHT, rule, called)[0] == "pass"


@pytest.mark.parametrize(
    ("mutant", "rule", "called"),
    [
        ("output_rows_rolled", "10.1", PLAIN),
        ("output_with_sigmoid", "1.1", PLAIN),
        ("final_cell_state_of_the_previous_step", "1.2", PLAIN),
        ("final_cell_state_of_the_previous_step", "1.3", PLAIN),
        ("directions_exchanged", "7.3", configuration(5, 3, 4, 6, bidirectional=True, **ZERO)),
        ("output_rows_rolled", "10.2", PLAIN),
        ("units_of_one_gate_reversed", "10.3", PLAIN),
        ("input_of_the_next_step", "10.5", PLAIN),
        ("input_and_forget_gate_exchanged", "13.1", PROBED),
        ("sigmoid_of_limited_argument", "13.1", PROBED),
        ("tanh_with_six_digits", "13.2", PROBED),
        ("cell_state_through_tanh", "13.2", PROBED),
        ("tanh_with_six_digits", "17.3", PLAIN),
    ],
)
def test_a_wrong_layer_is_caught_from_zero_states(mutant: str, rule: str, called: Configuration) -> None:
    """By each of the rules that used to ask for states."""
    assert outcome(ADAPTERS[mutant], rule, called)[0] == "fail"
