"""What a process keeps of the answers of implementations, and how much memory it takes."""

from __future__ import annotations

import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

ROOM = 2**28
"""Bytes of observations that a process keeps, of however many implementations."""

STATUS = Path("/proc/self/status")

_HIGH_WATER_MARK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)

Kept = TypeVar("Kept")


class Memory:
    """Keeps what was computed or asked, by owner and key; beyond its room, what was used least recently goes first.

    All subjects of a process share one: what it takes does not grow with their number.
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._kept: OrderedDict[tuple[object, object], tuple[Any, int]] = OrderedDict()
        self.nbytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, owner: object, key: object, make: Callable[[], Kept], size: Callable[[Kept], int]) -> Kept:
        """What is kept under this key, or what is made now; size: the bytes that it takes."""
        where = (owner, key)
        if where not in self._kept:
            made = make()
            self._put(where, made, size(made))
        self._kept.move_to_end(where)
        kept: Kept = self._kept[where][0]
        return kept

    def forget(self, owner: object) -> None:
        """Keep nothing of this owner."""
        for where in [where for where in self._kept if where[0] == owner]:
            self._drop(where)

    def _put(self, where: tuple[object, object], made: object, size: int) -> None:
        """Keep it, whatever its size: who has just asked for it has it anyway."""
        self._kept[where] = made, size
        self.nbytes += size
        while self.nbytes > self._room and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, where: tuple[object, object]) -> None:
        self.nbytes -= self._kept.pop(where)[1]


def told(own: int | None, workers: Sequence[int]) -> list[str]:
    """The line of a summary, if this process knows: its own peak, and those of its workers, in bytes."""
    if own is None:
        return []
    of_workers = f"; of {len(workers)} workers {', '.join(map(_megabytes, workers))}" if workers else ""
    return [f"peak memory: {_megabytes(own)}{of_workers}"]


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"


def peak(status: Path = STATUS) -> int | None:
    """The most memory that this process has taken, in bytes; None on Windows, where Python does not say.

    status: where Linux tells it of what runs now; `ru_maxrss` there begins with what the process that started it took.
    """
    if status.exists() and (match := _HIGH_WATER_MARK.search(status.read_text("utf-8"))):
        return 1024 * int(match[1])
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 -- not on Windows

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else 1024 * used
