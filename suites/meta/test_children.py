"""A child process ends in time, puts its things in order if it can, and takes with it what it has started."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from lstm_conformance.fixtures.hosting import children
from lstm_conformance.fixtures.hosting.children import TimedOut, run
from lstm_conformance.suites.meta.asking import wait_until_gone

PYTHON = (sys.executable, "-S", "-c")

ORDERLY = """\
import pathlib, time
try:
    time.sleep(60)
except KeyboardInterrupt:
    pathlib.Path("in order").touch()
"""

LEAVING = """\
import subprocess
print(subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL).pid)
"""


@pytest.mark.parametrize("ignored", [signal.SIG_IGN, signal.default_int_handler], ids=["background", "foreground"])
def test_what_is_ended_may_put_its_things_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored: signal.Handlers
) -> None:
    """It is interrupted, also where a shell has started everything in the background."""
    monkeypatch.chdir(tmp_path)
    before = signal.signal(signal.SIGINT, ignored)

    with pytest.raises(TimedOut, match="more than 1 s"):
        run([*PYTHON, ORDERLY], seconds=0.8, env=os.environ)
    signal.signal(signal.SIGINT, before)

    assert (tmp_path / "in order").exists()


def test_what_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while."""
    monkeypatch.setattr(children, "PATIENCE", 0.2)
    program = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)"
    started = time.monotonic()

    with pytest.raises(TimedOut):
        run([*PYTHON, program], seconds=0.5, env=os.environ)

    assert time.monotonic() - started < 30


def test_what_it_leaves_behind_is_killed(tmp_path: Path) -> None:
    """Although it ended by itself, and in time."""
    log = tmp_path / "log"

    ended = run([*PYTHON, LEAVING], seconds=60, env=os.environ, log=log)

    assert ended.status == 0
    assert wait_until_gone(int(log.read_text("utf-8")))


@pytest.mark.parametrize(
    ("mixed", "seen"), [(False, ("read", "told")), (True, ("readtold", ""))], ids=["apart", "mixed"]
)
def test_it_reads_and_writes(mixed: bool, seen: tuple[str, str]) -> None:
    """A text for it; what it prints, and what it tells on stderr."""
    program = "import sys; print(sys.stdin.read(), end='', flush=True); print('told', end='', file=sys.stderr)"

    ended = run([*PYTHON, program], seconds=60, env=os.environ, text="read", mixed=mixed)

    assert (ended.status, ended.output, ended.errors) == (0, *seen)


def test_what_is_not_there_cannot_be_started() -> None:
    """And that is said at once."""
    with pytest.raises(OSError, match="no-such-program"):
        run(["no-such-program"], seconds=60, env=os.environ)


@pytest.mark.parametrize(
    ("status", "said"),
    [(3, "ended with exit status 3"), (-9, "was ended by SIGKILL"), (-99, "was ended by signal 99"), (None, "killed")],
)
def test_what_became_of_it(status: int | None, said: str) -> None:
    """In words, whoever ended it."""
    assert children.fate(status).endswith(said)
