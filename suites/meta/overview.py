"""`docs/rules-and-causes.md`: whose each rule is, and what is known of each cause. `make overview` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lstm_conformance.fixtures.deviations import bundled
from lstm_conformance.fixtures.deviations.causes import CLASSES, EFFECTS, Cause, causes
from lstm_conformance.reports.records.basis import MEANINGS
from lstm_conformance.suites.harness.judge.rules import specification
from lstm_conformance.suites.meta.running import ROOT

DOCUMENT = ROOT / "docs" / "rules-and-causes.md"

HEAD = """\
# Whose each rule is, and what is known of each cause

Written by `make overview`; do not edit.
The rules stand in [`reference/SPEC.md`](../reference/SPEC.md).
The causes stand in [`fixtures/deviations`](../fixtures/deviations).
"""


def document() -> str:
    """The whole text."""
    return "\n".join([HEAD, *_rules(), *_causes()]).rstrip() + "\n"


def _rules() -> Iterator[str]:
    _, rules = specification()
    yield from ["## Rules", ""]
    yield from (f"- `{kind}`: {meaning}." for kind, meaning in MEANINGS.items())
    yield from [
        "",
        *_table(["Rule", "Basis", "Words"], (_rule(rule.number, rule.title, rule.basis) for rule in rules.values())),
        "",
    ]


def _rule(number: str, title: str, basis: str) -> list[str]:
    kind, _, words = basis.partition(": ")
    return [f"{number} {title}", kind, words]


def _causes() -> Iterator[str]:
    yield from ["## Causes of known deviations", ""]
    yield from (f"- `{name}`: {meaning}." for name, meaning in CLASSES.items())
    yield from ["", *(f"- *{name}*: {meaning}." for name, meaning in EFFECTS.items()), ""]
    known = sorted(causes().values(), key=lambda each: list(CLASSES).index(each.class_))
    head = ["Cause", "Class", "Effect", "Who meets it", "Instead", "State upstream", "Entries", "Scripts"]
    yield from [*_table(head, map(_cause, known)), ""]


def _cause(cause: Cause) -> list[str]:
    upstream = "; ".join(f"[{_short(link.address)}]({link.address}) {link.state}" for link in cause.links)
    scripts = ", ".join(f"[{path.rsplit('/', 1)[-1]}](../{path})" for path in cause.scripts)
    entries = str(sum(deviation.cause == cause.id for deviation in bundled()))
    title = f"`{cause.id}`: {cause.title}{f' *{cause.became}*' if cause.became else ''}"
    none = "no public report found"
    return [title, cause.class_, cause.effect, cause.affects, cause.workaround, upstream or none, entries, scripts]


def _short(address: str) -> str:
    """An issue as GitHub writes it; else the host."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)", address)
    return f"{found[1]}#{found[2]}" if found else address.split("/")[2]


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main() -> None:
    """Write it."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), "utf-8")


if __name__ == "__main__":
    main()
