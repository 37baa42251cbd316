"""Wrong LSTMs that go on wrongly: a sequence in two calls is not the sequence in one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import only
from lstm_conformance.fixtures.implementations.mutants import adapter_of
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants import BENIGN, MUTANTS, family_of
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta.judging import CHECKS, subject_of
from lstm_conformance.suites.meta.numbers import cell_of, drawn, trajectory, worst

LATE = "states_lost_after_twenty_calls"

STATEFUL = [name for name, mutant in MUTANTS.items() if family_of(mutant) == "stateful" and name != LATE]

RIGHT: dict[str, type[LSTM]] = {"right": LSTM, **BENIGN}

HARD = uniform("float64", rigorous=True)

CASE = only(drawn(5, 33, 4, 6, biases=1, dtype="float64", num_layers=2, stateful=True), 0)

AFTER = {"calls": False, "calls after a reset": True}
"""Whether something else was called and forgotten before."""


def goes_on(kind: type[LSTM], *, reset: bool, given: bool = False) -> float:
    """The largest budget of a sequence in two calls, the first of which is given states."""
    layer = CASE.configuration.layer
    lstm, (x, *states) = kind(layer, cell_of(CASE.configuration)), CASE.inputs
    if reset or given:
        call(lstm, Inputs(x))
    if reset:
        lstm.reset()
    parts = [call(lstm, Inputs(x[:2], *(states if given else ()))), call(lstm, Inputs(x[2:]))]
    y = np.concatenate([part.y for part in parts])
    inputs = CASE.inputs if given else Inputs(x)
    expected = trajectory(CASE.varied("whole", inputs=inputs), HARD)
    return max(worst(a, b) for a, b in zip((y, *parts[1][1:]), expected, strict=True))


def call(lstm: LSTM, inputs: Inputs) -> Outputs[Array]:
    """One call."""
    given: Call[Any] = Call(*inputs)
    return lstm(CASE.weights, given)


@pytest.mark.parametrize("name", STATEFUL)
def test_they_do_not_go_on_as_they_should(name: str) -> None:
    """By themselves, after a reset, or from states that are given."""
    mutant = MUTANTS[name]

    found = [goes_on(mutant, reset=False), goes_on(mutant, reset=True), goes_on(mutant, reset=False, given=True)]
    assert not max(found) <= 1


def test_one_goes_on_for_some_time() -> None:
    """Twenty calls are right, and the next one is not."""
    sequence = only(drawn(21, 3, 4, 6, biases=1, dtype="float64", stateful=True, initial_state=False), 0)
    lstm = MUTANTS[LATE](sequence.configuration.layer, cell_of(sequence.configuration))
    y = np.stack([lstm(sequence.weights, Call(x[None])).y[0] for x in sequence.inputs.x])
    expected = trajectory(sequence, HARD).y

    assert worst(y[:20], expected.moved(lambda a: a[:20])) <= 1
    assert not worst(y, expected) <= 1


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("after", AFTER)
def test_right_ones_go_on(name: str, after: str) -> None:
    """A sequence in two calls is the sequence in one."""
    assert goes_on(RIGHT[name], reset=AFTER[after]) <= 1
    assert goes_on(RIGHT[name], reset=AFTER[after], given=True) <= 1


class _ResetThreeTimes(LSTM):
    """Keeps its states from the fourth reset on."""

    resets = 0

    def reset(self) -> None:
        """Forget them, at first."""
        self.resets += 1
        if self.resets <= 3:
            super().reset()


@pytest.mark.parametrize(("kind", "verdict"), [(LSTM, "pass"), (_ResetThreeTimes, "fail")])
def test_a_reset_that_works_at_first_is_noticed(kind: type[LSTM], verdict: str) -> None:
    """It is asked more than once."""
    subject = subject_of(adapter_of("reset", kind))
    cases = drawn(5, 3, 4, 6, biases=subject.layout.biases, stateful=True, initial_state=False)

    assert {outcome.verdict for outcome in judge(CHECKS["15.2"], subject, cases, brief=True)} == {verdict}
