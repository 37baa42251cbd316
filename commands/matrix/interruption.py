"""SIGTERM, made an exception, so that whatever is under way is put in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """Somebody asked this process to end, as Ctrl-C does."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise Terminated in here when SIGTERM comes."""

    def terminate(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def status_of(interruption: KeyboardInterrupt) -> int:
    """The exit status of a process that was interrupted, as shells have it."""
    return 128 + (signal.SIGTERM if isinstance(interruption, Terminated) else signal.SIGINT)
