"""Requests of which hosts died: to blame is a request and all that it carries, not a case.

A rule that sends a request of which hosts died before shares its end, whichever rule came first; another request of the
same case is sent. What comes of a rule then does not depend on what was asked before it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from lstm_conformance.fixtures.hosting.client import HostDied, HostError, HostTimeout, Implementation, Message
from lstm_conformance.fixtures.hosting.lending import LEFT
from lstm_conformance.fixtures.hosting.wire import Arrays, Header, encode

DEATHS = 3
"""Hosts that may die of one rule in one configuration before its other cases are not asked.

Whoever is known to die counts like whoever does, so that it does not matter which rule comes first.
"""

RESTART = 5.0
"""Seconds that a host which dies costs, about; of one that hangs it is the deadline."""

PATIENCE = 7200.0
"""Seconds that the hosts of one path may cost: nothing else is asked of it then. Only this depends on the order."""


class DeadlyRequest(HostError):
    """A host died, or hangs, of a request. error: how; key: names the request; known: whose it was, "" if sent now."""

    def __init__(self, error: HostError, key: str, known: str = "") -> None:
        super().__init__(str(error))
        self.error, self.key, self.known = error, key, known


@dataclass
class Toll:
    """What one rule in one configuration has cost. suspects: requests of which a host died once, alone.

    batch: whether one died of several cases at once, so that the case with which alone it dies then is the culprit.
    """

    deaths: int = 0
    batch: bool = False
    suspects: set[str] = field(default_factory=set)

    @property
    def is_too_high(self) -> bool:
        """Whether its other cases are not asked."""
        return self.deaths >= DEATHS

    def add(self, deadly: DeadlyRequest, cases: int) -> bool:
        """A host died of so many cases at once; whether a case alone is to blame: not for the first death."""
        again = cases == 1 and (self.batch or deadly.key in self.suspects)
        self.batch |= cases > 1
        self.suspects.add(deadly.key)
        self.deaths += 1
        return again


class Casualties:
    """The requests of one path that are to blame, and what hosts that died have cost."""

    def __init__(self) -> None:
        self._blamed: dict[str, tuple[HostError, str]] = {}
        self._cost = 0.0

    @property
    def is_too_dear(self) -> bool:
        """Whether nothing else is asked."""
        return self._cost >= PATIENCE

    def request(
        self, implementation: Implementation, verb: str, fields: Header, arrays: Arrays, deadline: float
    ) -> Message:
        """Send a request, unless it is one of those. Raises DeadlyRequest, or HostError as the implementation does.

        What comes of a layer that is as the request before has left it is not that of this request alone.
        """
        key = _key(verb, fields, arrays) if self._blamed and fields.get("loan") != LEFT else ""
        if key in self._blamed:
            error, whose = self._blamed[key]
            raise DeadlyRequest(error, key, whose)
        try:
            return implementation.request(verb, fields, arrays, deadline)
        except (HostDied, HostTimeout) as error:
            self._cost += deadline if isinstance(error, HostTimeout) else RESTART
            raise DeadlyRequest(error, key or _key(verb, fields, arrays)) from error

    def blame(self, deadly: DeadlyRequest, whose: str) -> None:
        """It is not sent again; whose: what names the check that sent it."""
        self._blamed.setdefault(deadly.key, (deadly.error, whose))


def _key(verb: str, fields: Header, arrays: Arrays) -> str:
    """What is the same of two requests that are the same: all that is sent."""
    return hashlib.sha256(encode({**fields, "verb": verb}, arrays)).hexdigest()
