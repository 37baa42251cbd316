"""`lstm-conformance upgrade`: what another release of a package changes, before anybody installs it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

from lstm_conformance.commands import BadInput, Subparsers, compare
from lstm_conformance.commands.matrix import translated
from lstm_conformance.commands.matrix.attempt import attempt
from lstm_conformance.commands.matrix.bisecting import version_of
from lstm_conformance.commands.matrix.environments.cells import FILE, Cell, by_id, read
from lstm_conformance.commands.matrix.environments.store import Store
from lstm_conformance.commands.matrix.interruption import status_of, terminable
from lstm_conformance.commands.matrix.places import ENVIRONMENTS, UPGRADES
from lstm_conformance.commands.matrix.plan import planned
from lstm_conformance.commands.matrix.running import words_of
from lstm_conformance.commands.telling import meanwhile
from lstm_conformance.reports.changes.changed import lines
from lstm_conformance.reports.changes.compare import compare as compared
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records import kinds, reading
from lstm_conformance.reports.records.amounts import amount
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.visible import say

DEFAULT_BACKEND = "tensorflow"
"""What Keras computes with where the name of an implementation says nothing."""

SCREEN = 24
"""Lines of a terminal: where more is told, the sentence of all stands at the end once more."""

ABOUT = """\
Builds an environment with each of two releases of a package, tests what is in it, and says what is different: which
known bugs appear and disappear, whom they affect, what helps, and what newly fails. The page with all of it, and the
results, lie in build/upgrades. Environments are kept and found again.
"""


def declare(subparsers: Subparsers) -> None:
    """Which package, from which release to which, and where."""
    parser = subparsers.add_parser("upgrade", help="say what a new release changes", description=ABOUT)
    parser.add_argument("package", metavar="PACKAGE", help="keras")
    parser.add_argument("old", metavar="OLD", type=version_of, help="the release that is in use")
    parser.add_argument("new", metavar="NEW", type=version_of, help="the release that may replace it")
    parser.add_argument("--backend", help="of Keras: tensorflow, torch or jax (default: whatever the cell has)")
    parser.add_argument("--cell", metavar="CELL", help="the cell that says what is there besides (`matrix list`)")
    parser.add_argument("--cells", metavar="FILE", type=Path, default=FILE, help="other cells than the suite's own")
    parser.add_argument("--disk", type=amount, default=20, metavar="GB", help="for environments (%(default)s)")
    parser.add_argument("--options", default="", metavar="WORDS", help="for the tests: --options='--tier small -n 2'")
    parser.add_argument(
        "--fail-on",
        choices=compare.FAIL_ON,
        default="fail",
        help="end with status 1 when something newly fails (%(default)s), also when something newly deviates, or never",
    )


def run(arguments: argparse.Namespace) -> int:
    """Build, test, compare, tell. Raises BadInput."""
    if arguments.old == arguments.new:
        raise BadInput(f"expected two releases of {arguments.package}, came {arguments.old} twice")
    with translated(), terminable():
        store = Store(ENVIRONMENTS)
        try:
            return _told(arguments, [_tested(arguments, store, version) for version in (arguments.old, arguments.new)])
        except KeyboardInterrupt as interruption:
            return status_of(interruption)
        finally:
            store.clear_up()


def _told(arguments: argparse.Namespace, files: Sequence[Path]) -> int:
    """What changed, on the page and in the terminal."""
    page = files[0].parent / "report.html"
    with meanwhile("comparing both, and writing the page"):
        before, after = (reading.read([file]) for file in files)
        changes = compared(before, after)
        write(Output(page, kinds.PAGE, render(Story(report=after, changes=changes))))
    told = [*lines(changes), f"report: {page}"]
    say("\n".join([*told, *(told[:1] if len(told) > SCREEN else [])]))
    return int(compare.is_bad(changes, arguments.fail_on))


def _tested(arguments: argparse.Namespace, store: Store, version: Version) -> Path:
    """The results of a release. Raises BadInput where there are none."""
    cell = _cell(arguments).with_requirement(arguments.package, f"=={version}")
    with meanwhile(f"resolving what {arguments.package} {version} needs"):
        plan = planned(store.uv, cell)
        store.make_room(1e9 * arguments.disk, {plan.environment})
    folder = UPGRADES / f"{arguments.package}-{arguments.old}-{arguments.new}"
    results = folder / f"{arguments.package}-{version}.jsonl"
    say(f"{arguments.package} {version}: {plan.told}; building and testing it")
    ended = attempt(plan, store, results, words_of(arguments.options))
    if not ended.tested:
        raise BadInput(f"{arguments.package} {version} cannot be tested in cell {cell.id}: {ended.reason}")
    return results


def _cell(arguments: argparse.Namespace) -> Cell:
    """The cell that is named, else the first in which any release of the package will do. Raises BadInput, BadCells."""
    cells = read(arguments.cells)
    named = by_id(cells, [arguments.cell]) if arguments.cell else cells
    fitting = [
        cell for cell in (_of_backend(arguments.backend, cell) for cell in named) if cell.requires(arguments.package)
    ]
    free = [cell for cell in fitting if cell.leaves_free(arguments.package)]
    able = [cell for cell in [*free, *fitting] if cell.implementations]
    if not able:
        packages = sorted({Requirement(requirement).name for cell in cells for requirement in cell.packages})
        backend = f" with {arguments.backend} as the backend" if arguments.backend else ""
        raise BadInput(
            f"expected a package that {arguments.cell or 'a cell'} requires{backend}, came {arguments.package!r}: "
            f"name one of {', '.join(packages)}, or another --cell"
        )
    return able[0]


def _of_backend(backend: str | None, cell: Cell) -> Cell:
    """The cell with those of its implementations that compute with a backend: `keras.layers.LSTM@torch`."""
    kept = (name for name in cell.implementations if backend in {None, name.partition("@")[2] or DEFAULT_BACKEND})
    return replace(cell, implementations=tuple(kept))
