"""The report: one HTML file of its own, made from a results file, without script and without the network."""

from __future__ import annotations

import argparse
import base64
import hashlib
import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lstm_conformance.reports.errors import ResultsError
from lstm_conformance.reports.files import Results
from lstm_conformance.reports.results import RED, VERDICTS, Check, Verdict
from lstm_conformance.reports.summary import SEVERITY, Group, grouped, pairs, rule_ids, sentence, worst_first
from lstm_conformance.reports.text import budget_text, facts

TEMPLATE = Path(__file__).with_name("template")

# How many checks of one rule, implementation and path are shown in full: enough to see what they have in common.
SHOWN = 3

SYMBOLS: Mapping[Verdict, str] = {
    "pass": "✓",
    "deviation": "~",
    "fail": "✗",
    "error": "!",
    "unstable": "±",
    "not-run": "–",
}

# What would change the page without being seen: control characters, marks of text direction, halves of characters.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

# An address within a sentence ends before its bracket or full stop. Nothing but https becomes a link.
_ADDRESS = re.compile(r"(https://[^\s()<>]*[^\s()<>.,;:])")


def render(results: Results) -> str:
    """Return the page as HTML."""
    css = Markup((TEMPLATE / "page.css").read_text(encoding="utf-8"))
    template = _environment().get_template("page.html.jinja")
    return template.render(
        css=css,
        css_hash=_content_hash(css),
        results=results,
        header=results.header,
        footer=results.footer,
        sentence=sentence(results),
        **_tables(results),
        **_lists(results),
    )


def write(results: Results, path: Path | str) -> None:
    """Write the page to `path`, under its own name only when it is whole; parent folders are made."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    unfinished.write_text(render(results), encoding="utf-8", newline="\n")
    unfinished.replace(target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the page of a results file; the exit status is 2 when that cannot be read."""
    parser = argparse.ArgumentParser(prog="lstm-conformance report", description=__doc__)
    parser.add_argument("results", metavar="RESULTS", type=Path, help="a results file, build/results.jsonl")
    parser.add_argument("out", metavar="OUT", type=Path, help="the page to write, build/report.html")
    options = parser.parse_args(arguments)
    try:
        write(Results.read(options.results), options.out)
    except (OSError, ResultsError) as error:
        print(f"no report: {error}", file=sys.stderr)
        return 2
    print(f"report: {options.out}")
    return 0


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count="{:,}".format, budget=budget_text, facts=facts, share=budget_share, linked=linked)
    environment.globals.update(SYMBOLS=SYMBOLS, SEVERITY=SEVERITY)
    return environment


def _content_hash(text: str) -> str:
    """Return the source expression of a content security policy that lets exactly `text` in."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _tables(results: Results) -> dict[str, Any]:
    columns = pairs(results)
    by_pair = grouped(results.checks, _pair)
    by_cell = grouped(results.checks, _cell)
    nothing = Group(())
    return {
        "counters": [(verdict, results.footer.counts[verdict]) for verdict in VERDICTS],
        "summary": [(pair, by_pair.get(pair, nothing)) for pair in columns],
        "columns": columns,
        "matrix": [(rule, [by_cell.get((rule, *pair), nothing) for pair in columns]) for rule in rule_ids(results)],
    }


def _lists(results: Results) -> dict[str, Any]:
    """Return the checks that need a reader, in groups that share a cause."""
    red = [check for check in results.checks if check.verdict in RED]
    known = [check for check in results.checks if check.verdict == "deviation"]
    left_out = [check for check in results.checks if check.verdict == "not-run"]
    return {
        "shown": SHOWN,
        "failures": worst_first(grouped(red, _cell)),
        "deviations": grouped(known, lambda check: (check.deviation or "", *_cell(check))),
        "not_run": grouped(left_out, lambda check: (check.message or "no reason recorded", *_pair(check))),
    }


def _pair(check: Check) -> tuple[str, ...]:
    return check.implementation, check.path


def _cell(check: Check) -> tuple[str, ...]:
    return check.rule, *_pair(check)


def visible(value: Any) -> Any:
    r"""Spell out, as `\u202e`, every character that would act on the page instead of being read."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def linked(text: str) -> list[tuple[str, bool]]:
    """Cut a text into pieces, each with whether it is an address to be linked."""
    return [(piece, number % 2 == 1) for number, piece in enumerate(_ADDRESS.split(text)) if piece]


def budget_share(budget: float) -> float:
    """Return how much of a bar is filled, 0 to 100; a budget that is NaN fills it."""
    return min(round(100 * budget, 1), 100.0) if math.isfinite(budget) else 100.0


if __name__ == "__main__":
    sys.exit(main())
