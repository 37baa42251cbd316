"""The suite, run in this Python on implementations that live in an environment."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from lstm_conformance.commands.matrix.environments.uv import NO_SPACE, DiskFull
from lstm_conformance.commands.telling import meanwhile, of_run
from lstm_conformance.fixtures.hosting.children import TimedOut, run
from lstm_conformance.fixtures.hosting.process import ONE_THREAD
from lstm_conformance.reports.records.cells import Outcome
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.kinds import RESULTS, check_vacant
from lstm_conformance.suites.harness.run.candidates import STARTING

SUITE = (sys.executable, "-m", "lstm_conformance", "test")

ROOT = Path(__file__).resolve().parents[2]

DECIDING = ("reference", "fixtures", "suites")
"""The folders that decide what is asked and how it is judged."""

ELSEWHERE = ("suites/meta", "commands/matrix/environments")
"""Those in them that do not."""

LEAST = 20_000_000
"""Bytes without which nothing can be written that is worth it."""


class NotTested(Exception):
    """A cell ended in another way than by being tested: the outcome, and a sentence of the reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome: Outcome = outcome
        self.reason = reason


def conformance(
    implementations: Sequence[str],
    python: Path,
    *,
    env: Mapping[str, str],
    options: Sequence[str],
    seconds: float,
    results: Path,
) -> Results:
    """Test implementations in their Python; beside the results lies a log of what was printed.

    Raises NotTested, DiskFull, Occupied.
    """
    check_vacant([(results, RESULTS)])
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    log = results.with_suffix(".log")
    named = [word for name in implementations for word in ("--implementation", name)]
    command = [*SUITE, *named, "--python", os.fspath(python), "--results", os.fspath(results)]
    command += ["--tb=no", "-rN", *options]
    try:
        with meanwhile(f"testing {', '.join(implementations)}", of_run(log)):
            ended = run(command, seconds=seconds, env={**os.environ, **ONE_THREAD, **env}, log=log)
    except TimedOut as error:
        raise NotTested("timed-out", f"the tests: {error}") from error
    return _read(results, log, ended.status)


def _read(results: Path, log: Path, status: int) -> Results:
    """What came of it. Raises NotTested unless these are whole results of something that started."""
    try:
        record = Results.read(results)
    except (OSError, ResultsError) as error:
        last = last_words(log)
        if NO_SPACE in last or shutil.disk_usage(log.parent).free < LEAST:
            raise DiskFull(last) from error
        raise NotTested("crashed", f"the suite ended with status {status} and without results: {last}") from error
    if all(check.path == STARTING for check in record.checks):
        raise NotTested("import-failed", record.checks[0].message or "" if record.checks else "nothing was planned")
    return record


def last_words(log: Path) -> str:
    """The last lines of a log that say something, in one."""
    lines = [" ".join(line.split()) for line in log.read_text("utf-8", errors="replace").splitlines()]
    return " | ".join([line for line in lines if line.strip("=_ ")][-3:]) or "it printed nothing"


@cache
def digest() -> str:
    """A digest of what is asked and how it is judged: two runs of the same suite on the same cell need not be two."""
    sha256 = hashlib.sha256()
    for path in sorted(_deciding()):
        sha256.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        sha256.update(path.read_bytes())
    return sha256.hexdigest()


def _deciding() -> Iterator[Path]:
    for folder in DECIDING:
        for path in (ROOT / folder).rglob("*"):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and not name.startswith(ELSEWHERE):
                yield path
