"""`lstm-conformance matrix check`: whether every cell still resolves."""

from __future__ import annotations

import argparse

from lstm_conformance.commands import Subparsers
from lstm_conformance.commands.matrix.environments.uv import Uv
from lstm_conformance.commands.matrix.places import ENVIRONMENTS
from lstm_conformance.commands.matrix.plan import planned
from lstm_conformance.commands.matrix.selection import declare_cells, selected
from lstm_conformance.reports.records.visible import say


def declare(subparsers: Subparsers) -> None:
    """Which."""
    parser = subparsers.add_parser("check", help="say whether every cell still resolves, in seconds")
    declare_cells(parser, schedule=None)


def run(arguments: argparse.Namespace) -> int:
    """A line a cell; the exit status is 1 if one does not resolve that is no canary. Raises BadCells, Unreachable."""
    uv, blocked = Uv(ENVIRONMENTS / "cache"), False
    for cell in selected(arguments):
        plan = planned(uv, cell)
        blocked |= plan.packages is None and cell.tier != "canary"
        say(f"{cell.id:<20} {plan.told}")
    return int(blocked)
