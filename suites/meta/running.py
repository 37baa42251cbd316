"""The suite run as a user runs it, in a process of its own; the tests look at what it leaves behind."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lstm_conformance.fixtures.hosting import children
from lstm_conformance.fixtures.hosting.children import Ended
from lstm_conformance.fixtures.hosting.process import ONE_THREAD
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import RED

ROOT = Path(__file__).resolve().parents[2]
META = Path("suites", "meta")
EVERYTHING = ("suites", "--ignore=suites/meta")
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")

# Far longer than any run takes: a run that hangs must not stop these tests for ever.
PATIENCE = 1200.0

IN_CI = ("CI", "BUILD_NUMBER", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")
"""Where one of these is set, pytest repeats whole messages in its summary, and a run tells GitHub what it found."""


@dataclass(frozen=True)
class Run:
    """What is left of a run: the exit status of pytest, what it printed, and the file that it was told to write."""

    status: int
    output: str
    path: Path

    @cached_property
    def results(self) -> Results:
        """The records."""
        return Results.read(self.path)

    @property
    def names(self) -> set[str]:
        """The implementations that were checked."""
        return {check.implementation for check in self.results.checks}

    def red_rules(self, implementation: str) -> set[str]:
        """The rules of which a check of the implementation is red."""
        return {c.rule for c in self.results.checks if c.implementation == implementation and c.verdict in RED}

    def verdicts(self) -> dict[str, str]:
        """The verdict of every check, by its id."""
        return {check.id: check.verdict for check in self.results.checks}


def conformance(
    folder: Path, *options: str, of: Iterable[str] = EVERYTHING, environment: Mapping[str, str] | None = None
) -> Run:
    """Run these files of the suite with these options; the records go into the folder.

    The tier is the small one, unless they say another; all failures are shown.
    """
    path = folder / "results.jsonl"
    return finished(
        [*PYTEST, *of, "-q", "--explain", "all", "--tier", "small", "--results", os.fspath(path), *options],
        path,
        environment,
    )


def finished(command: list[str], path: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command in the root of the repository."""
    ended = apart(command, ROOT, environment or {}, PATIENCE)
    return Run(ended.status, ended.output, path)


def apart(command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str], seconds: float) -> Ended:
    """Run a command on one thread, untouched by the options of the pytest around it and by where that runs."""
    return children.run(command, seconds=seconds, env={**untouched(), **environment}, cwd=cwd, mixed=True)


def untouched() -> dict[str, str]:
    """The variables of a process that nobody has told how to run, but on one thread."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_") and name not in IN_CI}
    return own | ONE_THREAD


def python(program: str, *arguments: str) -> list[str]:
    """The command that runs pytest with these arguments inside a program, which finds them in `sys.argv[1:]`."""
    return [sys.executable, "-c", program, "-p", "no:cacheprovider", "-q", *arguments]


def adapters(file: str, *classes: str) -> list[str]:
    """The options that name adapters of a file of this folder."""
    return [word for name in classes for word in ("--implementation", f"{META / file}:{name}")]
