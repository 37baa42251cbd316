"""What a cell is going to hold: its requirements, resolved."""

from __future__ import annotations

import time
from dataclasses import dataclass

from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.environments.releases import resolved
from lstm_conformance.commands.matrix.environments.store import name_of
from lstm_conformance.commands.matrix.environments.uv import Uv, UvFailed
from lstm_conformance.fixtures.hosting.children import TimedOut


@dataclass(frozen=True)
class Plan:
    """A cell and the releases that it is going to hold; None with a reason if its requirements cannot be met."""

    cell: Cell
    packages: tuple[str, ...] | None
    reason: str
    seconds: float

    @property
    def environment(self) -> str:
        """The name of its environment; empty if there is none."""
        return "" if self.packages is None else name_of(self.cell.python, self.packages)

    @property
    def versions(self) -> dict[str, str]:
        """Every distribution with its version."""
        split = (line.partition("==") for line in self.packages or ())
        return {name: version for name, _, version in split}

    @property
    def told(self) -> str:
        """A line that says what was found for the packages that the cell names."""
        if self.packages is None:
            return f"does not resolve: {self.reason}"
        named = {name: version for name, version in self.versions.items() if self.cell.requires(name)}
        return ", ".join([f"Python {self.cell.python}", *(f"{name} {version}" for name, version in named.items())])


def planned(uv: Uv, cell: Cell) -> Plan:
    """Resolve what a cell requires. Raises Unreachable."""
    started = time.monotonic()
    packages, reason = None, ""
    try:
        packages = resolved(uv, cell)
    except (UvFailed, TimedOut) as error:
        reason = str(error)
    return Plan(cell, packages, reason, time.monotonic() - started)
