"""Chapter 25: what weights and outputs add to a loss, and what weights keep to (`reference/penalties.py`)."""

from __future__ import annotations

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.penalties import CONSTRAINTS
from lstm_conformance.suites.harness.judge import descent
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

RATE = 0.5


def _is_constrained(configuration: Configuration) -> bool:
    return configuration.penalized in CONSTRAINTS


@rule("25.1", where=lambda c: not c.optimized, kinds=("penalized",))
def test_penalties_are_those_of_weights_and_outputs(subject: Subject, cases: Cases) -> Examined:
    """What a call adds to a loss is what the factors say of every weight and of the outputs, call by call."""
    yield from descent.penalties(subject, cases)


@rule("25.2", where=lambda c: c.optimized and not _is_constrained(c), kinds=("penalized",))
def test_a_step_goes_down_the_penalties_too(subject: Subject, cases: Cases) -> Examined:
    """Every weight behind the step is the one before it, less the rate times the gradient of loss and penalties."""
    yield from descent.descended(subject, cases, RATE)


@rule("25.3", where=lambda c: c.optimized and _is_constrained(c), kinds=("penalized",))
def test_weights_keep_to_their_constraints(subject: Subject, cases: Cases) -> Examined:
    """Every weight behind the step is what its constraint makes of the weight that was moved."""
    yield from descent.descended(subject, cases, RATE)
