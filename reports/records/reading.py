"""Results files, and the folders of nights, read as one report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lstm_conformance.reports.records.cells import NAME, PLAN, CellResult, read_cells, read_planned, with_planned
from lstm_conformance.reports.records.combine import Report, combine
from lstm_conformance.reports.records.errors import InconsistentRuns, NoResults
from lstm_conformance.reports.records.files import Results

DEPTHS = ("", "*/")
"""A night's folder holds the files of its cells, or a folder for each, as the artifacts of CI are downloaded."""


def read(paths: Iterable[Path]) -> Report:
    """Read results files, and folders of a night, as one report.

    Where a plan lies in the folder, a cell of which there is no record is shown as lost.
    Raises ResultsError, OSError.
    """
    every = list(paths)
    cells = with_planned(_cells(every), _planned(every))
    files = [file for path in every for file in _found(path, "*.jsonl")]
    if not files:
        raise NoResults(f"expected results files, *.jsonl, in {', '.join(map(str, every))}, got none{_instead(cells)}")
    return combine({str(file): Results.read(file) for file in files}, cells)


def _cells(paths: Sequence[Path]) -> list[CellResult]:
    files = [file for path in paths if path.is_dir() for file in _found(path, NAME)]
    pairs = [(file, cell) for file in files for cell in read_cells(file)]
    seen: dict[str, Path] = {}
    for file, cell in pairs:
        if seen.setdefault(cell.id, file) != file:
            raise InconsistentRuns(f"{file}: the cell {cell.id} is in {seen[cell.id]} as well; name one night only")
    return [cell for _, cell in pairs]


def _planned(paths: Sequence[Path]) -> list[CellResult]:
    files = [file for path in paths if path.is_dir() for file in _found(path, PLAN)]
    return [cell for file in files for cell in read_planned(file)]


def _found(path: Path, pattern: str) -> list[Path]:
    return [file for depth in DEPTHS for file in sorted(path.glob(depth + pattern))] if path.is_dir() else [path]


def _instead(cells: Sequence[CellResult]) -> str:
    """What became of the cells, where none was tested."""
    told = "; ".join(f"{cell.id}: {cell.outcome}, {cell.reason}" for cell in cells[:3])
    return f"; of {len(cells)} cells none was tested: {told}" if cells else ""
