"""One cell: its environment found or built, and the suite run on what is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lstm_conformance.commands.matrix.environments.store import Environment, Store
from lstm_conformance.commands.matrix.environments.uv import UvFailed
from lstm_conformance.commands.matrix.plan import Plan
from lstm_conformance.commands.matrix.suite import NotTested, conformance
from lstm_conformance.commands.telling import meanwhile
from lstm_conformance.fixtures.hosting.children import TimedOut
from lstm_conformance.reports.records.cells import CellResult, Outcome


def attempt(plan: Plan, store: Store, results: Path, options: Sequence[str]) -> CellResult:
    """Install and test; the results are written if it comes to that. Raises Unreachable, DiskFull."""
    cell, seconds = plan.cell, {"resolve": plan.seconds}
    outcome: Outcome = "tested"
    reason = ""
    try:
        with _timed(seconds, "install"):
            environment = installed(plan, store)
        with _timed(seconds, "test"):
            conformance(
                cell.implementations,
                environment.python,
                env=cell.env,
                options=options,
                seconds=60 * cell.minutes,
                results=results,
            )
    except NotTested as error:
        outcome, reason = error.outcome, error.reason
    return CellResult(
        id=cell.id,
        tier=cell.tier,
        outcome=outcome,
        reason=reason,
        python=cell.python,
        packages=plan.versions,
        seconds=seconds,
        command=("lstm-conformance", "matrix", "run", cell.id, "--again"),
    )


def installed(plan: Plan, store: Store) -> Environment:
    """The environment of a plan, found or built. Raises NotTested, Unreachable, DiskFull."""
    cell = plan.cell
    if plan.packages is None:
        raise NotTested("resolve-failed", plan.reason)
    if environment := store.find(cell.python, plan.packages):
        return environment
    before, started = store.uv.fetched(), time.monotonic()

    def how_far() -> str:
        return f"{store.uv.fetched() - before} fetched in {time.monotonic() - started:.0f} s"

    try:
        with meanwhile(f"installing {len(plan.packages)} packages, for at most {cell.minutes} min", how_far):
            return store.build(cell.python, plan.packages, seconds=60 * cell.minutes)
    except (UvFailed, TimedOut) as error:
        raise NotTested("install-failed", str(error)) from error


@contextmanager
def _timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    """Note how long something takes, also where it fails."""
    started = time.monotonic()
    try:
        yield
    finally:
        seconds[phase] = round(time.monotonic() - started, 1)
