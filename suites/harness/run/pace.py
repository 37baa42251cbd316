"""How far something is that takes longer than two seconds, and how often that is said.

A terminal has one line that is drawn anew, with a bar; elsewhere there are lines, ever further apart.
"""

from __future__ import annotations

FIRST, EVERY, REDRAWN = 2.0, 10.0, 0.5
"""Seconds until it is said how far something is, and between two lines; in a terminal one line is drawn anew."""

SLOWER = 4
"""Of what takes long, the share of the time so far between two lines: a quarter."""

KNOWN = 0.05
"""The share of the work after which it is said how long the rest may take."""

WIDTH = 20
"""Characters of a bar."""


def pause(seconds: float, *, redrawn: bool) -> float:
    """Seconds until it is said again, after so many."""
    return REDRAWN if redrawn else max(EVERY, seconds / SLOWER)


def how_far(done: int, total: int, red: int, seconds: float, noun: str = "checks") -> str:
    """How many checks are done, how many items were red, and about how long it will take."""
    left = f", about {duration(seconds / done * (total - done))} left" if done > KNOWN * total else ""
    wrong = f", {red:,} red" if red else ""
    return f"{done / total:4.0%}  {done:,} of {total:,} {noun}{wrong}{left}"


def bar(share: float) -> str:
    """A share of 1, drawn."""
    full = int(WIDTH * min(share, 1.0))
    return f"[{'#' * full}{'.' * (WIDTH - full)}] "


def duration(seconds: float) -> str:
    """Seconds in the unit in which a person thinks of them."""
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
