"""The matrix with a uv and a suite that are played, in a folder of a test."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import packaging
import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.commands.matrix import suite
from lstm_conformance.reports.records.cells import CellResult, read_cells
from lstm_conformance.suites.harness.run import pace

META = Path(__file__).parent
SUITE = (sys.executable, "-m", "lstm_conformance.suites.meta.fake_suite")

PATIENCE = 20.0
"""Seconds in which what is waited for must happen; it takes one."""

DRIVER = (
    "import sys\n"
    "from lstm_conformance.__main__ import main\n"
    "from lstm_conformance.commands.matrix import suite\n"
    f"suite.SUITE = {SUITE!r}\n"
    "sys.exit(main(sys.argv[1:]))\n"
)
"""A program that runs the command with the suite that is played."""


@dataclass(frozen=True)
class Said:
    """What is left of a command that ran in this process."""

    status: int
    output: str
    errors: str


@dataclass
class Workshop:
    """A folder in which the commands run, with its own file of cells and its own index."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    cells: list[str] = field(default_factory=list)

    def cell(
        self, name: str, implementation: str = "fine", *packages: str, tier: str = "supported", **more: str
    ) -> None:
        """Add a cell to the file: `more` are fields as they stand in TOML."""
        lines = [f'id = "{name}"', f'tier = "{tier}"', 'python = "3.11"', f"packages = {list(packages or ['some'])}"]
        fields = {"implementations": f"['{implementation}']", "minutes": "1", "schedule": "'nightly'", **more}
        self.cells.append("\n".join(["[[cell]]", *lines, *(f"{key} = {value}" for key, value in fields.items())]))
        (self.folder / "cells.toml").write_text("\n\n".join(self.cells) + "\n", "utf-8")

    def index(self, releases: Mapping[str, Mapping[str, str]]) -> None:
        """Say which releases there are, and when they came."""
        (self.folder / "bin" / "index.json").write_text(json.dumps(releases), "utf-8")

    def matrix(self, *words: str) -> Said:
        """Run a command of the matrix in this process."""
        self.capsys.readouterr()
        status = main(["matrix", "--cells", "cells.toml", *words])
        captured = self.capsys.readouterr()
        return Said(status, captured.out, captured.err)

    def run(self, *words: str) -> Said:
        """Test cells in a night that has a name."""
        return self.matrix("run", "--night", "night", *words)

    def start(self) -> subprocess.Popen[str]:
        """Test all cells of that night in a process of its own."""
        command = [sys.executable, "-c", DRIVER, "matrix", "--cells", "cells.toml", "run", "--night", "night"]
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, encoding="utf-8")

    @property
    def night(self) -> Path:
        """The folder of the night."""
        return self.folder / "build" / "matrix" / "night"

    @property
    def ended(self) -> dict[str, CellResult]:
        """The record of every cell that has ended."""
        return {result.id: result for result in read_cells(self.night / "cells.json")}

    @property
    def tested(self) -> list[str]:
        """The implementations that were tested, one after the other."""
        return self._lines(self.folder / "tested.txt")

    @property
    def asked(self) -> list[str]:
        """What uv was asked."""
        return self._lines(self.folder / "bin" / "asked.txt")

    def _lines(self, path: Path) -> list[str]:
        return path.read_text("utf-8").splitlines() if path.exists() else []


def wait_for(happened: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workshop:
    """A folder with nothing in it but the played uv."""
    (tmp_path / "bin").mkdir()
    shutil.copy(META / "fake_uv.py", tmp_path / "bin" / "fake_uv.py")
    uv = tmp_path / "bin" / "uv"
    library = Path(packaging.__path__[0]).parent
    program = f'PYTHONPATH="{library}" exec "{sys.executable}" -S "{tmp_path}/bin/fake_uv.py" "$@"'
    uv.write_text(f"#!/bin/sh\n{program}\n", "utf-8")
    uv.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setattr(suite, "SUITE", SUITE)
    monkeypatch.setattr(pace, "FIRST", PATIENCE)
    found = Workshop(tmp_path, capsys)
    found.index({})
    return found
