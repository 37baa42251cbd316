"""What kind of file is this? Nothing is written over a file of another kind than the one that is being written.

A kind is told by the beginning of its content, whatever the file is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lstm_conformance.reports.records.errors import Occupied
from lstm_conformance.reports.records.results import VERDICTS

HEAD = 2**16
"""Bytes of a file that are looked at."""

SUMMARY_MARK = "<!-- lstm-conformance report -->"
CHANGES_MARK = "<!-- lstm-conformance compare -->"
FINDING_MARK = "<!-- lstm-conformance finding -->"
"""First lines of Markdown, which has no other mark of who wrote it; they are not shown."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: what it is called in a message, and how its content begins, as a regular expression."""

    name: str
    beginning: str

    def begins(self, head: bytes) -> bool:
        """Whether these bytes are the beginning of a file of this kind; so is nothing at all."""
        text = head.decode("utf-8", "replace").replace("\r\n", "\n").lstrip("\ufeff")
        return not text.strip() or re.match(self.beginning, text, re.DOTALL) is not None


RESULTS = Kind("a results file", r'\{"kind": "header", "schema_version": \d+, ')
PAGE = Kind("a page of `lstm-conformance report`", r"(?i:<!doctype html>).*<title>[^<]*LSTM conformance</title>")
SUMMARY = Kind("a summary of `lstm-conformance report`", re.escape(SUMMARY_MARK))
BADGE = Kind("a badge of `lstm-conformance report`", r'\{"schemaVersion": \d+, "label": "LSTM conformance", ')
DOCUMENT = Kind("what `lstm-conformance report --json` writes", r'\{"schema_version": \d+, "heading": ')
NIGHT = Kind("a night of `lstm-conformance report`", r'\{"schema_version":\d+,"suite_version":"[^"]*","spec_version":')
VERDICT_LIST = Kind(
    "verdicts of `lstm-conformance report`",
    rf"# [^\n]*\n(# [^\n]*\n)*(no checks\n|\d+\.\d+ +[^\n]* ({'|'.join(VERDICTS)})\b)",
)
CHANGES_SUMMARY = Kind("a summary of `lstm-conformance compare`", re.escape(CHANGES_MARK))
FINDING = Kind("a text of `lstm-conformance findings`", re.escape(FINDING_MARK))
CHANGES = Kind("what `lstm-conformance compare --json` writes", r'\{"schema_version": \d+, "since": ')
CLAIMS_PAGE = Kind("a page of `lstm-conformance claims`", r"(?i:<!doctype html>).*<title>What the tutorials say")
CLAIMS = Kind("what `lstm-conformance claims --json` writes", r'\{"claims": \[')
KILLS = Kind("figures of `make mutants`", r'\{\s*"mutants": \{')
PROOF = Kind("the last result of `make mutants`", r'\{\s*"tree": "')
FIGURES = Kind("figures of `make bench-report`", r'\{\s*"\d+ checks": ')
MANIFEST = Kind("a manifest of counts", r'\{\s*"quick": \{')
CELLS = Kind("the cells of a night", r'\[\s*(\]|\{\s*"id": "[^"]*",\s*"tier": )')
CELL = Kind("the record of a cell", r'\{\s*"definition": "[0-9a-f]{64}",\s*"result": ')
DEFINITIONS = Kind("a file of cells", r"(.*\n)?\[\[cell\]\]")
JUNIT = Kind("a JUnit file", r"<\?xml [^>]*>\s*<testsuite")


def check_vacant(targets: Iterable[tuple[Path, Kind]]) -> None:
    """Raise Occupied unless all these files can be written: each is absent, empty, or of the kind that it is to be."""
    seen: dict[Path, Kind] = {}
    for path, kind in targets:
        _check(path, kind)
        other = seen.setdefault(path.resolve(), kind)
        if other != kind:
            raise Occupied(f"{path}: expected a file for each, came the same for {other.name} and {kind.name}")


def _check(path: Path, kind: Kind) -> None:
    if not path.exists():
        return
    if not path.is_file():
        raise Occupied(f"{path}: expected a file to write to, and this is none; name another")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not kind.begins(head):
        raise Occupied(f"{path}: expected {kind.name} or no file, and this is another; name another file, or remove it")
