"""`lstm-conformance matrix`: the versions of every framework, each in an environment of its own.

The suite runs in them as a program, never in this process.
Imports `commands`, `fixtures.hosting`, `reports.records`, `suites.harness.plan`, `suites.harness.run`.
"""

from __future__ import annotations

import argparse
import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lstm_conformance.commands import BadInput, Command, Subparsers
from lstm_conformance.commands.matrix import bisecting, bumping, checking, listing, running
from lstm_conformance.commands.matrix.environments.cells import FILE, BadCells
from lstm_conformance.commands.matrix.environments.uv import DiskFull, NoUv, Unreachable
from lstm_conformance.fixtures.hosting.children import TimedOut
from lstm_conformance.reports.records.errors import Occupied

COMMANDS: Mapping[str, Command] = {
    "list": listing,
    "check": checking,
    "run": running,
    "bump": bumping,
    "bisect": bisecting,
}

ABOUT = """\
Tests many versions of the frameworks, each in an environment that uv builds: a cell. The suite itself runs in this
Python. What is built and found is kept below the folder build.
"""

STAYS = "what is finished stays, and the same command goes on from there"


def declare(subparsers: Subparsers) -> None:
    """The file of cells, and what to do with them."""
    parser = subparsers.add_parser("matrix", help="test many versions of the frameworks", description=ABOUT)
    parser.add_argument("--cells", metavar="FILE", type=Path, default=FILE, help="other cells than the suite's own")
    words = parser.add_subparsers(dest="word", metavar="WORD", required=True)
    for command in COMMANDS.values():
        command.declare(words)


def run(arguments: argparse.Namespace) -> int:
    """Do what the word says. Raises BadInput."""
    with translated():
        return COMMANDS[arguments.word].run(arguments)


@contextmanager
def translated() -> Iterator[None]:
    """Raise BadInput, one sentence, for what cells, package indices and disks do."""
    try:
        yield
    except (BadCells, NoUv, Occupied) as error:
        raise BadInput(str(error)) from error
    except (Unreachable, TimedOut) as error:
        raise BadInput(f"the package index cannot be reached: {STAYS}. uv says: {error}") from error
    except (DiskFull, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.ENOSPC:
            raise
        raise BadInput(f"the disk is full: free some space, or give less with --disk; {STAYS}. {error}") from error
