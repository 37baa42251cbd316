"""The measuring itself: calls take turns, and what is planned is what is counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lstm_conformance.suites.meta.bench.__main__ import columns, show
from lstm_conformance.suites.meta.bench.judging import CASES
from lstm_conformance.suites.meta.bench.layers import SIZES, drawn, floor, torch_layer
from lstm_conformance.suites.meta.bench.memory import LIMIT, measured, peaks
from lstm_conformance.suites.meta.bench.suite import cpu_seconds
from lstm_conformance.suites.meta.bench.turns import MOST_ROUNDS, in_turns, milliseconds, ratios
from lstm_conformance.suites.meta.bench.way_back import way_back
from lstm_conformance.suites.meta.needing import needs

ROW = {"size": "T5", "ms": {"lstm()": 1234.5, "torch": 2.0}, "lstm() to": {"torch": 617.25}}


def test_calls_take_turns() -> None:
    """One after the other, round after round; the first round warms up."""
    order: list[str] = []

    times = in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 0.01)

    assert order == ["a", "b"] * (len(order) // 2)
    assert len(times["a"]) == len(times["b"]) == len(order) // 2 - 1 <= MOST_ROUNDS


def test_one_round_is_measured_however_short_the_time() -> None:
    """After the one that warms up."""
    assert {name: len(times) for name, times in in_turns({"a": int, "b": int}, 0).items()} == {"a": 1, "b": 1}


def test_ratios_are_those_of_the_rounds() -> None:
    """The median of the quotients, which a single disturbed round does not move."""
    times = {"a": [1.0, 2.0, 90.0], "b": [2.0, 4.0, 1.0]}

    assert milliseconds(times) == {"a": 2000, "b": 2000}
    assert ratios(times, "a") == {"b": 0.5}


def test_ratios_come_last() -> None:
    """Behind the figures that they compare."""
    assert columns(ROW) == {"lstm()": "1,234.50", "torch": "2.00", "lstm() to torch": "617.25"}


def test_what_was_not_measured_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """The header comes with the first row that has figures."""
    show("Title", [{"size": "T1", "skipped": "too slow"}, ROW, ROW])

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[2] == ["T1", "not", "measured:", "too", "slow"]
    assert [line[:1] for line in lines[3:]] == [["lstm()"], ["T5"], ["T5"]]


def test_the_floor_is_that_of_every_layer() -> None:
    """It runs through stacks."""
    floor(drawn(SIZES[0], "float64"))


@pytest.mark.deep
def test_cost_is_that_of_all_processes() -> None:
    """Starting pytest and a host takes some CPU; what is not there is no figure."""
    with pytest.raises(RuntimeError, match="the measured run is red"):
        cpu_seconds("nothing.LSTM", "eager", 1, 1)
    seconds = cpu_seconds("lstm_conformance.suites.meta.fakes:NumpyLSTM", "eager", 2, 3)

    assert math.isfinite(seconds)
    assert seconds > 0


def test_peaks_are_read_from_the_summary() -> None:
    """Of the controlling process first; a run that tells none is no figure."""
    assert peaks("...\npeak memory: 1,062 MB; of 2 workers 200 MB, 1,300 MB\n3 passed") == [1062, 200, 1300]
    with pytest.raises(ValueError, match="expected a line that tells the peak memory"):
        peaks("3 passed")


@pytest.mark.deep
def test_a_wrong_lstm_is_measured() -> None:
    """A row like the others, far below the limit."""
    row = measured("mutants:states_not_cleared_under_a_projection", ("--brief", "--once", "-k", "test_flags_together"))

    assert list(row) == ["size", "figures", "of 1,500 MB"]
    assert row["figures"]["CPU s"] > 0
    assert 20 < row["figures"]["controller MB"] < LIMIT
    assert 0 < row["of 1,500 MB"]["largest"] < 1


def test_the_way_back_is_that_of_all_cases() -> None:
    """The same gradients, up to rounding, where every step is fed what the equations say."""
    by = way_back(2, 1, 2, 3)
    whole = by(None)
    fed = by(whole.z.value)

    assert whole.x.shape == (2, CASES, 1, 2)
    assert np.abs(fed.x.value - whole.x.value).max() <= 1e-15 * np.abs(whole.x.value).max()
    assert (fed.x.bound < whole.x.bound).any()


@pytest.mark.deep
@needs("torch")
def test_what_is_measured_computes_the_case() -> None:
    """Each forward pass, of the smallest size."""
    case = drawn(SIZES[0], "float64")

    assert torch_layer(case, "float64")().shape == (5, 3, 20)
