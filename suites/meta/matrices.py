"""Nights of a version matrix made by hand, for the tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.changes.history import history
from lstm_conformance.reports.changes.nights import night_of
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.records.cells import NAME, OUTCOMES, TIERS, CellResult, cells_text
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.kinds import CELLS
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.meta.records import a_check, a_failure, written
from lstm_conformance.suites.meta.stories import an_environment, full_header


def a_cell(name: str, **changes: Any) -> CellResult:
    """How a cell ended: supported and tested, with some fields changed."""
    fields: dict[str, Any] = {
        "id": name,
        "tier": "supported",
        "outcome": "tested",
        "reason": "",
        "python": "3.11.7",
        "packages": {"numpy": "2.4.6"},
        "seconds": {"install": 20.0, "test": 100.0},
        "command": ("make", "cell", f"CELL={name}"),
    }
    return CellResult(**fields | changes)


def a_matrix(folder: Path) -> Story:
    """What is told of a night: versions, changes, nights before, and a cell of every tier and outcome."""
    versions = {"torch-2.6": "2.6.0", "torch-2.13": "2.13.0", "torch-latest": "2.15.0"}
    bad = {"torch-latest": [a_failure(rule="1.1"), a_check(rule="2.1", budget=None)]}
    lost = [
        a_cell(f"{tier}-{outcome}", tier=tier, outcome=outcome, reason="no space is left on the device")
        for tier in TIERS
        for outcome in OUTCOMES[1:]
    ]
    before = read([a_night(folder / "before", versions, day=20)])
    report = read([a_night(folder / "now", versions, bad, lost)])
    return Story(report=report, changes=compare(before, report), history=history(report, [night_of(before)]))


def a_night(
    folder: Path,
    versions: Mapping[str, str],
    checks: Mapping[str, Sequence[Check]] | None = None,
    lost: Sequence[CellResult] = (),
    day: int = 21,
) -> Path:
    """A night's folder: a version of `torch.nn.LSTM` for each cell, its checks, and the cells that were not tested."""
    found = checks or {}
    for seconds, (name, version) in enumerate(versions.items()):
        started = f"2026-11-{day:02}T00:00:{seconds:02}Z"
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        written(
            path, *found.get(name, [a_check()]), header=full_header(an_environment(version=version), started=started)
        )
    packages = {name: {"torch": version, "numpy": "2.4.6"} for name, version in versions.items()}
    write(
        Output(folder / NAME, CELLS, cells_text([*(a_cell(name, packages=packages[name]) for name in versions), *lost]))
    )
    return folder
