"""A binary search over releases, some of which cannot be tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from packaging.version import Version


class Change(NamedTuple):
    """Where a rule changes from failing to holding, or back: the last release before, and the first after.

    `between`: releases in between that cannot be tested, so that the change may be in one of them.
    """

    last: Version
    first: Version
    between: tuple[Version, ...]


def bisect(releases: Sequence[Version], holds: Callable[[Version], bool | None]) -> Change:
    """Find the change between the first and the last of these releases, of which one holds and the other does not.

    `holds`: whether the rule holds in a release, None where that cannot be said.
    """
    before = bool(holds(releases[0]))
    low, high, unknown = 0, len(releases) - 1, set[int]()
    while candidates := [n for n in range(low + 1, high) if n not in unknown]:
        middle = candidates[len(candidates) // 2]
        answer = holds(releases[middle])
        if answer is None:
            unknown.add(middle)
        elif answer == before:
            low = middle
        else:
            high = middle
    return Change(releases[low], releases[high], tuple(releases[low + 1 : high]))
