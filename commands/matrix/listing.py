"""`lstm-conformance matrix list`: which cells there are, for people and for the matrix of a CI provider."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.selection import declare_cells, selected
from lstm_conformance.reports.records.visible import say

MOST = 256
"""Jobs that one matrix may have: https://docs.github.com/en/actions/reference/limits."""


def declare(subparsers: Subparsers) -> None:
    """Which, and how."""
    parser = subparsers.add_parser("list", help="list the cells")
    declare_cells(parser, schedule=None)
    parser.add_argument("--json", action="store_true", help="as the `matrix` of a workflow, for fromJSON")


def run(arguments: argparse.Namespace) -> int:
    """Print. Raises BadCells, and BadInput for more cells than a workflow takes."""
    cells = selected(arguments)
    if not arguments.json:
        say(_table(cells))
        return 0
    if len(cells) > MOST:
        raise BadInput(f"expected at most {MOST} cells, which is what a workflow takes, came {len(cells)}: name some")
    print(json.dumps({"include": [_job(cell) for cell in cells]}))
    return 0


def _job(cell: Cell) -> dict[str, object]:
    """What a job must know: it finds the rest under the id."""
    return {"id": cell.id, "tier": cell.tier, "python": cell.python, "schedule": cell.schedule, "minutes": cell.minutes}


def _table(cells: Sequence[Cell]) -> str:
    rows = [(cell.id, cell.tier, cell.schedule, f"Python {cell.python}", ", ".join(cell.packages)) for cell in cells]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
