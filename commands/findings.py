"""`lstm-conformance findings`: what is known to be wrong in which framework, and a text to report each with."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from lstm_conformance.commands import BadInput, Subparsers
from lstm_conformance.fixtures.claims import claims
from lstm_conformance.fixtures.deviations import Deviation, bundled
from lstm_conformance.fixtures.deviations.causes import CLASSES, SILENT, Cause, causes
from lstm_conformance.reports.publish.finding import Finding, report
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.errors import ResultsError
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.results import Rule
from lstm_conformance.reports.records.visible import say
from lstm_conformance.suites.harness.explain.causes import told_of
from lstm_conformance.suites.harness.judge.rules import specification

ABOUT = """\
Lists the recorded causes of deviations, bugs first, those that silently give wrong numbers before the others. With
IDs, prints for each a text that can be filed with the framework: title, versions, a script, what it prints, what is
expected and the sentence of the manual; where it is public already, the place to add it to.
"""

ROOT = Path(__file__).resolve().parents[1]


def declare(subparsers: Subparsers) -> None:
    """Which, and where to write the texts."""
    parser = subparsers.add_parser("findings", help="list known faults, ready to report", description=ABOUT)
    parser.add_argument("ids", metavar="ID", nargs="*", help="print the text of these")
    parser.add_argument("--class", dest="class_", choices=CLASSES, help="list those of this class only")
    parser.add_argument("--write", metavar="DIR", type=Path, help="write the text of each that is listed: DIR/ID.md")


def run(arguments: argparse.Namespace) -> int:
    """List, print or write. Raises BadInput."""
    chosen = _chosen(arguments.ids, arguments.class_)
    if arguments.write:
        try:
            write(*(Output(arguments.write / f"{cause.id}.md", kinds.FINDING, _text(cause)) for cause in chosen))
        except (OSError, ResultsError) as error:
            raise BadInput(f"nothing is written: {error}") from error
        say(f"{len(chosen)} texts in {arguments.write}")
    elif arguments.ids:
        say("\n".join(map(_text, chosen)))
    else:
        say("\n".join(_table(chosen)))
    return 0


def _chosen(ids: Sequence[str], class_: str | None) -> list[Cause]:
    """The causes that are named, else those of a class that were not retired, the worst first. Raises BadInput."""
    known = causes()
    if unknown := [name for name in ids if name not in known]:
        raise BadInput(f"expected ids among {', '.join(known)}, came {unknown[0]!r}: `findings` lists them")
    if ids:
        return [known[name] for name in ids]
    alive = (cause for cause in known.values() if not cause.became and class_ in {None, cause.class_})
    return sorted(alive, key=lambda cause: (list(CLASSES).index(cause.class_), cause.effect not in SILENT))


def _table(chosen: Iterable[Cause]) -> list[str]:
    rows = [
        (cause.id, cause.class_, cause.effect, "public" if cause.links else "not reported", cause.title)
        for cause in chosen
    ]
    widths = [max(map(len, column), default=0) for column in zip(*rows, strict=True)]
    return ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _text(cause: Cause) -> str:
    """The text to report a cause with."""
    entries = [entry for entry in bundled() if entry.cause == cause.id]
    _, rules = specification()
    broken = dict.fromkeys(number for entry in entries for number in entry.rule)
    named = (rules[number] for number in broken if number in rules)
    finding = Finding(
        id=cause.id,
        cause=told_of(cause),
        rules=[Rule(title=rule.title, sentence=rule.sentence, source=rule.source, basis=rule.basis) for rule in named],
        where=_where(entries) or _settled(cause),
        scripts={path: (ROOT / path).read_text("utf-8") for path in cause.scripts if (ROOT / path).is_file()},
    )
    return report(finding)


def _settled(cause: Cause) -> list[str]:
    """The environments in which its claims were settled."""
    return list(dict.fromkeys(where for claim in claims().claims if claim.id in cause.claims for where in claim.where))


def _where(entries: Iterable[Deviation]) -> list[str]:
    """Implementations, each with the versions of the entries that name it."""
    places = [f"{name} {entry.versions}".strip() for entry in entries for name in entry.implementation]
    return list(dict.fromkeys(places))
