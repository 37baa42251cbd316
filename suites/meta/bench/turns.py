"""Times of calls that take turns, so that whatever else the machine does hits all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Calls = Mapping[str, Callable[[], object]]

MOST_ROUNDS = 1000


def in_turns(calls: Calls, seconds: float) -> dict[str, list[float]]:
    """CPU seconds of every call, round after round, as many as end within this time.

    The first round warms up and is not counted; one is measured in any case.
    """
    rounds: list[dict[str, float]] = []
    began = now = time.perf_counter()
    ends = began + seconds
    while len(rounds) < 2 or (now + (now - began) < ends and len(rounds) < MOST_ROUNDS):
        began = now
        rounds.append({name: _seconds(call) for name, call in calls.items()})
        now = time.perf_counter()
    return {name: [each[name] for each in rounds[1:]] for name in calls}


def milliseconds(times: Mapping[str, list[float]]) -> dict[str, float]:
    """The median of every call."""
    return {name: 1e3 * median(each) for name, each in times.items()}


def ratios(times: Mapping[str, list[float]], of: str) -> dict[str, float]:
    """The median, over the rounds, of what a call takes beside each of the others."""
    return {
        name: median(a / b for a, b in zip(times[of], each, strict=True)) for name, each in times.items() if name != of
    }


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began
