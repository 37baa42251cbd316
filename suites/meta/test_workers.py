"""With `--dist loadgroup` every family of implementations has one worker, and so every implementation one host.

Where there are fewer families than workers, every configuration of a family has one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.harness.run.scheduling import OneEach
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.outside import EXAMPLES, conformance

MINE = "suites/test_01_outputs.py::test_one_step_at_a_time[a/b/mine.LSTM/eager/T3-B2]"


@pytest.mark.parametrize(
    ("nodeid", "scope"),
    [
        (MINE, "a/b/mine.LSTM"),
        (MINE.replace("/eager", "@jax/jit"), "a/b/mine.LSTM"),
        ("test_a.py::test_b", "test_a.py"),
        ("test_a.py::test_b[x/y]", "test_a.py"),
    ],
)
def test_the_scope_is_the_family(nodeid: str, scope: str) -> None:
    """Whose name may hold slashes; of other tests it is the file."""
    assert OneEach.__new__(OneEach)._split_scope(nodeid) == scope


def test_no_implementation_has_two_workers(tmp_path: Path) -> None:
    """Seen in the lines that say who ran what."""
    named = ("--implementation", f"{fakes.__file__}:NumpyLSTM", "--implementation", "conformance:TinyLSTM")

    options = ("-n", "2", "--dist", "loadgroup", "-vv", "-k", "final_cell")
    done = conformance(EXAMPLES / "python", *named, *options, "--results", tmp_path / "results.jsonl")

    pairs = set(re.findall(r"^\[(gw\d)\] .*\[(\S+)/eager/", done.output, re.MULTILINE))
    assert done.status == 0
    assert sorted(name for _, name in pairs) == ["fakes.NumpyLSTM", "tiny_lstm.LSTM"]


@pytest.mark.deep
def test_one_implementation_keeps_all_workers_busy(tmp_path: Path) -> None:
    """Each configuration is asked by one of them, and the verdicts are those of a run without workers."""
    named = ("--implementation", f"{fakes.__file__}:NumpyLSTM", "-k", "final")
    spread = conformance(
        EXAMPLES / "python", *named, "-n", "2", "--dist", "loadgroup", "-vv", "--results", tmp_path / "spread.jsonl"
    )
    alone = conformance(EXAMPLES / "python", *named, "--results", tmp_path / "alone.jsonl")

    pairs = set(re.findall(r"^\[(gw\d)\] .*\[fakes.NumpyLSTM/eager/(\S+)\]", spread.output, re.MULTILINE))
    verdicts = [Results.read(tmp_path / name) for name in ("spread.jsonl", "alone.jsonl")]
    assert (spread.status, alone.status) == (0, 0)
    assert {worker for worker, _ in pairs} == {"gw0", "gw1"}
    assert len({configuration for _, configuration in pairs}) == len(pairs)
    assert {c.id: c.verdict for c in verdicts[0].checks} == {c.id: c.verdict for c in verdicts[1].checks}


@pytest.mark.parametrize("option", in_part(["--until-caught", "--once"], 2))
def test_where_a_failure_decides_what_is_asked_one_worker_knows_it(tmp_path: Path, option: str) -> None:
    """Of one implementation."""
    named = ("--implementation", f"{fakes.__file__}:NumpyLSTM", "-k", "final_cell", option)

    done = conformance(
        EXAMPLES / "python", *named, "-n", "2", "--dist", "loadgroup", "-vv", "--results", tmp_path / "results.jsonl"
    )

    assert done.status == 0
    assert len(set(re.findall(r"^\[(gw\d)\] .*\[fakes.NumpyLSTM/eager/", done.output, re.MULTILINE))) == 1
