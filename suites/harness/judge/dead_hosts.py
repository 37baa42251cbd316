"""Hosts that died, and the cases that are to blame."""

from __future__ import annotations

from collections import Counter

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.client import HostError

DEATHS = 3
"""Hosts that may die in one configuration before the rest of it is not run."""


class Casualties:
    """Who was there when a host died. A case is a culprit when a host dies with it alone, not for the first time."""

    def __init__(self) -> None:
        self._deaths: Counter[str] = Counter()
        self._present: set[tuple[str, int]] = set()
        self._culprits: dict[tuple[str, int], HostError] = {}

    def too_many(self, cases: Cases) -> bool:
        """Whether so many hosts died in the configuration of these cases that it is not tried again."""
        return self._deaths[cases.origin] >= DEATHS

    def add(self, cases: Cases, error: HostError) -> None:
        """A host died of these cases."""
        self._deaths[cases.origin] += 1
        names = {(cases.origin, number) for number in cases.numbers}
        if len(names) == 1 and names <= self._present:
            self._culprits[names.pop()] = error
        self._present |= names

    def of(self, cases: Cases) -> HostError | None:
        """The error of a culprit among these cases: there is no need to try it again."""
        found = (self._culprits.get((cases.origin, number)) for number in cases.numbers)
        return next((error for error in found if error is not None), None)
