"""What changed between two reports: for a terminal, as annotations of a CI step, and for programs.

The JSON Schema of the document is `changes.schema.json`, beside this file; `markdown.py` writes it for a reader of CI.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from lstm_conformance.reports.changes.cause_changes import CauseChange
from lstm_conformance.reports.changes.compare import KINDS, Change, Changes, Kind, together
from lstm_conformance.reports.changes.environments import CellChange, PackageChange
from lstm_conformance.reports.changes.verdict import news, several
from lstm_conformance.reports.records.annotation import annotation, at_most
from lstm_conformance.reports.records.combine import Subject
from lstm_conformance.reports.records.failing import cause, first_to_last
from lstm_conformance.reports.records.known import MEANINGS
from lstm_conformance.reports.records.serialize import to_plain
from lstm_conformance.reports.records.summary import numbers_in
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.reports.records.visible import harmless

SCHEMA_VERSION = 1

SHOWN = 20
"""Lines of each kind in a terminal."""

NAMED = 4
"""Places that a line names; more are counted."""

MARKS: dict[Kind, str] = {
    "newly failing": "✗",
    "vanished": "–",
    "newly deviating": "~",
    "margin worsened": "↑",
    "fixed": "✓",
    "newly covered": "+",
}


def lines(changes: Changes) -> list[str]:
    """What changed, for a terminal: the news, its causes, then every kind of change, by rule and implementation."""
    told = [news(changes)]
    for title, appears in (("known causes that appear", True), ("known causes that disappear", False)):
        told += _bounded(
            title, [_cause_text(cause_change) for cause_change in changes.causes if cause_change.appears is appears]
        )
    for kind in KINDS:
        of_kind = together(changes.of(kind))
        told += _bounded(kind, [_line(changes, group) for group in of_kind.values()])
    told += _bounded("cells", [f"  {cell_change.cell:<26} {cell_text(cell_change)}" for cell_change in changes.cells])
    told += _bounded("packages", [_package_line(package_change) for package_change in changes.packages])
    return [harmless(line) for line in told]


def annotation_lines(changes: Changes) -> list[str]:
    """Lines that GitHub shows at the top of a run: cells that are lost, and what newly fails; at most nine."""
    told = [annotation(cell_change.cell, cell_text(cell_change)) for cell_change in changes.cells if cell_change.lost]
    for group in together(changes.of("newly failing")).values():
        title = f"rule {group[0].rule} newly fails on {group[0].subject.implementation}"
        told.append(annotation(title, f"{_title(changes, group)}; {places(group)}: {seen(group)}"))
    return at_most(told, "newly fail; the summary has them")


def changes_document(changes: Changes) -> dict[str, Any]:
    """Everything, in built-in types; of checks, their ids."""
    rows = [to_plain(change) | {"checks": [check.id for check in change.checks]} for change in changes.changes]
    return {
        "schema_version": SCHEMA_VERSION,
        "since": changes.since,
        "changes": rows,
        "packages": to_plain(changes.packages),
        "cells": to_plain(changes.cells),
        "causes": [_cause_document(cause_change) for cause_change in changes.causes],
        "left_out": changes.left_out,
    }


def _cause_document(change: CauseChange) -> dict[str, Any]:
    return {
        "id": change.name,
        "appears": change.appears,
        "cause": to_plain(change.cause),
        "subjects": to_plain(list(change.found)),
        "checks": [check.id for check in change.checks],
    }


def places(group: Sequence[Change]) -> str:
    """The versions and paths of changes of one implementation: `2.14.0 eager, 2.15.0 eager, autocast`."""
    by_version = groupby(group, lambda change: change.subject.version)
    return some(f"{version} {', '.join(change.path for change in changes)}".strip() for version, changes in by_version)


def seen(group: Sequence[Change]) -> str:
    """What is seen: the margin, or the cause of the worst check."""
    if group[0].kind == "margin worsened":
        worst = max(group, key=lambda change: change.after or 0.0)
        return f"budget used {budget_text(worst.before)} → {budget_text(worst.after)}"
    checks = [check for change in group for check in change.checks]
    told = group[0].kind in {"newly failing", "newly deviating"}
    return f"{several(len(checks), 'check')}{', ' + cause(first_to_last(checks)[0]) if told else ''}"


def cause_title(change: CauseChange) -> str:
    """In whose eyes it is wrong, what somebody sees, and the sentence that says what is wrong."""
    if change.cause is None:
        return f"recorded as {change.name or 'a deviation without an id'}"
    meaning = MEANINGS.get(change.cause.cause_class, change.cause.cause_class)
    return f"{meaning}, {change.cause.effect}: {change.cause.title}"


def cause_facts(change: CauseChange) -> dict[str, str]:
    """Who is affected, what helps, where it shows and how much, what is public and which script shows it."""
    rules = sorted({check.rule for check in change.checks}, key=numbers_in)
    counted = f"{several(len(change.checks), 'check')} of rule{'s' * (len(rules) > 1)} {some(rules)}"
    where = f"{subjects_text(change.found)}, {some(check.path for check in change.checks)}: {counted}"
    size = "" if change.error is None else f"absolute error up to {change.error:.1g}; in the first check to look at: "
    facts = {"where": where, "seen": size + cause(first_to_last(change.checks)[0])}
    if change.cause is None:
        return facts
    public = some(f"{link.address} ({link.state})" for link in change.cause.links)
    told = {"affects": change.cause.affects, "until it is fixed": change.cause.workaround}
    shown = {"public": public, "script": some(change.cause.scripts)}
    return {name: text for name, text in {**told, **facts, **shown}.items() if text}


def cell_text(change: CellChange) -> str:
    """How a cell ended and ends."""
    vanished = f", {several(change.checks, 'check')} vanished" if change.checks else ""
    reason = f": {change.reason}" if change.reason else ""
    return f"{change.before or 'not planned'} → {change.after or 'not planned'}{reason}{vanished}"


def package_text(change: PackageChange) -> str:
    """From which version to which."""
    return f"{change.before or 'none'} → {change.after or 'none'}"


def subjects_text(subjects: Iterable[Subject]) -> str:
    """Implementations with their versions."""
    return some(str(subject) for subject in subjects)


def some(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    every = list(dict.fromkeys(names))
    more = f" and {len(every) - NAMED:,} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


def _line(changes: Changes, group: Sequence[Change]) -> str:
    first = group[0]
    rule = f"{first.rule} {_title(changes, group)}"
    where = f"{first.subject.implementation} {places(group)}"
    return f"  {MARKS[first.kind]} {rule:<46.46} {where}: {seen(group)}"


def _cause_text(change: CauseChange) -> str:
    """A cause, and below it who is affected, what to do, where it shows and where it is public."""
    lines = [f"  {MARKS['newly deviating' if change.appears else 'fixed']} {cause_title(change)}"]
    if change.appears:
        lines += [f"      {name}: {text}" for name, text in cause_facts(change).items()]
    return "\n".join(lines)


def _package_line(change: PackageChange) -> str:
    return f"  {change.package:<26} {package_text(change)}  ({subjects_text(change.subjects)})"


def _bounded(title: str, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        yield title
        yield from texts[:SHOWN]
    if len(texts) > SHOWN:
        yield f"  … and {len(texts) - SHOWN:,} more"


def _title(changes: Changes, group: Sequence[Change]) -> str:
    return changes.titles.get(group[0].rule, "")
