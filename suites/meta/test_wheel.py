"""The wheel, installed where no checkout is: it tests anyone's LSTM, from any folder, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.outside import EXAMPLES, NODE, ROOT, Done, run

WRONG = """
from conformance import TinyLSTM


class Negated(TinyLSTM):
    name = "tiny_lstm.Negated"

    def call(self, built, x, states):
        output, *states = super().call(built, x, states)
        return [-output, *states]
"""


class Installed:
    """A fresh environment with the wheel in it; what the suite needs is borrowed from the environment of these tests.

    The checkout is not: a link in a folder that is borrowed is not followed.
    """

    def __init__(self, folder: Path) -> None:
        venv.create(folder / "venv", with_pip=False)
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / "python"
        (self.packages,) = (folder / "venv").glob("[Ll]ib/**/site-packages")
        borrowed = Path(np.__file__).parents[1]
        (self.packages / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
        run_well([sys.executable, "-m", "build", "-w", "--no-isolation", "--outdir", folder, ROOT], folder)
        (wheel,) = folder.glob("*.whl")
        pip: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            self.python,
            "install",
            "--no-index",
            "--no-deps",
            "-q",
        ]
        run_well([*pip, wheel], folder)

    def suite(self, cwd: Path, *words: str | Path) -> Done:
        """`lstm-conformance` with these words, in a folder; what it keeps lies beside that."""
        return run([self.bin / "lstm-conformance", *words], cwd, {"XDG_CACHE_HOME": str(cwd.parent / "kept")})

    def files(self) -> set[Path]:
        """Everything that is installed."""
        return set(self.packages.rglob("*"))


def run_well(command: list[str | Path], cwd: Path) -> None:
    """Run a command that must succeed."""
    done = run(command, cwd)
    assert done.status == 0, done.output


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The environment with the wheel."""
    return Installed(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder of somebody's, with adapters, and with tests of their own that are configured in their own way."""
    shutil.copytree(EXAMPLES / "python", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\nfilterwarnings = error\n", "utf-8")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('a conftest.py that is not ours')\n", "utf-8")
    return tmp_path


def test_the_package_is_the_installed_one(installed: Installed, cwd: Path) -> None:
    """Or these tests would show nothing."""
    done = run([installed.python, "-c", "import lstm_conformance.suites as s; print(s.__file__)"], cwd)

    assert Path(done.output.strip()) == installed.packages / "lstm_conformance" / "suites" / "__init__.py"


def test_both_examples_pass(installed: Installed, cwd: Path) -> None:
    """Python and JavaScript side by side; results and page are written where the user stands, and nothing elsewhere."""
    shutil.copy(EXAMPLES / "javascript" / "lstm.js", cwd)
    before = installed.files()

    command = f"'{NODE}' lstm.js"
    examples = ("--implementation", "conformance.py:TinyLSTM", "--implementation-command", command)
    done = installed.suite(cwd, "test", *examples, "--tier", "small", "--results", "build/results.jsonl")
    page = installed.suite(cwd, "report", "build/results.jsonl", "build/report.html")

    assert done.status == 0, done.output
    results = Results.read(cwd / "build" / "results.jsonl")
    assert {(c.implementation, c.verdict) for c in results.checks} == {
        ("tiny_lstm.LSTM", "pass"),
        ("examples.javascript.LSTM", "pass"),
    }
    assert (page.status, page.output) == (0, f"report: {Path('build/report.html')}\n")
    assert installed.files() == before
    assert not (cwd / ".pytest_cache").exists()


@pytest.mark.deep
def test_workers_find_what_the_command_line_names(installed: Installed, cwd: Path) -> None:
    """A relative path, a module of the current folder, and a command."""
    shutil.copy(EXAMPLES / "javascript" / "lstm.js", cwd)

    options = ("--implementation", "conformance:TinyLSTM", "--implementation-command", f"'{NODE}' lstm.js")
    done = installed.suite(cwd, "test", "-q", "-n", "2", *options, "-k", "final_state or smoke or small_plain")

    assert done.status == 0, done.output
    assert "tiny_lstm.LSTM" in done.output
    assert "examples.javascript.LSTM" in done.output


def test_vectors_are_for_programs_that_know_no_python(installed: Installed, cwd: Path) -> None:
    """They are exported, and the LSTM in JavaScript checks itself."""
    for name in ("lstm.js", "check.js"):
        shutil.copy(EXAMPLES / "javascript" / name, cwd)

    exported = installed.suite(cwd, "vectors", "export", "vectors", "--no-kills")
    checked = run([NODE, "check.js", "vectors"], cwd)

    assert (exported.status, checked.status) == (0, 0), exported.output + checked.output
    assert "vectors, 0 failed" in checked.output


@pytest.mark.deep
def test_the_printed_line_reproduces_a_failure(installed: Installed, cwd: Path) -> None:
    """Pasted into a shell in the same folder it runs the one check, which fails again."""
    first = installed.suite(cwd, "test", "--implementation", "wrong.py:Negated", "-k", "h_n_is_the_last_output")
    line = first.after("reproduce")[0]

    again = run(["sh", "-c", f'PATH="{installed.bin}:$PATH"; {line} -q'], cwd)

    assert line.startswith(
        "lstm-conformance test --implementation wrong.py:Negated --case tiny_lstm.Negated/eager/2.1/"
    )
    assert again.status == 1
    assert again.after("reproduce") == [line]
    assert "1 failed in" in again.output


@pytest.mark.deep
def test_what_failed_last_is_asked_again(installed: Installed, cwd: Path) -> None:
    """By `--lf`, and nothing else; what it is known by lies where the user keeps such things, and not here."""
    options = ("test", "-q", "--implementation", "wrong.py:Negated", "-k", "h_n_is_the_last_output or smoke")
    before = set(cwd.rglob("*"))

    first, again = (installed.suite(cwd, *options, *more) for more in ((), ("--lf",)))

    assert (first.status, again.status) == (1, 1)
    assert re.search(r"\d+ failed, \d+ passed", first.output)
    assert re.search(r"\d+ failed in", again.output)
    assert {path.name.partition("-")[0] for path in (cwd.parent / "kept" / "lstm-conformance").iterdir()} == {
        "failures"
    }
    assert {path for path in cwd.rglob("*") if "__pycache__" not in path.parts} == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    in_part(
        [
            ("", "the following arguments are required: COMMAND"),
            ("verify", "argument COMMAND: invalid choice: 'verify' (choose from "),
            ("diagnose nothing.npz", "cannot read nothing.npz: No such file or directory; check the path"),
            ("test --tier enormous", "argument --tier: invalid choice: 'enormous'"),
            ("test --implementation nowhere.py:LSTM", "--implementation nowhere.py:LSTM: there is no file nowhere.py"),
            (
                "test --implementation conformance.py:LSTM",
                "there is no class 'LSTM' in conformance.py; there is TinyLSTM",
            ),
            ("test --implementation tiny", "there is no implementation of this name (did you mean"),
            ("test --implementation conformance.py:TinyLSTM --python no/python", "cannot start 'no/python'"),
            ("test --implementation conformance.py:TinyLSTM --implementation conformance:TinyLSTM", "are both called"),
            ("test --implementation-command no-such-program", "cannot start 'no-such-program'"),
            ("test --implementation-command 'lstm", "--implementation-command 'lstm: No closing quotation"),
            ("test --implementation-command=", "--implementation-command : the command is empty"),
            ("test --case 1.1", "--case '1.1': expected IMPLEMENTATION/PATH/RULE/CONFIGURATION/NUMBER"),
            (
                "test --implementation conformance.py:TinyLSTM --case mine/eager/1.1/T1/0",
                "nothing here has a check of this id",
            ),
            ("report nothing.jsonl page.html", "no report: [Errno 2] No such file or directory: 'nothing.jsonl'"),
        ],
        3,
    ),
)
def test_a_wrong_usage_is_told_in_a_sentence(installed: Installed, cwd: Path, words: str, sentence: str) -> None:
    """The exit status is 2, and there is no traceback."""
    done = installed.suite(cwd, *words.split())

    assert done.status == 2
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_an_environment_with_numpy_alone_is_enough_for_a_host(installed: Installed, cwd: Path) -> None:
    """The suite runs in one Python, the implementation in another, which knows neither the suite nor pytest."""
    python = bare_python(cwd / "bare")

    options = ("--python", python, "--implementation", "conformance.py:TinyLSTM", "-k", "small_plain or final_cell")
    done = installed.suite(cwd, "test", *options)

    assert done.status == 0, done.output
    assert run([python, "-c", "import pytest"], cwd).status == 1
    assert run([python, "-c", "import lstm_conformance"], cwd).status == 1


def bare_python(folder: Path) -> Path:
    """The Python of a new environment that has NumPy and nothing else."""
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("[Ll]ib/**/site-packages")
    for library in Path(np.__file__).parents[1].glob("numpy*"):  # with its compiled libraries and its metadata
        (packages / library.name).symlink_to(library)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"
