"""Every run tests wrong LSTMs first: it says that they were caught, and is red if one was not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.run import session
from lstm_conformance.suites.harness.run.self_check import CONTROLS, caught, missed
from lstm_conformance.suites.meta.running import EVERYTHING, PYTEST, Run, adapters, conformance, finished, python

RIGHT = adapters("reference_adapter.py", "ReferenceLSTM")
ONE_ITEM = ("-k", "test_every_output and T6-B3-I10-H20-float32-mild")

# Stands in for a suite that cannot fail any more.
BLIND = """
import sys
import pytest
from lstm_conformance.suites.harness.run import session
from lstm_conformance.suites.harness.judge.judge import Outcome
session.judge = lambda check, subject, cases, **_: [Outcome(case=n, verdict="pass") for n in cases.numbers]
sys.exit(pytest.main(sys.argv[1:]))
"""


def blind(folder: Path, *options: str) -> Run:
    """A run of a right implementation, by a suite that passes everything."""
    path = folder / "results.jsonl"
    return finished(python(BLIND, *EVERYTHING, *RIGHT, *ONE_ITEM, "--results", os.fspath(path), *options), path)


def test_all_are_caught() -> None:
    """Each by a rule, and not all by the same."""
    found = caught()

    assert list(found) == list(CONTROLS)
    assert all(found.values())
    assert len(set(found.values())) > 1
    assert list(missed(found)) == []


def test_a_right_one_is_not_caught() -> None:
    """What is caught is caught because it is wrong."""
    found = caught(["summed_backwards"])

    assert found == {"summed_backwards": None}
    assert [line.partition(":")[0] for line in missed(found)] == ["the wrong LSTM summed_backwards was not caught"]


@pytest.mark.parametrize("verdict", ["pass", "error", "not-run"])
def test_only_a_failure_catches(verdict: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error may be the suite's own."""
    monkeypatch.setattr(
        session, "judge", lambda _check, _subject, cases, **_: [Outcome(case=n, verdict=verdict) for n in cases.numbers]
    )

    assert set(caught().values()) == {None}


class TestBlindSuite:
    """A suite that passes everything is red, because it passes the wrong ones."""

    def test_it_is_red(self, tmp_path: Path) -> None:
        """Exit status, results and summary say so, though every check passes."""
        run = blind(tmp_path)

        assert set(run.verdicts().values()) == {"pass"}
        assert run.status == pytest.ExitCode.TESTS_FAILED
        assert run.results.red
        assert len(run.results.header.problems) == len(CONTROLS)
        assert "wrong LSTMs caught first: 0 of 3 (none)" in run.output
        assert f"ERROR: the wrong LSTM {CONTROLS[0]} was not caught" in run.output

    def test_it_is_red_where_failures_are_only_reported(self, tmp_path: Path) -> None:
        """A tier that does not block is no excuse."""
        assert blind(tmp_path, "--tier", "fuzz").status == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "workers",
    [(), pytest.param(("-n", "2", "--dist", "loadgroup"), marks=pytest.mark.deep)],
    ids=["alone", "two workers"],
)
def test_a_run_says_that_they_were_caught(workers: tuple[str, ...], tmp_path: Path) -> None:
    """In its summary, and in the header of its results."""
    run = conformance(tmp_path, *RIGHT, *ONE_ITEM, *workers, of=("suites/test_01_outputs.py",))

    assert run.status == pytest.ExitCode.OK
    assert run.output.count("wrong LSTMs caught first: 3 of 3 (input_and_forget_gate_exchanged by rule 1.1, ") == 1
    assert dict(run.results.header.controls) == caught()
    assert run.results.header.problems == ()


def test_the_tests_of_the_suite_need_none() -> None:
    """They test no implementation."""
    run = finished([*PYTEST, "suites/meta/test_text.py", "-k", "one_line"], Path("none"))

    assert "wrong LSTMs" not in run.output
