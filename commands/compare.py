"""`lstm-conformance compare`: what changed between two runs, or two nights of the version matrix."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.telling import meanwhile
from lstm_conformance.reports.changes.changed import annotation_lines, changes_document, lines
from lstm_conformance.reports.changes.compare import Changes, compare
from lstm_conformance.reports.publish.markdown import changes_summary
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.visible import say

ABOUT = """\
Says what newly fails, is fixed, vanished, is newly covered, or uses more than twice as much of its budget, and which
packages changed. Of two nights, a cell is compared with the cell of the same name, whatever version it holds.
Known causes that appear or disappear come first: what is wrong, whom it affects and what helps.
The exit status is 1 when something newly fails; --fail-on says otherwise.
"""

FAIL_ON = ("fail", "deviation", "never")


def declare(subparsers: Subparsers) -> None:
    """Two runs, and what to write."""
    parser = subparsers.add_parser("compare", help="say what changed between two runs", description=ABOUT)
    parser.add_argument("before", metavar="BEFORE", type=Path, help="results, a file or the folder of a night")
    parser.add_argument("after", metavar="AFTER", type=Path, help="later results")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="also for the summary of a CI step")
    parser.add_argument("--json", metavar="FILE", type=Path, help="also for programs: every change, every check")
    parser.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default="fail",
        help="end with status 1 when something newly fails (%(default)s), also when something newly deviates, or never",
    )
    parser.add_argument("--annotations", action="store_true", help="also print lines that GitHub shows at the top")


def run(arguments: argparse.Namespace) -> int:
    """Read, compare, tell."""
    try:
        with meanwhile("reading and comparing"):
            changes = compare(read([arguments.before]), read([arguments.after]))
            write(*_outputs(arguments, changes))
    except (OSError, ResultsError) as error:
        raise BadInput(f"nothing is compared: {error}") from error
    say("\n".join(lines(changes)))
    for line in annotation_lines(changes) if arguments.annotations else []:
        print(line)
    return int(is_bad(changes, arguments.fail_on))


def is_bad(changes: Changes, fail_on: str) -> bool:
    """Whether the status is 1; `fail_on`: one of FAIL_ON."""
    return {"fail": changes.worse, "deviation": changes.worse or changes.deviates, "never": False}[fail_on]


def _outputs(arguments: argparse.Namespace, changes: Changes) -> Iterator[Output]:
    """The files that are asked for."""
    if arguments.markdown:
        yield Output(arguments.markdown, kinds.CHANGES_SUMMARY, changes_summary(changes))
    if arguments.json:
        yield Output(arguments.json, kinds.CHANGES, json.dumps(changes_document(changes), allow_nan=False) + "\n")
