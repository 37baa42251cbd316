"""`lstm-conformance matrix run`: build the cells, and test what is in them."""

from __future__ import annotations

import argparse
import re
import shlex
from datetime import UTC, datetime

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.matrix.environments.store import Store
from lstm_conformance.commands.matrix.interruption import status_of, terminable
from lstm_conformance.commands.matrix.night import Night
from lstm_conformance.commands.matrix.places import ENVIRONMENTS, NIGHTS
from lstm_conformance.commands.matrix.progress import Progress
from lstm_conformance.commands.matrix.rounds import Limits, Rounds
from lstm_conformance.commands.matrix.selection import declare_cells, selected
from lstm_conformance.reports.records.amounts import amount
from lstm_conformance.reports.records.visible import say

ABOUT = """\
Builds the cells one by one and tests them, into build/matrix/NIGHT: a results file and a log for each cell, and
cells.json, how each cell ended. A cell that was tested that night is not tested again, however the run ended.
Environments are kept and found again. The exit status is 0 if every supported cell was tested and nothing in it fails.
"""


def declare(subparsers: Subparsers) -> None:
    """Which, how, and how much of time and disk."""
    parser = subparsers.add_parser("run", help="build cells and test them", description=ABOUT)
    declare_cells(parser, schedule="nightly")
    today = datetime.now(UTC).date().isoformat()
    parser.add_argument(
        "--night", type=_name, default=today, help="the name of the night (default: today, %(default)s)"
    )
    parser.add_argument("--again", action="store_true", help="also what was tested that night")
    parser.add_argument("--minutes", type=amount, help="start no cell that is not going to be done by then")
    parser.add_argument(
        "--disk", type=amount, default=20, metavar="GB", help="for environments and downloads (%(default)s)"
    )
    parser.add_argument("--options", default="", metavar="WORDS", help="for the tests: --options='--tier full -n 2'")


def run(arguments: argparse.Namespace) -> int:
    """Build and test. Raises BadCells, BadInput, NoUv, Unreachable, DiskFull."""
    cells = selected(arguments)
    rounds = Rounds(
        night=Night(NIGHTS / arguments.night),
        store=Store(ENVIRONMENTS),
        progress=Progress(NIGHTS),
        options=words_of(arguments.options),
        limits=Limits(minutes=arguments.minutes, disk=1e9 * arguments.disk),
    )
    with terminable():
        try:
            rounds.make(cells, again=arguments.again)
        except KeyboardInterrupt as interruption:
            say("interrupted; what is finished stays, and the same command goes on from there")
            return status_of(interruption)
        finally:
            rounds.clear_up()
    return rounds.close(cells)


def _name(text: str) -> str:
    """The name of a night, which becomes that of a folder. Raises argparse.ArgumentTypeError."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"expected letters, digits, dots, - and _, came {text!r}: name it 2026-11-20")
    return text


def words_of(options: str) -> tuple[str, ...]:
    """The words of options for the tests. Raises BadInput."""
    try:
        return tuple(shlex.split(options))
    except ValueError as error:
        raise BadInput(f"--options: expected words as a shell takes them, came {options!r}: {error}") from None
