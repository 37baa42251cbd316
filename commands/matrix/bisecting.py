"""`lstm-conformance matrix bisect`: the first release in which a rule fails, or the first in which it holds again."""

from __future__ import annotations

import argparse

from packaging.version import InvalidVersion, Version

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.matrix.bisection import Change, bisect
from lstm_conformance.commands.matrix.environments.cells import Cell, by_id, read
from lstm_conformance.commands.matrix.environments.releases import between
from lstm_conformance.commands.matrix.environments.store import Store
from lstm_conformance.commands.matrix.interruption import status_of, terminable
from lstm_conformance.commands.matrix.places import ENVIRONMENTS
from lstm_conformance.commands.matrix.trial import Trials
from lstm_conformance.reports.records.amounts import amount
from lstm_conformance.reports.records.visible import say
from lstm_conformance.suites.harness.plan.checks import all_checks

ABOUT = """\
Finds the release of a package in which a rule began to fail, or, if the bad release is the older one, in which it
began to hold. Builds releases between the two, half of what is left each time, and says how to see the failure.
"""


def declare(subparsers: Subparsers) -> None:
    """What fails, and between which releases."""
    parser = subparsers.add_parser("bisect", help="find the release that broke or mended a rule", description=ABOUT)
    parser.add_argument("--implementation", metavar="NAME", required=True, help="keras.layers.LSTM")
    parser.add_argument("--rule", metavar="N.M", required=True, help="the rule that fails")
    parser.add_argument("--package", metavar="NAME", required=True, help="the package whose releases are tried")
    parser.add_argument("--good", metavar="VERSION", type=version_of, required=True, help="a release in which it holds")
    parser.add_argument("--bad", metavar="VERSION", type=version_of, required=True, help="a release in which it fails")
    parser.add_argument("--case", metavar="ID", help="only this check, named as the reports name it")
    parser.add_argument(
        "--cell", metavar="CELL", help="the cell that says what is there besides (default: a fitting one)"
    )
    parser.add_argument("--disk", type=amount, default=20, metavar="GB", help="for environments (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Search, and say what was found. Raises BadCells, BadInput, NoUv, Unreachable, DiskFull."""
    cell, store = _cell(arguments), Store(ENVIRONMENTS)
    trials = Trials(
        store=store,
        cell=cell,
        package=arguments.package,
        implementation=arguments.implementation,
        rule=arguments.rule,
        options=["--brief", *(["--case", arguments.case] if arguments.case else ["-k", _test_of(arguments.rule)])],
        disk=1e9 * arguments.disk,
    )
    with terminable():
        try:
            say(_found(trials, _change(trials, arguments.good, arguments.bad)))
        except KeyboardInterrupt as interruption:
            return status_of(interruption)
        finally:
            store.clear_up()
    return 0


def _change(trials: Trials, good: Version, bad: Version) -> Change:
    """Search between two releases, once they have shown to be what they are said to be. Raises BadInput."""
    for version, holds, word in ((good, True, "hold"), (bad, False, "fail")):
        if (trial := trials.of(version)).holds is not holds:
            raise BadInput(
                f"expected rule {trials.rule} to {word} in {trials.package} {version}, but it {trial.told}; "
                "name another release, or another --cell"
            )
    low, high = sorted((good, bad))
    cell = trials.cell
    inner = between(trials.store.uv, cell, trials.package, low, high)
    say(f"{len(inner)} releases in between, in cell {cell.id}")
    return bisect([low, *inner, high], trials.holds)


def _found(trials: Trials, change: Change) -> str:
    """What was found, in words, and how to see it."""
    package, rule, (last, first, unknown) = trials.package, trials.rule, change
    verb, before, bad = ("holds", "fails", last) if trials.holds(first) else ("fails", "holds", first)
    lines = [f"{package} {first} is the first release in which rule {rule} {verb}; in {last} it {before}"]
    if unknown:
        lines.append(f"it may have been one of those that cannot be tested: {', '.join(map(str, unknown))}")
    return "\n".join([*lines, f"to see it fail in {package} {bad}:", trials.reproduction(bad)])


def _cell(arguments: argparse.Namespace) -> Cell:
    """The cell that is named, else one in which the implementation lives and the package is free. Raises BadInput."""
    cells = read(arguments.cells)
    if arguments.cell:
        cells = by_id(cells, [arguments.cell])
    fitting = [cell for cell in cells if cell.requires(arguments.package)]
    if not arguments.cell:
        fitting = [cell for cell in fitting if arguments.implementation in cell.implementations]
    if not fitting:
        what = arguments.cell or f"a cell of {arguments.implementation}"
        raise BadInput(f"expected {what} to require {arguments.package}: name another --cell, or another --package")
    return next((cell for cell in fitting if cell.leaves_free(arguments.package)), fitting[-1])


def _test_of(rule: str) -> str:
    """The name of the test of a rule. Raises BadInput."""
    checks = all_checks()
    if rule not in checks:
        raise BadInput(f"expected a rule among {', '.join(checks)}, came {rule!r}: name one of them")
    return checks[rule].examine.__name__


def version_of(text: str) -> Version:
    """The version that an argument names. Raises argparse.ArgumentTypeError."""
    try:
        return Version(text)
    except InvalidVersion:
        raise argparse.ArgumentTypeError(f"expected a version like 3.12.1, came {text!r}") from None
