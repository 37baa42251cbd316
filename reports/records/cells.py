"""How the cells of a version matrix ended: `cells.json` of a night, one record for every cell that was planned.

The JSON Schema of the file is `cells.schema.json`, beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from lstm_conformance.reports.records.errors import BadRecord
from lstm_conformance.reports.records.serialize import from_plain, loads, to_plain

NAME = "cells.json"
PLAN = "plan.json"

Tier = Literal["supported", "historical", "canary"]
TIERS: tuple[Tier, ...] = get_args(Tier)

Outcome = Literal["tested", "resolve-failed", "install-failed", "import-failed", "crashed", "timed-out"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """How one cell ended.

    `tier`: what is red in a supported cell blocks; historical ones and canaries inform. `reason`: one sentence, empty
    when the cell was tested. `packages`: every distribution that was resolved, with its version. `seconds`: by phase.
    `command`: the words that build and test the cell again.
    """

    id: str
    tier: Tier
    outcome: Outcome
    reason: str
    python: str
    packages: Mapping[str, str]
    seconds: Mapping[str, float]
    command: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.tier not in TIERS:
            raise BadRecord(f"cell {self.id}: expected a tier of {', '.join(TIERS)}, got {self.tier!r}")
        if self.outcome not in OUTCOMES:
            raise BadRecord(f"cell {self.id}: expected an outcome of {', '.join(OUTCOMES)}, got {self.outcome!r}")

    @property
    def tested(self) -> bool:
        """Whether there are results."""
        return self.outcome == "tested"

    @property
    def blocks(self) -> bool:
        """Whether what is wrong with the cell makes the night red."""
        return self.tier == "supported"


def read_cells(path: Path) -> tuple[CellResult, ...]:
    """Read a file of cells. Raises BadRecord, OSError."""
    return tuple(_read(path, entry) for entry in _list(path, _loaded(path)))


def read_planned(path: Path) -> tuple[CellResult, ...]:
    """Read the plan of a night, what `lstm-conformance matrix list --json` writes: each cell as if nothing came of it.

    Raises BadRecord, OSError.
    """
    plan = _loaded(path)
    entries = _list(path, plan.get("include") if isinstance(plan, dict) else None)
    try:
        return tuple(_lost(str(entry["id"]), entry["tier"]) for entry in entries)
    except (KeyError, TypeError) as error:
        raise BadRecord(f"{path}: expected cells with an id and a tier, got one without; write it anew") from error


def with_planned(cells: Iterable[CellResult], planned: Iterable[CellResult]) -> tuple[CellResult, ...]:
    """The cells, and those of the plan of which there is no record: a job that was lost is seen."""
    by_id = {cell.id: cell for cell in planned} | {cell.id: cell for cell in cells}
    return tuple(by_id.values())


def without_results(cell: CellResult) -> CellResult:
    """A cell that says that it was tested, and has no results."""
    return replace(cell, outcome="crashed", reason="it was tested, but its results are not there")


def cells_text(cells: Iterable[CellResult]) -> str:
    """The text of a file of cells."""
    return json.dumps([to_plain(cell) for cell in cells], indent=1) + "\n"


def _lost(name: str, tier: Tier) -> CellResult:
    reason = "nothing came back from the job of this cell"
    command = ("make", "cell", f"CELL={name}")
    return CellResult(
        id=name, tier=tier, outcome="crashed", reason=reason, python="", packages={}, seconds={}, command=command
    )


def _loaded(path: Path) -> Any:
    try:
        return loads(path.read_text("utf-8"))
    except ValueError as error:
        raise BadRecord(f"{path}: expected JSON, got something else: {error}; run the cells again") from error


def _list(path: Path, content: Any) -> list[Any]:
    if not isinstance(content, list):
        raise BadRecord(f"{path}: expected a list of cells, got {type(content).__name__}; run the cells again")
    return content


def _read(path: Path, record: Any) -> CellResult:
    try:
        cell: CellResult = from_plain(CellResult, record)
    except BadRecord as error:
        raise BadRecord(f"{path}: {error}; was it edited? run the cells again") from error
    return cell
