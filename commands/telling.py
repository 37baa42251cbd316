"""What a command does while it is silent for more than two seconds: what, how far it is, how long it may take."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

from lstm_conformance.reports.records.visible import harmless, say
from lstm_conformance.suites.harness.run import pace

ERASED = "\r\033[K"
"""Begins the line of a terminal anew. Source: ECMA-48, CR and EL."""

TAIL = 4096
"""Bytes at the end of a log in which the last line stands that says how far a run is."""

Item = TypeVar("Item")


@contextmanager
def meanwhile(what: str, how_far: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Say what is done, as long as it is, on stderr: in a terminal as one line that is drawn anew, else in lines.

    how_far: is asked in another thread, from time to time.
    """
    ended = Event()
    teller = Thread(target=_tell, args=(what, how_far, ended), daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def one_by_one(what: str, items: Sequence[Item], noun: str) -> Iterator[Item]:
    """The items, with how many of them were taken and are done."""
    started, done = time.monotonic(), list[Item]()

    def how_far() -> str:
        return _with_bar(pace.how_far(len(done), len(items), 0, time.monotonic() - started, noun))

    with meanwhile(what, how_far):
        for item in items:
            yield item
            done.append(item)


def of_run(log: Path) -> Callable[[], str]:
    """How far a run of the suite is that prints into a log; nothing before it says so."""

    def last() -> str:
        try:
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - TAIL))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return next((_with_bar(line) for line in reversed(lines) if _share(line) is not None), "")

    return last


def is_terminal() -> bool:
    """Whether there is a line that can be drawn anew."""
    return sys.stderr.isatty()


def _tell(what: str, how_far: Callable[[], str], ended: Event) -> None:
    redrawn = is_terminal()
    started, wait = time.monotonic(), pace.FIRST
    while not ended.wait(wait):
        seconds = time.monotonic() - started
        told = _known(how_far) or f"{pace.duration(seconds)} so far"
        if redrawn:  # what does not fit on a line is the end of what may be long
            width = shutil.get_terminal_size().columns - 1
            print(ERASED + harmless(f"{told}: {what}")[:width], end="", file=sys.stderr, flush=True)
        else:
            say(f"{what}: {told}", wrong=True)
        wait = pace.pause(seconds, redrawn=redrawn)
    if redrawn:
        print(ERASED, end="", file=sys.stderr, flush=True)


def _known(how_far: Callable[[], str]) -> str:
    """How far it is; empty where that cannot be found out now, as of a folder that is being written."""
    try:
        return how_far()
    except (OSError, ValueError):
        return ""


def _share(line: str) -> float | None:
    """The share of 1 that a line of `pace.how_far` begins with; None of another line."""
    match = re.match(r" *(\d+)%  [\d,]+ of [\d,]+ ", line)
    return int(match[1]) / 100 if match else None


def _with_bar(line: str) -> str:
    return (pace.bar(_share(line) or 0.0) if is_terminal() else "") + line.strip()
