"""A recorded cause as a text that a person can file where the framework is made, or add to what is filed there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lstm_conformance.reports.records.kinds import FINDING_MARK
from lstm_conformance.reports.records.results import Cause, Rule

HEADING = re.compile(r"^Actual.*:$")
ARGUMENTS = ("documented", "source", "equations")
"""Bases of rules that convince others, the best first."""

OURS = re.compile(r"^(?:Rules?|Claim) [\w., ]+?; causes? [^.]+\. ?", re.MULTILINE)
"""Words of a docstring that mean nothing to somebody else."""

INDENT = "    "
CONTROL = "  (control)"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A cause, and what belongs to it.

    `rules`: those that it breaks. `where`: implementations with the versions in which it is recorded.
    `scripts`: the path of each to its text.
    """

    id: str
    cause: Cause
    rules: Sequence[Rule]
    where: Sequence[str]
    scripts: Mapping[str, str]


def report(finding: Finding) -> str:
    """Markdown: title, what is wrong, how to see it, what is expected and by which sentence, what helps."""
    cause = finding.cause
    return "\n".join(
        [
            FINDING_MARK,
            f"# {cause.title.rstrip('.')}",
            "",
            f"What somebody sees: {cause.effect}.",
            f"Who meets it: {cause.affects}.",
            f"Recorded in: {'; '.join(finding.where) or 'no version that is tested now'}.",
            "",
            *_public(cause),
            *(line for path, text in finding.scripts.items() for line in _script(path, text)),
            *_manual(finding.rules),
            *([f"What helps until then: {cause.workaround}.", ""] if cause.workaround else []),
        ]
    )


def _public(cause: Cause) -> Iterator[str]:
    """Where it was reported, which is where to add to; or that nobody was found to have done so."""
    if cause.links:
        yield "Public, and the place for a comment:"
        yield from (f"- {link.address} ({link.state})" for link in cause.links)
    else:
        yield "No public report was found."
    yield ""


def _script(path: str, text: str) -> Iterator[str]:
    """The script without its docstring, then what the docstring says of it."""
    tree = ast.parse(text)
    told = ast.get_docstring(tree, clean=False) or ""
    body = tree.body[1:] if told else tree.body
    code = "\n".join(text.splitlines()[body[0].lineno - 1 :]) if body else ""
    yield from [f"## How to see it (`{path}`)", "", "```python", code.strip(), "```", "", *_said(told), ""]


def _said(docstring: str) -> Iterator[str]:
    """The lines of a docstring, what is printed in blocks; the title stands above already."""
    _, _, told = docstring.partition("\n")
    for line in OURS.sub("", told.strip()).splitlines():
        if HEADING.match(line):
            yield line.replace("Actual", "It prints", 1)
        elif line.startswith(INDENT):
            yield line.replace(CONTROL, "    <- as it should be")
        else:
            yield line


def _manual(rules: Iterable[Rule]) -> Iterator[str]:
    """What manuals, or else the equations, say; a rule that is the suite's own is no argument."""
    told = list(dict.fromkeys(rule.basis for rule in rules))
    shown = next(filter(None, ([line for line in told if line.startswith(kind)] for kind in ARGUMENTS)), [])
    if shown:
        yield from ["## Why it is wrong", "", *(f"- {basis}" for basis in shown), ""]
