"""`lstm-conformance matrix bump`: what the releases of the last months ask of the cells."""

from __future__ import annotations

import argparse
import copy
import difflib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.matrix.environments.cells import read
from lstm_conformance.commands.matrix.environments.uv import Uv
from lstm_conformance.commands.matrix.places import ENVIRONMENTS
from lstm_conformance.commands.matrix.proposals import Proposal, proposals
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.kinds import DEFINITIONS
from lstm_conformance.reports.records.visible import say

ABOUT = """\
Looks for releases that are older than 14 days, and proposes: to mend the pins of supported cells; to make those
historical whose release came out more than 24 months ago, and to add the oldest one since; and to add the one before
the newest, which cells without a pin do not test any more.
"""


def declare(subparsers: Subparsers) -> None:
    """Whether to write."""
    parser = subparsers.add_parser("bump", help="propose newer releases for the cells", description=ABOUT)
    parser.add_argument("--write", action="store_true", help="make the proposed edit in the file of cells")


def run(arguments: argparse.Namespace) -> int:
    """Print what is proposed and the edit that makes it. Raises BadCells, BadInput, NoUv, Unreachable."""
    proposed = proposals(read(arguments.cells), Uv(ENVIRONMENTS / "cache", links=False), datetime.now(UTC).date())
    for proposal in proposed:
        say(proposal.sentence)
    before = arguments.cells.read_text("utf-8")
    after = edited(before, proposed)
    for line in _difference(arguments.cells, before, after):
        say(line.rstrip("\n"))
    if arguments.write and proposed:
        write(Output(arguments.cells, DEFINITIONS, after))
    say(_last_words(len(proposed), written=arguments.write))
    return 0


def edited(text: str, found: Sequence[Proposal]) -> str:
    """The file of cells with what is proposed; everything else, comments too, stays. Raises BadInput."""
    try:
        tomlkit = import_module("tomlkit")
    except ImportError as error:
        message = "expected tomlkit, which is not installed: pip install 'lstm-conformance[matrix]'"
        raise BadInput(message) from error
    document = tomlkit.parse(text)
    for proposal in found:
        _apply(document["cell"], proposal)
    return str(tomlkit.dumps(document))


def _apply(cells: Any, proposal: Proposal) -> None:
    """Change a cell, or a copy of it that follows it."""
    place = next(n for n, cell in enumerate(cells) if cell["id"] == proposal.cell)
    if proposal.copy:
        cells.insert(place + 1, copy.deepcopy(cells[place]))
        place += 1
    for name, value in proposal.changes.items():
        cells[place][name] = value


def _difference(path: Path, before: str, after: str) -> list[str]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(difflib.unified_diff(old, new, fromfile=path.name, tofile=path.name))


def _last_words(count: int, *, written: bool) -> str:
    if not count:
        return "nothing to change"
    return f"{count} changes written" if written else f"{count} changes proposed; --write makes them"
