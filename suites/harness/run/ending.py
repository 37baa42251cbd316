"""Runs that are ended from outside: by `timeout`, `docker stop`, a closed terminal, a CI that gives up.

Where they ask, by SIGTERM or SIGHUP, the run ends as after Ctrl-C, and its results are partial. Where they do not, by
SIGKILL, the journal of its records is left.
"""

from __future__ import annotations

import signal
from functools import partial
from types import FrameType

import pytest

ASKED = ("SIGTERM", "SIGHUP")
"""Signals that ask a process to end; Windows has no SIGHUP."""


def interrupts(config: pytest.Config, *, worker: bool) -> None:
    """Let these signals interrupt the run, until pytest has ended; a worker leaves that to its controller."""
    for name in ASKED:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave_it if worker else _interrupt)
            config.add_cleanup(partial(_as_before, number))


def _as_before(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)


def _leave_it(number: int, frame: FrameType | None) -> None:
    """Not ignored, which those would inherit that are started from here."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End the run as Ctrl-C does; a second signal does not disturb the end."""
    del frame
    signal.signal(number, _leave_it)
    raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")
