"""What a terminal shows of a run: a red check, and the summary."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import TextIOWrapper
from typing import Any

from lstm_conformance.reports.changes.verdict import several
from lstm_conformance.reports.records.alike import by_cause, example
from lstm_conformance.reports.records.basis import basis_text, is_own
from lstm_conformance.reports.records.clustering import shared
from lstm_conformance.reports.records.kernels import kernels_of
from lstm_conformance.reports.records.known import known
from lstm_conformance.reports.records.results import RED, VERDICTS, Check, Header, Rule
from lstm_conformance.reports.records.summary import Group, budget_rank, grouped, is_usual, numbers_in
from lstm_conformance.reports.records.text import budget_text, facts
from lstm_conformance.reports.records.visible import harmless

OTHER_COUNTS = "pytest counts items, of one or more checks each, and a red check of several once more"

SMOKE = "0.1"
"""The rule that asks only whether anything works: its configuration means nothing."""

NAMED = 5
"""Requirements that are not claimed, of which as many are named."""

SHOWN = 3
"""Causes of failures of one implementation and path that the summary names."""

RULES = 5
"""Rules of a cause that are named."""


def spell_out_the_rest() -> None:
    """Spell out, by their numbers, characters that a console has none for: a redirected one of Windows has few."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def explained(check: Check, rule: Rule | None, command: Sequence[str], where: str = "") -> str:
    """A red check, for a reader who has two minutes; the first line stands alone.

    where: the file and line in which the layer is called, if they are known.
    """
    title = f" {rule.title}" if rule else ""
    lines = [f"{check.rule}{title}: {check.message}", ""]
    if rule:
        lines += [row("rule", rule.sentence), row("source", rule.source)]
        lines += [row("basis", basis_text(rule.basis))] if rule.basis else []
    lines.append(row("case", f"{check.implementation} {check.path}  {check.configuration}  case {check.case}"))
    lines += [row("called in", where)] if where and where not in (check.message or "") else []
    lines += measured(_needed(check.detail or {}))
    lines += ["", row("reproduce", check.reproduction(command))]
    return harmless("\n".join(lines))


def _needed(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where a mistake is named, nobody has to look for it in gates and over the steps."""
    named = (detail.get("diagnosis") or {}).get("named")
    return {key: value for key, value in detail.items() if not named or key not in {"gates", "by_step"}}


def summary(checks: Iterable[Check], header: Header) -> list[str]:
    """What was caught first, a line for every implementation and path, its failing rules below it, and known causes."""
    checks, lines = tuple(checks), controls_line(header)
    versions = {
        environment.implementation: next(iter(environment.packages.values()), "") for environment in header.environments
    }
    for (implementation, path), group in grouped(checks, lambda c: (c.implementation, c.path)).items():
        name = f"{implementation} {versions.get(implementation, '')} {path}"
        lines.append(f"{name:<44} {_word(group):<8} {_counts(group)}{_closest(group)}")
        lines += [f"  {line}" for line in _asked(group, header, implementation, path)] + _diagnosed(group)
        lines += _failing(group, header)
    lines += [f"{name:<44} {'absent':<8} {reason}" for name, reason in header.not_installed.items()]
    return [harmless(line) for line in lines + known_lines(checks, header)]


def known_lines(checks: Iterable[Check], header: Header) -> list[str]:
    """What the recorded deviations come from, by class of cause: one line, or none where nothing deviates."""
    causes = known(checks, header.deviations, header.causes)
    return [f"causes of the deviations: {causes}"] if causes else []


def last_line(checks: Sequence[Check], *, begun: bool = True) -> str:
    """How many checks there were, by verdict, and what pytest counts; of an interrupted run, how far it came.

    begun: the run came so far that checks were planned.
    """
    group, total = Group(tuple(checks)), len(checks)
    undone = sum(check.interrupted for check in checks)
    if undone:
        return f"interrupted: {total - undone:,} of {several(total, 'check')} done, {group.failures:,} failed"
    if not checks:
        return "no checks" if begun else "interrupted: no check was planned yet"
    counts = ", ".join(f"{group.counts[verdict]:,} {verdict}" for verdict in VERDICTS if group.counts[verdict])
    return f"{several(total, 'check')}: {counts} ({OTHER_COUNTS})"


def controls_line(header: Header) -> list[str]:
    """How many of the wrong LSTMs that were tested first were caught, and by which rules; none if none was tested."""
    killed = [f"{name} by rule {rule}" for name, rule in header.controls.items() if rule is not None]
    caught = f"wrong LSTMs caught first: {len(killed)} of {len(header.controls)} ({', '.join(killed) or 'none'})"
    return [caught] if header.controls else []


def row(label: str, text: str) -> str:
    """A line of what is explained."""
    return f"  {label:<11}{text}"


def measured(detail: Mapping[str, Any]) -> list[str]:
    """First and worst element, spread and the course over time; the text of an error where nothing was measured."""
    lines = [(label, *text.splitlines()) for label, text in facts(detail)]
    return [row(label if k == 0 else "", line) for label, *texts in lines for k, line in enumerate(texts)]


def _word(group: Group) -> str:
    if group.failures:
        return "FAIL"
    if not group.counts["pass"] and not group.counts["deviation"]:
        return "not run"
    return "partial" if any(check.interrupted for check in group.checks) else "ok"


def _counts(group: Group) -> str:
    total = several(len(group.checks), "check")
    if group.counts["pass"] == len(group.checks):
        return total
    others = ", ".join(f"{count:,} {verdict}" for verdict, count in group.counts.items() if verdict != "pass")
    return f"{total}, {others}"


def _closest(group: Group) -> str:
    passing = [check for check in group.checks if check.verdict == "pass" and check.budget is not None]
    if not passing:
        return ""
    closest = max(passing, key=budget_rank)
    return f", largest budget used {budget_text(closest.budget)} (rule {closest.rule})"


def _asked(group: Group, header: Header, implementation: str, path: str) -> Iterator[str]:
    """What "ok" stands for: on how much it was asked, how far options are crossed, and what is not claimed."""
    names = {check.configuration for check in group.checks}
    usual = sum(is_usual(header.configurations.get(name, {})) for name in names)
    asked = f"asked {several(len(names), 'configuration')}, {usual:,} of them at sizes that people use"
    for environment in header.environments:
        if environment.implementation == implementation:
            if environment.requirements:  # else the record is older
                yield f"{asked}; claims {environment.claimed(path)}{_without(environment.unclaimed.get(path, ()))}"
            if path in environment.crossed:
                yield f"options crossed as far as there is time: {environment.crossed[path]}"
    yield from (f"computed by {line}" for line in kernels_of(group.checks))


def _without(unclaimed: Sequence[str]) -> str:
    """The first ones that are not claimed."""
    named, more = ", ".join(unclaimed[:NAMED]), len(unclaimed) - NAMED
    return f"; not asked: {named}{f' and {more} more' if more > 0 else ''}" if unclaimed else ""


def _diagnosed(group: Group) -> list[str]:
    """What most of the diagnoses say that name something."""
    details = [check.detail for check in group.checks if check.detail and "diagnosis" in check.detail]
    named = Counter(detail["diagnosis"]["named"] for detail in details)
    most = [(name, count) for name, count in named.most_common(1) if name]
    return [f"  diagnosis: {name} ({count} of {len(details)} diagnoses)" for name, count in most]


def _failing(group: Group, header: Header) -> Iterator[str]:
    """A line for every cause, and below it what its configurations share."""
    causes = by_cause(group.checks)
    for place, cause in enumerate(causes[:SHOWN]):
        rules = sorted({check.rule for check in cause}, key=numbers_in)
        passed = [check for check in group.checks if check.rule in rules and check.verdict not in RED]
        yield _of_cause(cause, rules, len(cause) + len(passed), header.rules)
        together = shared([*cause, *passed], header) or ""
        few = place == 0 or len(causes) <= SHOWN
        if few and rules != [SMOKE] and (len(rules) == 1 or together.count("wherever") == 1):
            yield from [f"      {together}"] if together else []
    if len(causes) > SHOWN:
        yield f"  … and {len(causes) - SHOWN} more causes"


def _of_cause(cause: Sequence[Check], rules: Sequence[str], asked: int, known_rules: Mapping[str, Rule]) -> str:
    """How many checks it breaks, of which rules, and what the clearest of them says."""
    first, *more = rules
    title = known_rules[first].title if first in known_rules else ""
    named = f"{first} {title}" if not more else f"rules {', '.join(rules[:RULES])}"
    named += f" and {len(rules) - RULES} more" if len(rules) > RULES else ""
    worst = Group(tuple(cause)).closest
    budget = f"{budget_text(worst.budget)} ×" if worst else ""
    own = "  [the suite's own rule]" if not more and first in known_rules and is_own(known_rules[first].basis) else ""
    return f"  ✗ {named:<46.46} {len(cause):,}/{asked:,} checks {budget:>11}  {_message(cause)}{own}"


def _message(cause: Sequence[Check]) -> str:
    """What the clearest check says, or else any that says something."""
    told = [check for check in cause if check.message] or cause
    return example(told).message or ""
