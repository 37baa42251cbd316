"""How the items are spread over workers of xdist."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from lstm_conformance.suites.harness.plan.planning import family_of


class OneEach(LoadScopeScheduling):  # type: ignore[misc]
    """One worker runs all items of a family of implementations, so that its hosts are started once.

    In place of xdist's own groups, which it puts into node ids, and pytest 9.2 does not let it:
    https://github.com/pytest-dev/pytest-xdist/issues/1386.
    """

    def _split_scope(self, nodeid: str) -> str:
        """The family, from an id that ends in `[implementation/path/configuration]`; else the file."""
        _, _, planned = nodeid.partition("[")
        return family_of(planned.rsplit("/", 2)[0]) if planned.count("/") >= 2 else nodeid.split("::", 1)[0]
