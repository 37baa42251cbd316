"""The report as one HTML file of its own: it loads nothing, and runs no script but its own."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shlex
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lstm_conformance.reports.changes.changed import (
    cause_facts,
    cause_title,
    cell_text,
    package_text,
    subjects_text,
)
from lstm_conformance.reports.changes.history import VERDICTS as VERDICT_OF
from lstm_conformance.reports.changes.trend import trends
from lstm_conformance.reports.changes.verdict import below, day, heading, several
from lstm_conformance.reports.page.causes import Place, failing_causes
from lstm_conformance.reports.page.deviations import shown
from lstm_conformance.reports.page.document import Story, document
from lstm_conformance.reports.page.matrix import matrix
from lstm_conformance.reports.page.mutants import caught, told
from lstm_conformance.reports.page.sizes import asked
from lstm_conformance.reports.records.basis import basis_text
from lstm_conformance.reports.records.cells import TIERS, CellResult
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.failing import Failure, address, cause, failures, filtered, worst_of
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.kernels import kernels_of
from lstm_conformance.reports.records.known import MEANINGS, Known, known
from lstm_conformance.reports.records.summary import SEVERITY, SYMBOLS, grouped
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.reports.records.visible import linked, visible

TEMPLATE = Path(__file__).with_name("template")
FINDINGS = Path(__file__).parents[1] / "findings"

ROWS = 100
"""How many changes are shown; the JSON of the report has them all."""

COURSES = 50
"""How many rules that broke in the last nights are shown."""

CAUSES = 3
"""How many causes stand below the verdict if they are known and appear, and above the matrix if they fail; the others
are a click away."""

RULES = 8
"""How many failing rules of one implementation and path are shown; the matrix has them all."""

STYLES = ("colours.css", "base.css", "page.css", "tables.css", "checks.css", "drawer.css", "media.css")
SCRIPTS = (
    "common.js",
    "query.js",
    "data.js",
    "texts.js",
    "filter.js",
    "list.js",
    "matrix.js",
    "plots.js",
    "details.js",
    "drawer.js",
    "main.js",
    "sizes.js",
)


def render(story: Story) -> str:
    """Return the page as HTML."""
    report = story.report
    return assembled(
        "page.html.jinja",
        STYLES,
        SCRIPTS,
        data=Markup(_packed(document(story))),  # base64: nothing in it can end the element
        story=story,
        report=report,
        runs=list(report.runs.values()),
        matrix=matrix(report, story.changes),
        heading=heading(report, story.changes),
        below=below(report, story.changes),
        appearing=[cause_change for cause_change in story.changes.causes if cause_change.appears]
        if story.changes
        else [],
        counters=[(verdict, report.counts[verdict]) for verdict in SEVERITY],
        failures=_failures(story),
        causes=failing_causes(report, _told(story)),
        deviations=shown(report),
        known=_known(report),
        meanings=MEANINGS,
        basis_text=basis_text,
        not_run=_not_run(report),
        asked=asked(report),
        trends=trends(report),
        cells=_cells(report),
        ROWS=ROWS,
        COURSES=COURSES,
        CAUSES=CAUSES,
        RULES=RULES,
    )


def assembled(template: str, styles: Sequence[str], scripts: Sequence[str], **content: Any) -> str:
    """A page that wears these styles and runs these scripts, and no others."""
    css, script = _joined("css", styles), _joined("js", scripts)
    hashes = {"css_hash": _content_hash(css), "script_hash": _content_hash(script)}
    return _environment().get_template(template).render(css=css, script=script, **hashes, **content)


def _failures(story: Story) -> list[tuple[Subject, str, list[Failure]]]:
    """What fails, by subject and path.

    Where there is something to compare with, only what failed before: the rest is told as a change.
    """
    told = _told(story)
    by_path: dict[tuple[Subject, str], list[Failure]] = {}
    for failure in failures(story.report):
        if (failure.rule, failure.subject, failure.path) not in told:
            by_path.setdefault((failure.subject, failure.path), []).append(failure)
    return [(subject, path, rules) for (subject, path), rules in by_path.items()]


def _told(story: Story) -> set[Place]:
    """What is told as a change, and not once more as a failure."""
    changes = story.changes.of("newly failing") if story.changes else []
    return {(change.rule, change.subject, change.path) for change in changes}


def _known(report: Report) -> Known:
    """The causes of the deviations that were seen."""
    return known((check for checks in report.checks.values() for check in checks), report.deviations, report.causes)


def _not_run(report: Report) -> list[tuple[str, str, str, int]]:
    """What was not run, with the reason: reason, subject, path, how many checks."""
    return [
        (reason, str(subject), path, len(group.checks))
        for subject, checks in report.checks.items()
        for (reason, path), group in grouped(
            (check for check in checks if check.verdict == "not-run"),
            lambda check: (check.message or "no reason recorded", check.path),
        ).items()
    ]


def _cells(report: Report) -> list[tuple[CellResult, Results | None]]:
    """The cells of a version matrix, each with what it found: those without results first, then the supported ones."""
    cells = sorted(report.cells, key=lambda cell: (cell.tested, TIERS.index(cell.tier)))
    return [(cell, report.runs.get(cell.id)) for cell in cells]


def finding(link: str) -> str | None:
    """The script that a deviation links to, where it is one of ours."""
    path = FINDINGS / Path(link).name
    return path.read_text("utf-8") if link == f"reports/findings/{path.name}" and path.is_file() else None


def _packed(content: dict[str, Any]) -> str:
    """JSON, compressed, in base64: half of what it is in plain text, and the same bytes for the same report."""
    plain = json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")
    return base64.b64encode(gzip.compress(plain, mtime=0)).decode("ascii")


def _joined(folder: str, names: Sequence[str]) -> Markup:
    return Markup("\n").join(Markup((TEMPLATE / folder / name).read_text("utf-8")) for name in names)


def _content_hash(text: str) -> str:
    """Return the source expression of a content security policy that lets exactly `text` in."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count="{:,}".format, budget=budget_text, linked=linked, day=day, several=several, shell=shlex.join
    )
    environment.globals.update(
        SYMBOLS=SYMBOLS,
        SEVERITY=SEVERITY,
        VERDICT_OF=VERDICT_OF,
        address=address,
        caught=caught,
        cause=cause,
        cause_facts=cause_facts,
        cause_title=cause_title,
        cell_text=cell_text,
        filtered=filtered,
        finding=finding,
        kernels_of=kernels_of,
        package_text=package_text,
        subjects_text=subjects_text,
        told=told,
        worst_of=worst_of,
    )
    return environment
