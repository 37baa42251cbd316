"""How the items are spread over workers of xdist."""

from __future__ import annotations

from binascii import crc32

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from lstm_conformance.suites.harness.plan.planning import family_of

PARTS = 4
"""Into so many for each worker few families are taken apart: configurations take unlike times."""

SPARING = ("--once", "--until-caught")
"""With these, what has failed decides what is asked next: one worker must know it."""


class OneEach(LoadScopeScheduling):  # type: ignore[misc]
    """One worker runs all items of a family of implementations, so that its hosts are started once.

    Where there are fewer families than workers, each is taken apart by configurations, and every worker starts hosts of
    its own: what several rules ask of one configuration is asked and expected once, and paths are compared on it. Not
    so where what has failed decides what is asked.

    In place of xdist's own groups, which it puts into node ids, and pytest 9.2 does not let it:
    https://github.com/pytest-dev/pytest-xdist/issues/1386.
    """

    parts = 1
    """Of a family."""

    def schedule(self) -> None:
        """Hand out the items, now that they are known."""
        if self.collection is None:
            items = next(iter(self.registered_collections.values()))
            families = {_family(item) for item in items}
            alone = len(families) >= self.numnodes or any(map(self.config.getoption, SPARING))
            self.parts = 1 if alone else PARTS * self.numnodes
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        """The family or its part, from an id that ends in `[implementation/path/configuration]`; else the file."""
        family = _family(nodeid)
        if not family or self.parts == 1:
            return family or nodeid.split("::", 1)[0]
        _, configuration = nodeid.rsplit("/", 1)
        return f"{family}/{crc32(configuration.encode()) % self.parts}"


def _family(nodeid: str) -> str:
    """Of whom an item asks something; empty where it asks nobody."""
    _, _, planned = nodeid.partition("[")
    return family_of(planned.rsplit("/", 2)[0]) if planned.count("/") >= 2 else ""
