"""The rules of chapter 16 let a right LSTM pass, and tell what is wrong with wrong ones; the arithmetic of merging."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.merging import last, merged
from lstm_conformance.reference.rounded import Rounded, budget
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta import structures
from lstm_conformance.suites.meta.adapters import claims_of
from lstm_conformance.suites.meta.judging import CHECKS, subject_of, verdicts

CLAIMS = claims_of("keras") - {"refusals", "gradients", "activations"}
RULES = [rule for rule in CHECKS if rule.startswith("16.")]
ASKED = {
    rule: [
        called
        for called in TIERS["quick"].configurations
        if called.requirements <= CLAIMS and called.dtype in {"float32", "float64"} and CHECKS[rule].where(called)
    ]
    for rule in RULES
}

RED = {
    structures.RightLSTM: set(),
    structures.AveragesNotHalved: {"16.1"},
    structures.NotTurnedBack: {"16.1", "16.2", "16.3", "16.4", "16.6"},
    structures.BackwardFirst: {"16.2"},
    structures.BackwardStartsAnew: {"16.3"},
    structures.MaskLost: {"16.6", "16.7"},
    structures.MaskNotTurned: {"16.7"},
    structures.OtherCallShows: {"16.5"},
    structures.StatesLost: {"16.4"},
}
"""Every adapter, and the rules of the chapter that it breaks."""


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("adapter", RED)
def test_a_rule_tells_what_is_wrong(adapter: type[structures.RightLSTM], rule: str) -> None:
    """A rule is broken where it should be, and nowhere else."""
    subject, check = subject_of(adapter), CHECKS[rule]

    found = {
        verdict for called in ASKED[rule] for verdict in verdicts(judge(check, subject, draw(called, (0, 1), biases=1)))
    }

    assert ("fail" in found) == (rule in RED[adapter])
    assert found <= {"pass", "fail"}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_asked(rule: str) -> None:
    """By some configuration of the quick tier."""
    assert ASKED[rule]


@pytest.mark.parametrize(
    ("mode", "expected"), [("sum", [[4.0, 6.0]]), ("ave", [[2.0, 3.0]]), ("mul", [[3.0, 8.0]])], ids=str
)
def test_merging(mode: str, expected: list[list[float]]) -> None:
    """Of the numbers of both directions."""
    both = np.array([[1.0, 2.0, 3.0, 4.0]])

    assert merged(both, mode).tolist() == expected


def test_the_last_outputs_of_two_directions() -> None:
    """Forwards that of the last step, backwards that of the first."""
    y = np.array([[[1.0, 10.0]], [[2.0, 20.0]], [[3.0, 30.0]]])

    assert last(y, 2).tolist() == [[[3.0, 10.0]]]
    assert last(y, 1).tolist() == [[[3.0, 30.0]]]


@pytest.mark.parametrize("mode", ["sum", "ave", "mul"])
def test_merging_carries_the_errors_of_both_directions(mode: str) -> None:
    """Numbers at the ends of their bounds stay within the merged bound; twice as far off they do not."""
    value, err = np.array([[0.5, -0.25, 0.125, 0.75]]), np.full((1, 4), 1e-3)
    both = Rounded(value, err, np.zeros((1, 4)), uniform("float32"))
    signs = np.sign(value[:, [2, 3, 0, 1]]) if mode == "mul" else 1.0  # all terms move the same way

    expected = merged(both, mode)

    assert budget(merged(value + signs * err, mode), expected).max() <= 1
    assert budget(merged(value + 2 * signs * err, mode), expected).min() > 1


def test_merging_is_asked_in_both_dtypes() -> None:
    """In float32 and in float64."""
    assert {called.dtype for called in ASKED["16.1"]} == {"float32", "float64"}
    assert configuration(6, 3, 4, 9, bidirectional=True, merge_mode="sum") in ASKED["16.1"]
