"""`lstm-conformance report`: make a page, and what belongs beside it, of the results of runs."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.telling import meanwhile
from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.changes.history import history, read_nights
from lstm_conformance.reports.changes.nights import night_of, night_text
from lstm_conformance.reports.page.document import Story, document
from lstm_conformance.reports.page.mutants import read_kills
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.publish.badge import badge
from lstm_conformance.reports.publish.markdown import summary
from lstm_conformance.reports.publish.verdicts import verdict_files
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.visible import say

ABOUT = """\
Makes a page of the results of a run: one HTML file that loads nothing. Several RESULTS, one for each environment, are
shown as one run; so is the folder of a night of the version matrix, with the cells that were not tested.
"""


def declare(subparsers: Subparsers) -> None:
    """The results, the page, what to compare them with, and what to write beside it."""
    parser = subparsers.add_parser("report", help="make a page of the results of a run", description=ABOUT)
    parser.add_argument(
        "results", metavar="RESULTS", type=Path, nargs="+", help="results files, build/results.jsonl, or folders"
    )
    parser.add_argument("page", metavar="PAGE", type=Path, help="the page to write, build/report.html")
    known = parser.add_argument_group("what is known besides")
    known.add_argument(
        "--baseline", metavar="FILE", type=Path, help="earlier results, a file or a folder: what changed"
    )
    known.add_argument(
        "--history", metavar="DIR", type=Path, help="a folder of nights, each what --night wrote, or results"
    )
    known.add_argument("--mutants", metavar="FILE", type=Path, help="which wrong LSTMs were caught, build/mutants.json")
    known.add_argument("--claims", metavar="FILE", type=Path, help="the page of claims, build/claims.html, to link to")
    beside = parser.add_argument_group("what to write beside the page")
    beside.add_argument("--summary", metavar="FILE", type=Path, help="Markdown, for the summary of a CI step")
    beside.add_argument("--badge", metavar="FILE", type=Path, help="JSON, for the endpoint of shields.io")
    beside.add_argument("--json", metavar="FILE", type=Path, help="all that the page shows")
    beside.add_argument(
        "--night", metavar="DIR", type=Path, help="the night in small, DIR/2026-11-21.json, for --history"
    )
    beside.add_argument("--verdicts", metavar="DIR", type=Path, help="a small file for each implementation, for git")


def run(arguments: argparse.Namespace) -> int:
    """Read, compare, and write the page last: it is there when all else is."""
    try:
        with meanwhile("reading the results, and writing what is made of them"):
            write(*_outputs(arguments, _story(arguments)))
    except (OSError, ResultsError) as error:
        raise BadInput(f"no report: {error}") from error
    say(f"report: {arguments.page}")
    return 0


def _story(arguments: argparse.Namespace) -> Story:
    """The report, and what is known besides."""
    report = read(arguments.results)
    nights = read_nights(arguments.history, report.started) if arguments.history else []
    return Story(
        report=report,
        changes=compare(read([arguments.baseline]), report) if arguments.baseline else None,
        history=history(report, nights) if nights else None,
        kills=read_kills(arguments.mutants) if arguments.mutants else None,
        claims=_address(arguments.claims, arguments.page) if arguments.claims else "",
    )


def _address(claims: Path, page: Path) -> str:
    """Where a page is, seen from another. Raises BadInput where it is not."""
    if not claims.is_file():
        raise BadInput(
            f"no report: expected the page of claims, came {claims}: `lstm-conformance claims --html` writes it"
        )
    return quote(Path(os.path.relpath(claims.absolute(), page.absolute().parent)).as_posix())


def _outputs(arguments: argparse.Namespace, story: Story) -> Iterator[Output]:
    """The files that are asked for."""
    if arguments.summary:
        yield Output(arguments.summary, kinds.SUMMARY, summary(story))
    if arguments.badge:
        yield Output(arguments.badge, kinds.BADGE, json.dumps(badge(story.report)) + "\n")
    if arguments.json:
        yield Output(arguments.json, kinds.DOCUMENT, json.dumps(document(story), allow_nan=False) + "\n")
    if arguments.night:
        night = night_of(story.report)
        yield Output(arguments.night / night.file_name, kinds.NIGHT, night_text(night))
    if arguments.verdicts:
        for name, text in verdict_files(story.report).items():
            yield Output(arguments.verdicts / name, kinds.VERDICT_LIST, text)
    yield Output(arguments.page, kinds.PAGE, render(story))
