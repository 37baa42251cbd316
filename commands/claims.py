"""`lstm-conformance claims`: settle what manuals and tutorials say of LSTM layers by running it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.commands.telling import one_by_one
from lstm_conformance.fixtures.claims import Claim, claims
from lstm_conformance.reports.page.claims import render_claims
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.claims import ClaimsReport
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.visible import say
from lstm_conformance.suites.claims.environments import ENVIRONMENTS
from lstm_conformance.suites.claims.searching import found
from lstm_conformance.suites.claims.settling import settled

ABOUT = """\
Runs the code that settles each sentence, with the frameworks that are installed, and says what became of it; the exit
status is 1 if one comes to another verdict than the known one. IDs, such as B8, choose some of them. Words, such as
those of a question, are looked for: the sentences that have them are shown with the known verdicts, and nothing is run.
"""

MOST = 5
"""How many answers are shown."""


def declare(subparsers: Subparsers) -> None:
    """Which claims, where, and what to write."""
    parser = subparsers.add_parser("claims", help="settle what manuals and tutorials say", description=ABOUT)
    parser.add_argument("words", metavar="ID|WORD", nargs="*", help="claims by ids, or words; all, if none is named")
    parser.add_argument("--html", metavar="FILE", type=Path, help="the page to write, build/claims.html")
    parser.add_argument("--json", metavar="FILE", type=Path, help="all that the page shows")
    parser.add_argument(
        "--python",
        metavar="NAME=PATH",
        action="append",
        default=[],
        help=f"the Python of an environment: {', '.join(ENVIRONMENTS)}",
    )


def run(arguments: argparse.Namespace) -> int:
    """Settle them, say it, and write the page; or show those that have the words. Raises BadInput."""
    known = {claim.id: claim for claim in claims().claims}
    if not set(arguments.words) <= set(known):
        return _answered(" ".join(arguments.words))
    chosen = [known[name] for name in arguments.words or known]
    counted = partial(one_by_one, f"running the code of {len(chosen)} claims", noun="environments")
    report = settled(chosen, dict(map(_python, arguments.python)), counted)
    say("\n".join(_lines(report)))
    try:
        write(*_outputs(arguments, report))
    except OSError as error:
        raise BadInput(f"no page: {error}") from error
    return int(report.counts["refuted"] > 0)


def _answered(question: str) -> int:
    """Show the claims that answer a question. Raises BadInput where there is none."""
    shown, have, words = found(question)
    if not shown:
        ids = ", ".join(claim.id for claim in claims().claims)
        raise BadInput(f"no claim has any of these words: {question}; expected others, or ids among {ids}")
    if have < words:
        say(f"No claim has all of these words; {len(shown)} have {have} of {words}:\n")
    say("\n\n".join(map(_answer, shown[:MOST])))
    more = f"{len(shown) - MOST} more have as many of these words. " if len(shown) > MOST else ""
    say(f"\n{more}To see the code and run it: lstm-conformance claims {shown[0].id}")
    return 0


def _answer(claim: Claim) -> str:
    """What is said of it, by whom, whether it is so, and why."""
    where = [f"{verdict} in {name}" for name, verdict in claim.where.items()]
    verdict = "; ".join(where) if len({*claim.where.values()}) > 1 else claim.verdict
    told = f"true only if: {claim.condition}" if claim.condition else f"{verdict}."
    said = f"{claim.question} {claim.sentence}".strip()
    return f"{claim.id}  {said}\n    {told} {claim.why}\n    {claims().source_of(claim).title}"


def _python(words: str) -> tuple[str, Path]:
    """An environment and its Python, of NAME=PATH."""
    name, _, path = words.partition("=")
    if name not in ENVIRONMENTS:
        raise BadInput(f"expected --python NAME=PATH with one of {', '.join(ENVIRONMENTS)}, came {words!r}")
    if not Path(path).is_file():
        raise BadInput(f"expected a Python at {path!r}: there is no such file")
    return name, Path(path).absolute()


def _lines(report: ClaimsReport) -> Iterator[str]:
    """A line for each run, and one for all."""
    for claim in report.claims:
        for record in claim.runs:
            told = f": {record.message}" if record.message else ""
            yield f"{claim.id:4}{record.due:9}{record.state:9}{record.packages}{told}"
    counts = ", ".join(f"{number} {state}" for state, number in report.counts.items())
    yield f"{len(report.claims)} claims, {sum(report.counts.values())} runs: {counts}"


def _outputs(arguments: argparse.Namespace, report: ClaimsReport) -> Iterator[Output]:
    if arguments.json:
        yield Output(arguments.json, kinds.CLAIMS, json.dumps(asdict(report), allow_nan=False) + "\n")
    if arguments.html:
        yield Output(arguments.html, kinds.CLAIMS_PAGE, render_claims(report))
