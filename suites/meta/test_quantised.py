"""Rule 18.5: a layer that is quantised otherwise than documented is caught, and numbers in doubt are no failure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.selected.numbers import quantised
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.quantised import inputs_in_steps, on_grid, weights_in_steps
from lstm_conformance.reference.rounded import Rounded, exactly
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.meta.quantising import WRONG, Float16, Int8, quantising


def verdicts(mutant: type[LSTM]) -> Iterator[str]:
    """What the quick tier says of a layer, by all rules that are asked of it."""
    with InProcess(quantising(mutant)) as implementation:
        hello = implementation.hello()
        subject = Subject(implementation, hello, "quantised")
        for check in all_checks().values():
            for planned in Plan(tier="quick").of(check, [("layer", hello)]):
                cases = draw(planned.configuration, planned.numbers, biases=2)
                yield from (f"{check.rule} {outcome.verdict}" for outcome in judge(check, subject, cases, brief=True))


@pytest.mark.parametrize("mutant", [Int8, Float16])
def test_what_is_quantised_as_documented_passes(mutant: type[LSTM]) -> None:
    """By the only rule that is asked of it besides the smoke check."""
    assert set(verdicts(mutant)) == {"0.1 pass", "18.5 pass"}


@pytest.mark.parametrize("mutant", WRONG, ids=lambda each: each.__name__)
def test_what_is_quantised_otherwise_is_caught(mutant: type[LSTM]) -> None:
    """Scales of another matrix, of parts of it, of more or less than is read at once; numbers as they are."""
    assert "18.5 fail" in set(verdicts(mutant))


def test_a_number_between_two_steps_is_in_doubt_by_one() -> None:
    """But not beyond the last one: the largest weight is 127 steps if it is positive, -127 or -128 if it is not."""
    steps = weights_in_steps(np.asarray([[[127.5, 1.5, 2.0]], [[-127.5, 2.50001, 2.49995]]]))

    assert steps.step.ravel().tolist() == [1.0, 1.0]
    assert steps.doubtful.tolist() == [[[False, True, False]], [[True, True, True]]]
    assert steps.value[0].tolist() == [[127.0, 2.0, 2.0]]


def test_inputs_have_a_zero_and_a_smallest_step() -> None:
    """What is zero stays zero, whatever else there is; of zeros alone nothing is divided."""
    given = np.asarray([[[0.0, 3.0, 12.7]], [[0.0, 0.0, 0.0]], [[1e-6, 0.0, -1e-6]]])
    steps = inputs_in_steps(given, (-2, -1))

    assert np.allclose(steps.value[0], given[0], atol=0.05)
    assert np.allclose(steps.step.ravel(), [0.1, 0.1, 6.1e-5])
    assert np.all(steps.value[given == 0] == 0)


def test_what_nobody_observed_has_no_scale() -> None:
    """Its smallest and largest numbers are not known."""
    a = exactly(np.ones((1, 1, 2)), arithmetic_of("dynamic_int8"))
    doubtful = Rounded(a.value, a.value, a.var, a.arithmetic)

    with pytest.raises(ValueError, match="expected observed numbers"):
        on_grid(doubtful, inputs_in_steps(a.value, (-2, -1)))


def test_all_quantised_configurations_are_of_one_layer() -> None:
    """Of a stack, nobody observes what the upper layers read."""
    assert {configuration.layer.num_layers for configuration in quantised()} == {1}
    assert {configuration.kind for configuration in quantised()} == {"quantised"}
