"""Runs that are killed at random moments, and go on each time where they were; nothing of them lives on."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from lstm_conformance.fixtures.hosting import children
from lstm_conformance.reports.records.errors import NotResults
from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.outside import PATIENCE, SUITE, run
from lstm_conformance.suites.meta.running import untouched

MARK = "LSTM_CONFORMANCE_KILLED"
"""A variable by which all processes of these runs are known."""

ASKED = ("test", "-q", "--tier", "small", "--implementation", f"{fakes.__file__}:NumpyLSTM")
RESULTS = "results.jsonl"

GOING = 10.0
"""Seconds in which processes that were killed must have gone."""


@dataclass
class Killing:
    """A run in a folder, killed again and again.

    seconds: how long one that nobody disturbs takes. `wrong`: what did not hold; `ended`: runs that came to their end.
    """

    folder: Path
    chance: Random
    seconds: float
    digest: str
    wrong: list[str] = field(default_factory=list)
    ended: int = 0
    kept: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, seed: int = 0) -> Killing:
        """See first what an undisturbed run finds."""
        began = time.monotonic()
        run([*SUITE, *ASKED, "--results", "whole.jsonl"], folder)
        seconds = time.monotonic() - began
        return cls(folder, Random(seed), seconds, Results.read(folder / "whole.jsonl").footer.digest)

    def kill(self) -> None:
        """Start the run, or go on with it, and kill it at a random moment, if it has not ended before."""
        environment = {**untouched(), MARK: os.fspath(self.folder)}
        words = [*SUITE, *ASKED, *self._beginning()]
        with children.start(words, env=environment, cwd=self.folder, stderr=subprocess.STDOUT) as process:
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=self.chance.uniform(0, self.seconds))
            process.kill()
            process.communicate(timeout=PATIENCE)
        if left := list(living(self.folder)):
            self.wrong.append(f"processes live on: {left}")
        self._look(process.returncode)

    def finish(self) -> None:
        """Let it come to its end."""
        done = run([*SUITE, *ASKED, *self._beginning()], self.folder)
        self._look(done.status)

    def _beginning(self) -> list[str]:
        journals = [each for each in self.folder.glob("*.journal") if _is_read(each)]
        return ["--resume", journals[0].name] if journals else ["--results", RESULTS]

    def _look(self, status: int) -> None:
        """What was judged must be there still, word for word; what has come to its end says what it should."""
        found = [each for each in self._left() if _is_read(each)]
        lines = {name: line for each in found for name, line in _records(each)}
        if lost := [name for name, line in self.kept.items() if lines.get(name) != line]:
            self.wrong.append(f"{len(lost)} records are lost or others: {lost[0]}")
        self.kept = lines
        for torn in set(self.folder.glob("*.journal")) - set(found):
            torn.unlink()  # killed before it had a header: nothing was judged
        if (self.folder / RESULTS).exists():
            self._look_at_the_end(status)

    def _look_at_the_end(self, status: int) -> None:
        """The results are whole, also where the run was killed behind them; its journal may lie there still then."""
        self.ended += 1
        for journal in self.folder.glob("*.journal") if status else ():
            journal.unlink()
        results = Results.read(self.folder / RESULTS)
        if results.footer.digest != self.digest or results.red or results.header.partial:
            self.wrong.append(f"a run that was killed ended otherwise than another: {results.footer}")
        names = {each.name for each in self.folder.iterdir() if each.suffix != ".part"}
        if left := sorted(names - {RESULTS, "whole.jsonl"}):
            self.wrong.append(f"files are left: {left}")
        (self.folder / RESULTS).unlink()
        self.kept = {}

    def _left(self) -> list[Path]:
        """Journals and results."""
        return [each for each in self.folder.glob(f"{RESULTS}*") if each.suffix != ".part"]


def living(folder: Path) -> Iterator[str]:
    """The processes that were started for what is done in a folder, and have not gone after a while."""
    until, mark = time.monotonic() + GOING, f"{MARK}={folder}".encode()
    while (found := list(_marked(mark))) and time.monotonic() < until:
        time.sleep(0.02)
    yield from found


def _is_read(file: Path) -> bool:
    try:
        Results.read(file)
    except NotResults:
        return False
    return True


def _records(file: Path) -> Iterator[tuple[str, str]]:
    """The whole lines of all checks, by their ids."""
    for line in file.read_text("utf-8").splitlines(keepends=True):
        if line.endswith("\n") and (record := json.loads(line))["kind"] == "check":
            yield record["id"], line


def _marked(mark: bytes) -> Iterator[str]:
    """The processes that have a variable, as Linux tells it."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes().split(b"\0"):
                yield process.name
