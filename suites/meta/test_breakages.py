"""The quick tier catches LSTMs that are wrong in one thing, by the rule that speaks of it, and lets right ones pass."""

from __future__ import annotations

import pytest

from lstm_conformance.suites.harness.run.once import REASON
from lstm_conformance.suites.meta import breakages
from lstm_conformance.suites.meta.breakages import IN_KERAS_LAYOUT, IN_TORCH_LAYOUT
from lstm_conformance.suites.meta.broken import Broken
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.running import Run, adapters, conformance

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
    breakages.GoBackwardsIgnored: "7.2",
    breakages.FirstOutputAlone: "1.4",
    breakages.StatesExchanged: "1.2",
    breakages.StartsFromRubbish: "5.1",
    breakages.UnitConstant: "1.1",
}

# All the rules that are red, for breakages that only show in some configurations.
CAUGHT_BY_ONLY = [
    (breakages.StateOverwritten, "ReferenceLSTM", {"11.1", "11.3", "20.1"}),
    (breakages.FirstOutputAlone, "ReferenceKerasLSTM", {"1.4", "2.2", "20.1"}),
]

RIGHT = ("reference_adapter.ReferenceLSTM", "reference_adapter.ReferenceKerasLSTM")


def named(breakage: type[Broken], adapter: str) -> str:
    """The name of a breakage of an adapter in the records."""
    return f"breakages.{breakage.__name__}In{adapter}"


def options(adapter: str, broken: tuple[type[Broken], ...]) -> list[str]:
    """The options that name all breakages of an adapter."""
    return adapters("breakages.py", *(f"{each.__name__}In{adapter}" for each in broken))


@pytest.fixture(scope="module")
def numpy_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The quick tier on all breakages of the LSTMs in NumPy, and on these LSTMs themselves."""
    wrong = options("ReferenceLSTM", IN_TORCH_LAYOUT) + options("ReferenceKerasLSTM", IN_KERAS_LAYOUT)
    right = adapters("reference_adapter.py", "ReferenceLSTM", "ReferenceKerasLSTM")
    return conformance(tmp_path_factory.mktemp("numpy"), *IN_PROCESS, *wrong, *right)


@pytest.fixture(scope="module")
def torch_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The quick tier on all breakages of torch.nn.LSTM, and on torch.nn.LSTM itself: which rules are red, once each."""
    named = [*options("TorchLSTM", IN_TORCH_LAYOUT), "--implementation", "torch.nn.LSTM"]
    return conformance(tmp_path_factory.mktemp("torch"), *IN_PROCESS, "--once", *named)


def test_every_breakage_has_its_rule() -> None:
    """None is left out of the tables of this file."""
    assert set(CAUGHT_BY) == {*IN_TORCH_LAYOUT, *IN_KERAS_LAYOUT}


@pytest.mark.parametrize("breakage", IN_TORCH_LAYOUT, ids=lambda each: each.__name__)
def test_a_breakage_in_torch_layout_is_caught(numpy_run: Run, breakage: type[Broken]) -> None:
    """By the rule that speaks of it, among others."""
    assert CAUGHT_BY[breakage] in numpy_run.red_rules(named(breakage, "ReferenceLSTM"))


@pytest.mark.parametrize("breakage", IN_KERAS_LAYOUT, ids=lambda each: each.__name__)
def test_a_breakage_in_keras_layout_is_caught(numpy_run: Run, breakage: type[Broken]) -> None:
    """By the rule that speaks of it, among others."""
    assert CAUGHT_BY[breakage] in numpy_run.red_rules(named(breakage, "ReferenceKerasLSTM"))


@needs("torch")
@pytest.mark.parametrize("breakage", IN_TORCH_LAYOUT, ids=lambda each: each.__name__)
def test_a_breakage_of_torch_is_caught(torch_run: Run, breakage: type[Broken]) -> None:
    """The same breakage of a real framework is caught by the same rules as that of the LSTM in NumPy."""
    assert CAUGHT_BY[breakage] in torch_run.red_rules(named(breakage, "TorchLSTM"))


@needs("torch")
@pytest.mark.parametrize("breakage", IN_TORCH_LAYOUT, ids=lambda each: each.__name__)
def test_it_makes_no_difference_what_was_broken(numpy_run: Run, torch_run: Run, breakage: type[Broken]) -> None:
    """A breakage of torch.nn.LSTM is caught by the very rules that catch it in the LSTM in NumPy."""
    in_numpy = numpy_run.red_rules(named(breakage, "ReferenceLSTM"))

    assert torch_run.red_rules(named(breakage, "TorchLSTM")) == in_numpy


@pytest.mark.parametrize(("breakage", "adapter", "rules"), CAUGHT_BY_ONLY)
def test_rules_that_speak_of_something_else_stay_green(
    numpy_run: Run, breakage: type[Broken], adapter: str, rules: set[str]
) -> None:
    """A breakage that shows in few configurations is caught by few rules."""
    assert numpy_run.red_rules(named(breakage, adapter)) == rules


@pytest.mark.parametrize(
    ("breakage", "adapter"),
    [(breakages.StateKept, "ReferenceLSTM"), (breakages.StartsFromRubbish, "ReferenceKerasLSTM")],
)
def test_what_is_wrong_where_no_state_is_given_shows_there_only(
    numpy_run: Run, breakage: type[Broken], adapter: str
) -> None:
    """By whatever rule: given states, such a layer is right."""
    name = named(breakage, adapter)
    red = {c.configuration for c in numpy_run.results.checks if c.implementation == name and c.verdict != "pass"}

    assert red
    assert {each for each in red if "-zero_state-" not in each} == set()


def test_float32_inside_shows_in_float64_only(numpy_run: Run) -> None:
    """A float32 layer is right in float32: the bound follows the dtype."""
    name = named(breakages.Float32Inside, "ReferenceLSTM")
    red = [check for check in numpy_run.results.checks if check.implementation == name and check.verdict != "pass"]

    assert red
    assert all("float64" in check.configuration for check in red)


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

    assert len(checked) == 2 * len(IN_TORCH_LAYOUT) + len(IN_KERAS_LAYOUT) + len(RIGHT) + 1
    assert (numpy_run.status, torch_run.status) == (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.TESTS_FAILED)


@needs("torch")
def test_no_planned_check_is_without_a_verdict_of_its_own(numpy_run: Run, torch_run: Run) -> None:
    """However wrong an LSTM is, judging it does not raise: a breakage is a failure, not an error."""
    checks = [check for run in (numpy_run, torch_run) for check in run.results.checks if check.message != REASON]

    assert [check.id for check in checks if check.verdict in {"error", "not-run"}] == []
    assert all(check.message != REASON for check in numpy_run.results.checks)
