"""Half precision: what is wrong in it dies within its wide bound, and what hides it in float32 dies, too."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.implementations.mutants import adapter_of
from lstm_conformance.reference.bfloat16 import BFLOAT16, from_float32, rounded, to_float32
from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithGradients
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.meta import breakages
from lstm_conformance.suites.meta.breakages import IN_HALF_PRECISION
from lstm_conformance.suites.meta.broken import Broken
from lstm_conformance.suites.meta.differentiable import WRONG
from lstm_conformance.suites.meta.judging import CHECKS, subject_of, verdicts
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.running import Run, adapters, conformance

pytestmark = pytest.mark.deep  # a run of wrong layers

DTYPES = ("bfloat16", "float16")
ACCURACY = ("suites/test_01_outputs.py", "suites/test_13_activations.py")


class Right(LSTM):
    """Makes no mistake, and has the options of Keras."""

    layout = "keras"


STATEFUL: dict[type[LSTM], str] = {Right: "pass", MUTANTS["stateful_ignored"]: "fail"}
"""What is said of a layer that keeps its states."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The rules that must notice, on the breakages of torch.nn.LSTM in half precision and on one that hides it."""
    names = [f"{each.__name__}InHalfTorchLSTM" for each in IN_HALF_PRECISION]
    wrong = adapters("breakages.py", *names, "HalfInsideInTorchLSTM")
    return conformance(
        tmp_path_factory.mktemp("half"), "--in-process", "--brief", "--tb=no", "-rN", *wrong, of=ACCURACY
    )


def red(run: Run, name: str, dtype: str) -> set[str]:
    """The rules that are red for an implementation in a dtype."""
    checks = [
        c for c in run.results.checks if c.implementation == f"breakages.{name}" and f"-{dtype}-" in c.configuration
    ]
    return {check.rule for check in checks if check.verdict in {"fail", "unstable"}}


@needs("torch")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("breakage", IN_HALF_PRECISION, ids=lambda each: each.__name__)
def test_a_breakage_in_half_precision_is_caught(run: Run, breakage: type[Broken], dtype: str) -> None:
    """In each of the two dtypes, by the outputs."""
    assert "1.1" in red(run, f"{breakage.__name__}InHalfTorchLSTM", dtype)


@needs("torch")
def test_half_precision_inside_float32_is_caught(run: Run) -> None:
    """By the outputs, the cell state and the probe of the gates."""
    assert red(run, f"{breakages.HalfInside.__name__}InTorchLSTM", "float32") >= {"1.1", "1.2", "13.1", "13.2"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("kind", "verdict"), STATEFUL.items(), ids=lambda each: getattr(each, "__name__", each))
def test_several_calls_in_half_precision_are_judged(kind: type[LSTM], verdict: str, dtype: str) -> None:
    """Numbers of bfloat16 travel as such in calls in a row, too."""
    called = configuration(5, 2, 3, 4, stateful=True, batch_size=2, dtype=dtype)

    outcomes = judge(CHECKS["15.1"], subject_of(adapter_of(kind.__name__, kind)), draw(called, (0, 1), biases=1))

    assert verdicts(outcomes) == [verdict, verdict]


class RightWayBack(LSTMWithGradients):
    """Makes no mistake, and rounds every result to half precision."""

    dtypes: ClassVar[tuple[str, ...]] = ("float16",)


WAYS_BACK: dict[type[LSTMWithGradients], set[str]] = {
    RightWayBack: set(),
    WRONG["gradients_of_pre_activations_a_hundredth_too_large"]: {"23.2"},
    WRONG["gradient_through_the_forget_gate_missing"]: {"23.1", "23.2", "23.5", "23.7"},
    WRONG["gradient_through_the_recurrent_kernel_missing"]: {"23.1", "23.2", "23.3", "23.5", "23.7"},
}
"""The rules that are red, at least: of a right one, none at all."""


@pytest.mark.parametrize(("kind", "expected"), WAYS_BACK.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_way_back_in_half_precision_is_judged(kind: type[LSTMWithGradients], expected: set[str]) -> None:
    """Of two steps as a whole, and step by step; what is right keeps a fifth of its bound free at least."""
    subject, red, most = subject_of(adapter_of(kind.__name__, kind)), set(), 0.0
    for sizes in ((2, 2, 3, 5), (5, 3, 4, 7)):
        cases = draw(configuration(*sizes, trained=True, dtype="float16"), (0, 1, 2), biases=2)
        for rule in ("23.1", "23.2", "23.3", "23.4", "23.5", "23.7"):
            outcomes = judge(CHECKS[rule], subject, cases)
            red |= {rule} & {rule for outcome in outcomes if outcome.verdict == "fail"}
            most = max(most, *(outcome.budget or 0 for outcome in outcomes))

    assert red >= expected
    assert (most <= 0.8) is not bool(expected)


def test_bfloat16_rounds_to_nearest_even() -> None:
    """Halfway between two numbers, to the one whose last bit is zero; beyond the largest, to infinity."""
    step = np.float32(2.0**-7)
    halfway = np.array([1 + step / 2, 1 + 3 * step / 2, 3.4e38, -0.0, np.inf], np.float32)

    np.testing.assert_array_equal(rounded(halfway), [1, 1 + 2 * step, np.inf, -0.0, np.inf])


def test_every_bfloat16_number_survives() -> None:
    """There and back, bit for bit, but for the payload of a NaN."""
    patterns = np.arange(2**16, dtype="<u2")
    back = from_float32(to_float32(patterns.view(BFLOAT16)))["bfloat16"]

    is_nan = np.isnan(to_float32(patterns.view(BFLOAT16)))
    np.testing.assert_array_equal(back[~is_nan], patterns[~is_nan])
    assert np.isnan(to_float32(back.view(BFLOAT16))[is_nan]).all()
