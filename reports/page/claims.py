"""What the tutorials say, as one HTML file of its own, in the clothes of the report."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import groupby

from lstm_conformance.reports.page.page import assembled
from lstm_conformance.reports.records.claims import Claimed, ClaimsReport

STYLES = ("colours.css", "base.css", "page.css", "checks.css", "claims.css", "media.css")
SCRIPTS = ("common.js", "query.js", "claims.js")

WORDS = {
    "true": "true",
    "true-if": "true only if …",
    "false": "false",
    "version-dependent": "depends on the version",
}
"""The verdicts, as a reader is told them."""

LOOKS = {
    "true": "pass",
    "true-if": "deviation",
    "false": "fail",
    "version-dependent": "error",
    "refuted": "fail",
    "not-run": "not-run",
}
"""The marks of the report that verdicts and states look like."""


def render_claims(report: ClaimsReport) -> str:
    """Return the page as HTML."""
    by_id = {claim.id: claim for claim in report.claims}
    verdicts = [claim.verdict for claim in report.claims]
    return assembled(
        "claims.html.jinja",
        STYLES,
        SCRIPTS,
        report=report,
        first=[by_id[name] for name in report.first if name in by_id],
        sources=[(letter, list(group)) for letter, group in groupby(report.claims, key=lambda claim: claim.id[0])],
        counts=[(verdict, verdicts.count(verdict)) for verdict in WORDS],
        groups=groups,
        pieces=lambda text: pieces(text, by_id),
        WORDS=WORDS,
        LOOKS=LOOKS,
    )


def groups(claim: Claimed) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Each piece of code that was run, with all that it printed: each output with the versions that printed it."""
    by_code: dict[str, dict[str, list[str]]] = {}
    for run in claim.runs:
        if run.state != "not-run":
            by_code.setdefault(run.code, {}).setdefault(run.output, []).append(run.packages)
    return [(code, list(outputs.items())) for code, outputs in by_code.items()]


def pieces(text: str, ids: Container[str]) -> list[tuple[str, bool]]:
    """Cut a text at the ids in it, each piece with whether it is one."""
    return [(piece, piece in ids) for piece in re.split(r"\b([A-Z][1-9]\d*)\b", text) if piece]
