"""What a terminal shows while the checks run, and of their failures at the end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lstm_conformance.fixtures.hosting import process
from lstm_conformance.fixtures.hosting.client import Hosted, HostError
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.harness.run.display import examples
from lstm_conformance.suites.harness.run.pace import bar, duration, how_far, pause
from lstm_conformance.suites.meta.first_hour import MISTAKES, RIGHT
from lstm_conformance.suites.meta.outside import SUITE, run
from lstm_conformance.suites.meta.records import a_check

FRAMEWORKS = ("torch", "tensorflow", "keras", "tf_keras", "jax", "onnx", "onnxruntime")


@pytest.mark.parametrize(
    ("done", "total", "red", "seconds", "line"),
    [
        (1, 1000, 0, 2, "  0%  1 of 1,000 checks"),
        (250, 1000, 3, 10, " 25%  250 of 1,000 checks, 3 red, about 30 s left"),
        (250, 1000, 0, 100, " 25%  250 of 1,000 checks, about 5 min left"),
    ],
)
def test_a_line_says_how_far_a_run_is(done: int, total: int, red: int, seconds: float, line: str) -> None:
    """How long it may take is not said before some is done."""
    assert how_far(done, total, red, seconds) == line


@pytest.mark.parametrize(("share", "drawn"), [(0.0, "[....................] "), (0.5, "[##########..........] ")])
def test_a_terminal_shows_a_bar(share: float, drawn: str) -> None:
    """As wide whatever the share is."""
    assert bar(share) == drawn
    assert len(bar(2.0)) == len(drawn)


def test_lines_are_ever_further_apart() -> None:
    """A line of a terminal is drawn anew as often as before."""
    assert [pause(seconds, redrawn=False) for seconds in (2, 40, 400)] == [10, 10, 100]
    assert pause(400, redrawn=True) == 0.5


def test_seconds_are_seconds_until_there_are_many() -> None:
    """Then they are minutes."""
    assert (duration(89), duration(300)) == ("89 s", "5 min")


def test_the_failure_that_tells_most_is_explained() -> None:
    """Of each implementation one, of the commonest cause: a diagnosed one."""
    told = {"diagnosis": {"named": "gates exchanged", "sentence": "", "reasons": []}}
    many = [a_check(k, verdict="fail", budget=2.0, rule="1.1") for k in range(3)]
    diagnosed = a_check(3, verdict="fail", budget=2.0, rule="1.2", detail=told)
    rare = a_check(4, verdict="error", budget=None, message="TypeError: no (mine.py:3 in call)")
    other = a_check(5, implementation="other.LSTM", verdict="fail", budget=2.0)

    assert [check.case for check in examples([rare, *many, diagnosed, other])] == [3, 5]


@pytest.mark.deep
@pytest.mark.parametrize(("options", "explained"), [((), 1), (("-v",), 10)])
def test_one_failure_is_shown_in_full_unless_all_are_wanted(tmp_path: Path, options: list[str], explained: int) -> None:
    """All are counted, and the exit status is the same; JUnit has every one."""
    mistake = MISTAKES["lengths ignored"]
    (tmp_path / "mine.py").write_text(RIGHT.replace(mistake.right, mistake.wrong), "utf-8")
    command = [*SUITE, "test", "--implementation", "mine.py:Mine", "--tier", "small", "-k", "14_masks"]

    done = run([*command, "--junit-xml", "junit.xml", *options], tmp_path)

    shown, junit = len(done.after("reproduce")), (tmp_path / "junit.xml").read_text("utf-8").count("reproduce ")
    assert done.status == 1
    assert shown == 1 if explained == 1 else shown == junit > explained
    assert ("all are with --explain all" in done.output) == (explained == 1)
    assert junit > 10


def test_a_host_that_says_nothing_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before its time is over: most likely it does not flush."""
    told: list[str] = []
    monkeypatch.setattr(process, "SILENT", 0.5)
    monkeypatch.setattr(process, "listeners", [told.append])
    monkeypatch.setattr("lstm_conformance.fixtures.hosting.client.START_DEADLINE", 2.5)
    silent = "import sys\nfor line in sys.stdin: sys.stdout.write('{}')"

    with Hosted([sys.executable, "-c", silent], name="mine") as host, pytest.raises(HostError):
        host.hello()

    (sentence,) = told
    assert sentence.startswith("mine: no answer to 'hello' for 0.5 s, of 2.5 s that it may take")
    assert "flush" in sentence


def test_the_list_asks_nobody(tmp_path: Path) -> None:
    """It imports no framework, and starts no process."""
    program = (
        "import resource, sys\n"
        "from lstm_conformance.__main__ import main\n"
        "main(['test', '--list'])\n"
        f"print([name for name in {FRAMEWORKS} if name in sys.modules])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime)\n"
    )

    done = run([sys.executable, "-c", program], tmp_path)

    *listed, imported, used = done.output.splitlines()
    assert (imported, used) == ("[]", "0.0")
    assert any(line.startswith("  torch.nn.LSTM: ") for line in listed)
    assert "rules: SPEC version 1" in listed


def test_the_list_says_who_is_tested_only_where_it_is_named(tmp_path: Path) -> None:
    """Nobody else, and all of those that are installed."""
    done = run([sys.executable, "-m", "lstm_conformance", "test", "--list"], tmp_path)

    told = [line.strip().partition(": ")[::2] for line in done.output.splitlines() if line.startswith("  ")]
    installed = {name: rest for name, rest in told if name in IMPLEMENTATIONS and "not installed" not in rest}
    alone = {name for name, rest in installed.items() if rest.endswith("; tested only where it is named")}
    assert alone == {name for name in installed if IMPLEMENTATIONS[name].on_request}


def test_the_help_begins_with_what_is_ours(tmp_path: Path) -> None:
    """What pytest has follows."""
    lines = run([*SUITE, "test", "--help"], tmp_path).output.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("usage: pytest"))

    assert first < 50
    assert {"--implementation NAME", "--list", "--results FILE"} <= {
        "  ".join(line.split("  ")[1:2]) for line in lines[:first]
    }
