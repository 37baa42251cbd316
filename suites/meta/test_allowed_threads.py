"""`--threads`: a host computes on as many threads as it is allowed, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.outside import conformance

WRONG = f"{fakes.__file__}:WrongOnTwoThreads"
OUTPUTS = ("-k", "every_output_follows and T4-B1-I1")


@pytest.mark.parametrize(("threads", "status"), [("1", 0), ("2", 1)])
def test_what_is_wrong_on_two_threads_is_red_on_two(tmp_path: Path, threads: str, status: int) -> None:
    """And on one it is right."""
    done = conformance(tmp_path, "--implementation", WRONG, *OUTPUTS, "--threads", threads)

    assert done.status == status, done.output
    assert {f"--threads {threads} " in line for line in done.after("reproduce")} == ({True} if status else set())


def test_the_results_say_on_how_many(tmp_path: Path) -> None:
    """Of every implementation, as the first lines of a run do."""
    asked = ("--implementation", WRONG, *OUTPUTS, "--threads", "3", "-v")
    done = conformance(tmp_path, *asked, "--results", "results.jsonl")

    (environment,) = Results.read(tmp_path / "results.jsonl").header.environments
    assert environment.threads == 3
    assert ", cpu, up to 3 threads\n" in done.output


@needs("torch")
def test_torch_computes_on_them(tmp_path: Path) -> None:
    """It is told by its own function, which says it afterwards."""
    (tmp_path / "mine.py").write_text(
        "import torch\n"
        "from lstm_conformance.fixtures.implementations.torch.lstm import TorchLSTM\n\n\n"
        "class Mine(TorchLSTM):\n"
        "    claims, paths = (), ('eager',)\n\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.name = f'mine.on_{torch.get_num_threads()}'\n",
        encoding="utf-8",
    )
    done = conformance(tmp_path, "--implementation", "mine.py:Mine", "-k", "small_plain", "--threads", "2")

    assert done.status == 0, done.output
    assert "mine.on_2" in done.output


def test_the_threads_of_this_process_are_not_chosen(tmp_path: Path) -> None:
    """Its libraries have been loaded already."""
    done = conformance(tmp_path, "--implementation", WRONG, "--threads", "2", "--in-process")

    assert done.status == 2
    assert "--threads: what runs in this process computes on the threads that it has" in done.output
