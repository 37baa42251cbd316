"""What a whole stack must return: right layers pass whatever their flags, and the bounds leave wrong ones no room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, adapter_of
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.suites.harness.judge import stacks
from lstm_conformance.suites.harness.judge.comparison import Comparison
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.stacks import States, computed
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.meta.judging import subject_of


class _LikeKeras(LSTM):
    """A right LSTM, put under test with the options of Keras."""

    layout = "keras"


RIGHT: dict[str, type[Adapter]] = {
    "torch": adapter_of("right", LSTM),
    "keras": adapter_of("right", _LikeKeras),
    "benign": ADAPTERS["summed_term_by_term"],
}

CHECK = all_checks()["20.1"]


def asked(name: str, tier: str) -> tuple[Subject, list[Configuration]]:
    """A right LSTM, and the configurations of a tier in which its flags are crossed."""
    subject = subject_of(RIGHT[name])
    return subject, TIERS[tier].crossed(subject.hello.on("eager"))


@pytest.mark.parametrize("name", RIGHT)
def test_right_layers_pass(name: str) -> None:
    """In every configuration of the small tier."""
    subject, configurations = asked(name, "small")
    outcomes = [judge(CHECK, subject, draw(c, [0], biases=subject.layout.biases))[0] for c in configurations]

    assert len(outcomes) > 15
    assert {outcome.verdict for outcome in outcomes} == {"pass"}


@pytest.mark.parametrize(
    ("flags", "calls"), [({"num_layers": 2}, 1), ({"stateful": True}, 2)], ids=["twice", "in a row"]
)
def test_what_all_return_is_computed_once(flags: dict[str, Any], calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a second call, and of another layer; what goes on from another state is something else."""
    made: list[Cases] = []
    equations = stacks.returned

    def counted(subject: Subject, cases: Cases, start: States, seen: Outputs[Array]) -> Outputs[Rounded]:
        made.append(cases)
        return equations(subject, cases, start, seen)

    monkeypatch.setattr(stacks, "returned", counted)
    first, second = (subject_of(RIGHT["keras"]) for _ in range(2))
    second.expectations = first.expectations
    cases, numbers = draw(configuration(5, 2, 4, 6, **flags), [0], biases=1), []
    for subject in (first, second):
        numbers.append(len(list(computed(subject, cases))))
        assert len(made) == calls

    assert numbers == [6, 6]


def test_layers_of_other_equations_share_nothing() -> None:
    """Where outputs are saturated, one whose forget gate always adds 1 returns the same bits, and not the same c_n."""
    plain = subject_of(RIGHT["keras"])
    adding = replace(plain, hello=replace(plain.hello, contract="haiku.LSTM"))
    cases = draw(configuration(1, 1, 17, 1, regime="forgetting", dtype="float64"), [0], biases=1)
    observed = plain.run(cases).outputs.y
    first, second = (subject.trajectory(cases, observed).c_n.value for subject in (plain, adding))

    assert plain.expectations is adding.expectations
    assert abs(first - second).max() > 1


@pytest.mark.deep
@pytest.mark.parametrize("name", ["torch", "keras"])
def test_the_bounds_are_far_smaller_than_the_numbers(name: str) -> None:
    """Also where nobody sees the inner outputs, and at sizes that people use; in half precision they are as large."""
    subject, configurations = asked(name, "quick")
    with np.errstate(all="ignore"):
        found = {
            f"{each.measure} of {called}": each
            for called in configurations
            if called.dtype in {"float32", "float64"}
            for each in computed(subject, draw(called, [0], biases=subject.layout.biases))
            if isinstance(each, Comparison)
        }

    wide = [name for name, each in found.items() if not _is_narrow(each)]
    assert len(found) > 50
    assert wide == []


def _is_narrow(comparison: Comparison) -> bool:
    """No bound is more than a hundredth of the largest number; where all numbers are zero, they are that, too."""
    return bool((comparison.bound <= 0.01 * np.abs(comparison.expected).max()).all())
