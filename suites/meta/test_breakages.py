"""The small tier catches a framework that is wrong in one thing as it does its mutant, and lets right ones pass."""

from __future__ import annotations

import pytest

from lstm_conformance.reports.records.results import RED
from lstm_conformance.suites.harness.run.once import REASON
from lstm_conformance.suites.meta import breakages
from lstm_conformance.suites.meta.breakages import BREAKAGES, MUTANTS, OTHERS
from lstm_conformance.suites.meta.broken import Broken
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.running import Run, adapters, conformance

pytestmark = pytest.mark.deep  # the small tier twice

IN_PROCESS = ("--in-process", "--brief", "--tb=no", "-rN")

# A rule that must be among those that are red.
CAUGHT_BY: dict[type[Broken], str] = {
    breakages.GatesSwapped: "1.1",
    breakages.StatesOfTheWrongLayer: "6.2",
    breakages.BiasDropped: "1.1",
    breakages.NotReversedBack: "7.1",
    breakages.Float32Inside: "1.1",
    breakages.StateKept: "11.3",
    breakages.LastRowWrong: "10.2",
    breakages.TailUnitsWrong: "1.2",
    breakages.StateOverwritten: "11.1",
    breakages.OutputScaled: "1.1",
}

TORCH = ("--implementation", "torch.nn.LSTM")

RIGHT = ("reference_adapter.ReferenceLSTM", "reference_adapter.ReferenceKerasLSTM")


def named(breakage: type[Broken]) -> str:
    """The name of a breakage of torch.nn.LSTM in the records."""
    return f"breakages.{breakage.__name__}InTorchLSTM"


@pytest.fixture(scope="module")
def numpy_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small tier on the mutants, and on the right LSTMs in NumPy."""
    wrong = adapters("breakages.py", *MUTANTS.values(), *OTHERS)
    right = adapters("reference_adapter.py", "ReferenceLSTM", "ReferenceKerasLSTM")
    return conformance(tmp_path_factory.mktemp("numpy"), *IN_PROCESS, *wrong, *right)


@pytest.fixture(scope="module")
def torch_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small tier on all breakages of torch.nn.LSTM, and on torch.nn.LSTM itself: which rules are red, once each."""
    wrong = adapters("breakages.py", *(f"{each.__name__}InTorchLSTM" for each in BREAKAGES))
    return conformance(tmp_path_factory.mktemp("torch"), *IN_PROCESS, "--once", *wrong, *TORCH)


def red_cases(run: Run, name: str) -> set[str]:
    """The configurations in which an implementation is not right."""
    return {c.configuration for c in run.results.checks if c.implementation == name and c.verdict in RED}


def test_every_breakage_has_its_rule() -> None:
    """None is left out of the table of this file."""
    assert set(CAUGHT_BY) == set(BREAKAGES)


@needs("torch")
@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda each: each.__name__)
def test_a_breakage_of_torch_is_caught(torch_run: Run, breakage: type[Broken]) -> None:
    """By the rule that speaks of it, among others."""
    assert CAUGHT_BY[breakage] in torch_run.red_rules(named(breakage))


@needs("torch")
@pytest.mark.parametrize(("breakage", "mutant"), MUTANTS.items(), ids=lambda each: getattr(each, "__name__", each))
def test_it_makes_no_difference_who_is_wrong(
    numpy_run: Run, torch_run: Run, breakage: type[Broken], mutant: str
) -> None:
    """A framework is caught by the very rules that catch the LSTM in NumPy that makes the same mistake."""
    assert torch_run.red_rules(named(breakage)) == numpy_run.red_rules(f"breakages.{mutant}")


def test_rules_that_speak_of_something_else_stay_green(numpy_run: Run) -> None:
    """A mistake that shows in few configurations is caught by few rules."""
    assert numpy_run.red_rules("breakages.initial_hidden_state_overwritten") == {"11.1", "11.3", "20.1"}


@pytest.mark.parametrize("mutant", ["state_kept", "zero_state_not_cleared"])
def test_what_is_wrong_where_no_state_is_given_shows_there_only(numpy_run: Run, mutant: str) -> None:
    """By whatever rule: given states, as in all repeated calls but one, such a layer is right."""
    red = red_cases(numpy_run, f"breakages.{mutant}")

    assert red
    assert {each for each in red if "-zero_state-" not in each and "-repeated-" not in each} == set()


@needs("torch")
def test_float32_inside_shows_in_float64_only(torch_run: Run) -> None:
    """A float32 layer is right in float32: the bound follows the dtype."""
    red = red_cases(torch_run, named(breakages.Float32Inside))

    assert red
    assert all("float64" in each for each in red)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_lstm_in_numpy_passes(numpy_run: Run, name: str) -> None:
    """In the same run, on every rule; its activations hold class N."""
    assert {c.verdict for c in numpy_run.results.checks if c.implementation == name} == {"pass"}


@needs("torch")
def test_torch_passes(torch_run: Run) -> None:
    """In the same run, on every rule."""
    assert {c.verdict for c in torch_run.results.checks if c.implementation == "torch.nn.LSTM"} <= {"pass", "deviation"}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_lstm_in_numpy_stays_far_from_the_bound(numpy_run: Run, name: str) -> None:
    """Less than half of it is used, in both dtypes."""
    budgets = [c.budget for c in numpy_run.results.checks if c.implementation == name and c.budget is not None]

    assert 0 < max(budgets) < 0.5


@needs("torch")
def test_nothing_was_left_out(numpy_run: Run, torch_run: Run) -> None:
    """Every breakage has its records, and the runs are red."""
    checked = {check.implementation for run in (numpy_run, torch_run) for check in run.results.checks}

    assert len(checked) == len(BREAKAGES) + len(MUTANTS) + len(OTHERS) + len(RIGHT) + 1
    assert (numpy_run.status, torch_run.status) == (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.TESTS_FAILED)


@needs("torch")
def test_no_planned_check_is_without_a_verdict_of_its_own(numpy_run: Run, torch_run: Run) -> None:
    """However wrong an LSTM is, judging it does not raise: a breakage is a failure, not an error."""
    checks = [check for run in (numpy_run, torch_run) for check in run.results.checks if check.message != REASON]

    assert [check.id for check in checks if check.verdict in {"error", "not-run"}] == []
    assert all(check.message != REASON for check in numpy_run.results.checks)
