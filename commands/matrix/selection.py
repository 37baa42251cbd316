"""Which cells a command is about."""

from __future__ import annotations

import argparse

from lstm_conformance.commands.matrix.environments.cells import SCHEDULES, TIERS, Cell, by_id, read


def declare_cells(parser: argparse.ArgumentParser, *, schedule: str | None) -> None:
    """Cells by their ids, else by tier and schedule."""
    parser.add_argument("names", metavar="CELL", nargs="*", help="the id of a cell (default: all)")
    parser.add_argument("--tier", choices=TIERS, help="cells of this tier only")
    parser.add_argument("--field", action="store_true", help="those that `make field` tests, whatever their schedule")
    chosen = "%(default)s" if schedule else "both"
    parser.add_argument("--schedule", choices=SCHEDULES, default=schedule, help=f"of this schedule only ({chosen})")


def selected(arguments: argparse.Namespace) -> tuple[Cell, ...]:
    """The cells that are named, else all that fit. Raises BadCells."""
    cells = read(arguments.cells)
    if arguments.names:
        return by_id(cells, arguments.names)
    fitting = (cell for cell in cells if arguments.tier in {None, cell.tier})
    if arguments.field:
        return tuple(cell for cell in fitting if cell.in_field)
    return tuple(cell for cell in fitting if arguments.schedule in {None, cell.schedule})
