"""The cells of a night, one after the other."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lstm_conformance.commands.matrix.attempt import attempt
from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.environments.store import Store
from lstm_conformance.commands.matrix.night import Night, definition
from lstm_conformance.commands.matrix.plan import Plan, planned
from lstm_conformance.commands.matrix.progress import Progress, duration, phases
from lstm_conformance.commands.telling import one_by_one
from lstm_conformance.reports.records.cells import CellResult
from lstm_conformance.reports.records.results import RED
from lstm_conformance.reports.records.visible import say


@dataclass(frozen=True)
class Limits:
    """The minutes after which no cell is started, None for all that it takes, and the bytes of the disk to be used."""

    minutes: float | None
    disk: float


@dataclass(kw_only=True)
class Rounds:
    """Goes from cell to cell. `results`: of those that have ended. `largest`: the most bytes that were ever used."""

    night: Night
    store: Store
    progress: Progress
    options: tuple[str, ...]
    limits: Limits
    results: dict[str, CellResult] = field(default_factory=dict)
    largest: int = 0
    _started: float = field(default_factory=time.monotonic)

    def make(self, cells: Sequence[Cell], *, again: bool) -> None:
        """Do what is not done yet. Raises Occupied, Unreachable, DiskFull, KeyboardInterrupt."""
        self.night.check_vacant([cell.id for cell in cells])
        self.clear_up()
        left = [cell for cell in cells if again or not self._done(cell)]
        _say(f"cells: {len(cells)}, tested before: {len(cells) - len(left)}, left: {self._left(left)}")
        plans = [planned(self.store.uv, cell) for cell in one_by_one("resolving", left, "cells")]
        for number, plan in enumerate(plans, 1):
            if self._too_late(plan.cell):
                return
            coming = plans[number:]
            _say(f"[{number}/{len(plans)}] {plan.cell.id}: {plan.told}")
            self._visit(plan, coming)
            _say(f"[{number}/{len(plans)}] {self._told(plan.cell)}; left: {self._left([p.cell for p in coming])}")

    def clear_up(self) -> None:
        """Remove what this run, or one that was killed, has left unfinished."""
        self.night.clear_up()
        self.store.clear_up()

    def close(self, cells: Sequence[Cell]) -> int:
        """Say how it ended; return the exit status: 1 if a supported cell is red, or was not tested."""
        lost = [cell for cell in cells if cell.id not in self.results]
        red = [cell for cell in cells if cell not in lost and self._is_red(cell)]
        if lost:
            _say(f"not run, because the time is over: {_names(lost)}")
        counts = Counter(result.outcome for result in self.results.values())
        _say(f"ended: {', '.join(f'{count} {outcome}' for outcome, count in counts.items()) or 'none'}")
        _say(f"red: {_names(red) or 'none'}")
        largest = max(self.largest, self.store.size()) / 1e9
        _say(f"{duration(time.monotonic() - self._started)}, at most {largest:.1f} GB: {self.night.folder}")
        return int(any(cell.tier == "supported" for cell in [*lost, *red]))

    def _done(self, cell: Cell) -> bool:
        """Whether a cell was tested before; its record is taken over."""
        result = self.night.tested(cell.id, definition(cell, self.options))
        if result is not None:
            self.results[cell.id] = result
        return result is not None

    def _visit(self, plan: Plan, coming: Sequence[Plan]) -> None:
        """Make one cell, and keep how it ended."""
        cell = plan.cell
        is_new = plan.packages is not None and self.store.find(cell.python, plan.packages) is None
        if is_new:
            self.store.make_room(self.limits.disk, {other.environment for other in coming})
        result = attempt(plan, self.store, self.night.unfinished(cell.id), self.options)
        if is_new:
            self.largest = max(self.largest, self.store.size())
        self.night.add(result, definition(cell, self.options))
        self.results[cell.id] = result
        self.progress.took(cell.id, sum(result.seconds.values()))

    def _too_late(self, cell: Cell) -> bool:
        """Whether a cell would not be done in time."""
        if self.limits.minutes is None:
            return False
        return time.monotonic() + self.progress.expected(cell.id) > self._started + 60 * self.limits.minutes

    def _left(self, cells: Sequence[Cell]) -> str:
        return f"about {self.progress.left(cell.id for cell in cells)}" if cells else "nothing"

    def _told(self, cell: Cell) -> str:
        """A line about a cell that has ended."""
        result = self.results[cell.id]
        if not result.tested:
            return f"{cell.id}: {result.outcome}: {result.reason}, {phases(result.seconds)}"
        results = self.night.results(cell.id)
        checks = results.checks if results else ()
        red = sum(check.verdict in RED for check in checks)
        return f"{cell.id}: {red:,} of {len(checks):,} checks red, {phases(result.seconds)}"

    def _is_red(self, cell: Cell) -> bool:
        """Whether a cell that has ended is anything but good."""
        results = self.night.results(cell.id)
        return not self.results[cell.id].tested or results is None or results.red


def _names(cells: Sequence[Cell]) -> str:
    return ", ".join(cell.id for cell in cells)


def _say(line: str) -> None:
    say(line)
