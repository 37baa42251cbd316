"""How long the cells of a matrix are going to take, from how long they and others took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import mean

from lstm_conformance.commands.matrix.night import finished

UNKNOWN = 150.0
"""Seconds that a cell is thought to take before any has taken any."""


class Progress:
    """What is done, and what is left."""

    def __init__(self, nights: Path) -> None:
        """Read how long cells took in earlier nights, the last one of each."""
        folders = sorted(folder for folder in nights.glob("*") if folder.is_dir())
        results = (result for folder in folders for result in finished(folder))
        self._before = {result.id: sum(result.seconds.values()) for result in results}
        self._now: dict[str, float] = {}

    def took(self, cell: str, seconds: float) -> None:
        """Note how long a cell took."""
        self._now[cell] = seconds

    def expected(self, cell: str) -> float:
        """Seconds that a cell is going to take: as many as last time, else as many as others took."""
        known = self._now or self._before
        return self._before.get(cell) or (mean(known.values()) if known else UNKNOWN)

    def left(self, cells: Iterable[str]) -> str:
        """In words, how long these are going to take."""
        return duration(sum(map(self.expected, cells)))


def duration(seconds: float) -> str:
    """A time in words."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def phases(seconds: Mapping[str, float]) -> str:
    """How long what took, in words; what took no time is not named."""
    return ", ".join(f"{name} {duration(took)}" for name, took in seconds.items() if took >= 0.5) or "in no time"
