"""What one night found: a folder with, for each cell, its record, and its results and a log if it came to tests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.environments.owners import is_left
from lstm_conformance.commands.matrix.suite import digest
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.cells import NAME, CellResult, cells_text
from lstm_conformance.reports.records.errors import BadRecord, Occupied, ResultsError
from lstm_conformance.reports.records.files import Output, Results, write
from lstm_conformance.reports.records.serialize import from_plain, loads, to_plain

SUFFIX = ".cell.json"
UNFINISHED = "unfinished"


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a cell ended, and a digest of the definition by which it was made."""

    definition: str
    result: CellResult


class Night:
    """A folder of results. What has its name there is whole: it is written elsewhere first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check_vacant(self, cells: Sequence[str]) -> None:
        """Raise Occupied where other files than those of a night bear the names that these cells need."""
        targets = [(self.folder / NAME, kinds.CELLS)]
        for cell in cells:
            targets += [(self._results(cell), kinds.RESULTS), (self._record(cell), kinds.CELL)]
            log = self._log(cell)
            if log.exists() and not self._record(cell).exists():
                raise Occupied(f"{log}: expected the log of a cell, and no record of it is there; name another night")
        kinds.check_vacant(targets)

    def unfinished(self, cell: str) -> Path:
        """Where the results of a cell are written; they are moved when it is finished."""
        return self.folder / UNFINISHED / str(os.getpid()) / f"{cell}.jsonl"

    def tested(self, cell: str, definition: str) -> CellResult | None:
        """The record of a cell that was tested by the same definition, and whose results are still there."""
        try:
            record: Finished = from_plain(Finished, loads(self._record(cell).read_text("utf-8")))
        except (OSError, ValueError):
            return None
        same = record.definition == definition and record.result.tested
        return record.result if same and self.results(cell) else None

    def results(self, cell: str) -> Results | None:
        """The results of a cell, if there are any that can be read."""
        try:
            return Results.read(self._results(cell))
        except (OSError, ResultsError):
            return None

    def add(self, result: CellResult, definition: str) -> None:
        """Keep the record of a cell that has ended, with its log, and its results if it was tested."""
        written = self.unfinished(result.id)
        if result.tested:
            written.replace(self._results(result.id))
        else:
            self._results(result.id).unlink(missing_ok=True)  # of an earlier run of the same cell
        if (log := written.with_suffix(".log")).exists():
            log.replace(self._log(result.id))
        record = json.dumps(to_plain(Finished(definition=definition, result=result)), indent=1)
        write(Output(self._record(result.id), kinds.CELL, record))
        write(Output(self.folder / NAME, kinds.CELLS, cells_text(finished(self.folder))))

    def clear_up(self) -> None:
        """Remove what was not finished, by this process or by one that was killed."""
        for folder in self.folder.glob(f"{UNFINISHED}/*"):
            if is_left(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # it is not there, or somebody else works in it
            (self.folder / UNFINISHED).rmdir()

    def _results(self, cell: str) -> Path:
        return self.folder / f"{cell}.jsonl"

    def _log(self, cell: str) -> Path:
        return self.folder / f"{cell}.log"

    def _record(self, cell: str) -> Path:
        return self.folder / f"{cell}{SUFFIX}"


def finished(folder: Path) -> list[CellResult]:
    """The records of a folder, by the ids of their cells; what cannot be read is not there."""
    results = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            record: Finished = from_plain(Finished, loads(path.read_text("utf-8")))
        except (OSError, ValueError, BadRecord):
            continue
        results.append(record.result)
    return results


def definition(cell: Cell, options: Sequence[str]) -> str:
    """A digest of a cell, of what the suite is told, and of the suite: what has the same need not be done again."""
    what = json.dumps([asdict(cell), list(options), digest()])
    return hashlib.sha256(what.encode()).hexdigest()
