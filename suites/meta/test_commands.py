"""The command line: what the first word leads to, and what is said of a word or a file that leads nowhere."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from lstm_conformance import __main__ as command_line
from lstm_conformance.__main__ import BROKEN_PIPE_STATUS, COMMANDS, main
from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.suites.meta.outside import SUITE, run


class Fake:
    """A command that returns a status, or refuses what it is given."""

    def __init__(self, status: int = 0, error: str = "") -> None:
        self.status, self.error = status, error

    def declare(self, subparsers: Subparsers) -> None:
        """Under the name fake."""
        subparsers.add_parser("fake")

    def run(self, arguments: argparse.Namespace) -> int:
        """Say so."""
        del arguments
        if self.error:
            raise BadInput(self.error)
        return self.status


def faked(monkeypatch: pytest.MonkeyPatch, fake: Fake) -> Fake:
    """The fake as the only command."""
    monkeypatch.setattr(command_line, "COMMANDS", ("fake",))
    monkeypatch.setattr(command_line, "command", lambda name: {"fake": fake}[name])
    return fake


def usage_error(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The last line that is printed of words that lead nowhere."""
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--list"],
        ["--help", "-h", "--version"],
        ["-q", "-k", "a or not b", "--implementation", "x.py:X", "file.py::test[a-b]"],
        ["--case=1/2", "-n", "2", "-1", ""],
    ],
)
def test_words_for_pytest_arrive_as_they_are(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """None is taken for an option of the command line itself."""
    came: list[list[str]] = []

    def pytest_main(words: list[str]) -> int:
        came.append(words)
        return 0

    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setattr("lstm_conformance.commands.test.pytest.main", pytest_main)
    monkeypatch.setattr("lstm_conformance.commands.test.APART", [])
    monkeypatch.setattr("lstm_conformance.commands.test.WHAT", [])

    main(["test", *words])

    assert [given[2:] for given in came] == [["-p", "lstm_conformance.suites.harness.run.plugin", "--alone", *words]]


@pytest.mark.parametrize("status", [0, 1, 5])
def test_the_status_is_that_of_the_command(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """It is handed on."""
    faked(monkeypatch, Fake(status))

    assert main(["fake"]) == status


def test_bad_input_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 2; the sentence says whose it is."""
    faked(monkeypatch, Fake(error="expected a, came b: do c"))

    assert main(["fake"]) == 2
    assert capsys.readouterr() == ("", "lstm-conformance fake: expected a, came b: do c\n")


def test_nobody_reads_on() -> None:
    """What is cut off by `head` is no mistake, and prints no traceback."""
    command = [sys.executable, "-m", "lstm_conformance", "matrix", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        listing.stdout.close()
        told = listing.stderr.read()

    assert listing.returncode == BROKEN_PIPE_STATUS
    assert told == ""


def test_a_mistake_of_ours_is_no_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its traceback, or nobody could mend it."""
    fake = faked(monkeypatch, Fake())
    monkeypatch.setattr(fake, "run", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        main(["fake"])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "lstm-conformance: error: the following arguments are required: COMMAND"),
        (["verify"], "lstm-conformance: error: argument COMMAND: invalid choice: 'verify' (choose from "),
        (["--tier", "quick"], "lstm-conformance: error: argument COMMAND: invalid choice: 'quick'"),
        (["diagnose"], "lstm-conformance diagnose: error: the following arguments are required: FILE"),
        (
            ["diagnose", "a.npz", "--layout", "mxnet"],
            "lstm-conformance diagnose: error: argument --layout: invalid choice",
        ),
        (
            ["diagnose", "a.npz", "--dtype", "int8"],
            "lstm-conformance diagnose: error: argument --dtype: invalid choice",
        ),
        (
            ["diagnose", "a.npz", "--batch-first", "--time-first"],
            "lstm-conformance diagnose: error: argument --time-first",
        ),
    ],
)
def test_words_that_lead_nowhere(capsys: pytest.CaptureFixture[str], words: list[str], sentence: str) -> None:
    """What was expected, and what came; the exit status is 2."""
    assert usage_error(words, capsys).startswith(sentence)


def test_a_command_imports_no_other() -> None:
    """Nobody waits for what another command needs."""
    program = (
        "import sys; from lstm_conformance.__main__ import command, named; command(*named(['report', 'a', 'b']));"
        "print(sorted(name for name in sys.modules if name.startswith('lstm_conformance.commands.')))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['lstm_conformance.commands.report', 'lstm_conformance.commands.telling']"


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """And the options of `test` that are wanted most."""
    with pytest.raises(SystemExit) as caught:
        main(["--help"])

    text = capsys.readouterr().out
    assert caught.value.code == 0
    assert [name for name in COMMANDS if f"\n    {name} " not in text] == []
    assert "--implementation-command 'COMMAND'" in text


def test_the_help_of_diagnose_names_every_array(capsys: pytest.CaptureFixture[str]) -> None:
    """Of every layout, and of the call."""
    with pytest.raises(SystemExit):
        main(["diagnose", "--help"])

    words = capsys.readouterr().out.replace(",", " ").split()
    arrays = {"weight_ih_l0", "recurrent_kernel", "W", "R", "B", "W_i", "U_i", "b_i", "x", "y", "h_0", "c_n", "lengths"}
    assert arrays - {*words} == set()


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    """Asked as a module; `test_wheel.py` asks the program that is installed."""
    done = run([*SUITE, "--version"], tmp_path)

    assert (done.status, done.output) == (0, f"lstm-conformance {version('lstm-conformance')}\n")


def test_test_passes_words_on_to_pytest(tmp_path: Path) -> None:
    """Its help is pytest's, with the options of the suite."""
    done = run([*SUITE, "test", "--help"], tmp_path)

    assert done.status == 0
    assert "--implementation-command" in done.output
    assert "--maxfail" in done.output


def test_the_command_line_starts_without_a_framework(tmp_path: Path) -> None:
    """It is asked for help by people who have none installed."""
    program = (
        "import sys\n"
        "import lstm_conformance.__main__\n"
        "print([name for name in ('torch', 'tensorflow', 'keras', 'jax', 'onnx') if name in sys.modules])\n"
    )

    done = run([SUITE[0], "-c", program], tmp_path)

    assert done.output == "[]\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    "words", [("test", "--list", "--implementation", "mutants:summed_backwards"), ("test", "--help")]
)
def test_a_console_of_few_characters_is_told_everything(words: tuple[str, ...], encoding: str) -> None:
    """What it has none for is spelt out."""
    command = [sys.executable, "-m", "lstm_conformance", *words]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}, check=False)

    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr


def _nobody(_: Path) -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_where_nobody_is_at_home_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite runs, and `--lf` is not known."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "expanduser", _nobody)
    came: list[list[str]] = []

    def pytest_main(words: list[str]) -> int:
        came.append(words)
        return 0

    monkeypatch.setattr("lstm_conformance.commands.test.pytest.main", pytest_main)

    assert main(["test", "-x"]) == 0
    assert "no:cacheprovider" in came[0]
