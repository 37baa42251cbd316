"""What a terminal shows of a run: a red check, and the summary."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from lstm_conformance.reports.results import Check, Header, Rule
from lstm_conformance.reports.summary import Group, budget_rank, grouped, worst_first

BARS = "▁▂▃▄▅▆▇█"
SHOWN = 8
"""Failing rules of one implementation and path that the summary names."""


def explained(check: Check, rule: Rule | None) -> str:
    """A red check, for a reader who has two minutes; the first line stands alone."""
    title = f" {rule.title}" if rule else ""
    lines = [f"{check.rule}{title}: {check.message}", ""]
    if rule:
        lines += [_row("rule", rule.sentence), _row("source", rule.source)]
    lines.append(_row("case", f"{check.implementation} {check.path}  {check.configuration}  case {check.case}"))
    lines += _measured(check.detail or {})
    lines += ["", _row("reproduce", check.reproduction)]
    return "\n".join(lines)


def summary(checks: Iterable[Check], header: Header) -> list[str]:
    """A line for every implementation and path, its failing rules below it."""
    lines = []
    versions = {each.implementation: next(iter(each.packages.values()), "") for each in header.environments}
    for (implementation, path), group in grouped(checks, lambda c: (c.implementation, c.path)).items():
        name = f"{implementation} {versions.get(implementation, '')} {path}"
        lines.append(f"{name:<44} {_word(group):<8} {_counts(group)}{_closest(group)}")
        rules = worst_first(grouped(group.checks, lambda c: (c.rule,)))
        failing = {rule: each for (rule,), each in rules.items() if each.failures}
        lines += [_failing(rule, each, header.rules) for rule, each in list(failing.items())[:SHOWN]]
        if len(failing) > SHOWN:
            lines.append(f"  … and {len(failing) - SHOWN} more rules")
    lines += [f"{name:<44} {'absent':<8} {reason}" for name, reason in header.not_installed.items()]
    return lines


def times(budget: float) -> str:
    """A budget as a factor that can be read at a glance: 0.41x, 3.2x, 102,712x, 2e14x."""
    if budget < 0.01:
        return "<0.01x"
    if budget < 10:
        return f"{budget:.2g}x"
    return f"{budget:,.0f}x" if budget < 1e6 else f"{budget:.0e}x".replace("e+0", "e").replace("e+", "e")


def _row(label: str, text: str) -> str:
    return f"  {label:<11}{text}"


def _measured(detail: Mapping[str, Any]) -> list[str]:
    """First and worst element, spread and the course over time; the text of an error where nothing was measured."""
    if "first" not in detail:
        return [
            _row("error" if k == 0 else "", line) for k, line in enumerate(str(detail.get("text", "")).splitlines())
        ]
    lines = [_row("first bad", _element(detail["first"])), _row("worst", _element(detail["worst"]))]
    bad, all_ = detail["elements"]
    spread = ", ".join(f"{some}/{every} {axis}s" for axis, (some, every) in detail["spread"].items())
    lines.append(_row("spread", f"{bad:,} of {all_:,} elements ({bad / all_:.0%}); {spread}"))
    if "by_step" in detail:
        lines.append(
            _row("by step", f"{_bars(detail['by_step'])}  (largest error per step, log scale; · inside the bound)")
        )
    return lines


def _element(element: Mapping[str, Any]) -> str:
    place = " ".join(f"{axis}={index}" for axis, index in element["at"].items())
    values = f"expected {_number(element['expected'])}  got {_number(element['observed'])}"
    if not element["bound"]:
        return f"{place}   {values}"
    return f"{place}   {values}  ({times(float(element['budget']))} the bound of {float(element['bound']):.1e})"


def _number(value: float | str) -> str:
    return f"{float(value):+.9g}"


def _bars(budgets: list[float | str]) -> str:
    """One character a step: a bar whose height is the logarithm of the budget, a dot where it is kept."""
    finite = [min(float(each), 1e300) if float(each) == float(each) else 1e300 for each in budgets]
    top = max(*finite, 10.0)
    return "".join("·" if each <= 1 else BARS[_height(each, top)] for each in finite)


def _height(budget: float, top: float) -> int:
    return min(len(BARS) - 1, int(len(BARS) * math.log(budget) / math.log(top)))


def _word(group: Group) -> str:
    return "FAIL" if group.failures else "ok" if group.counts["pass"] else "not run"


def _counts(group: Group) -> str:
    total = len(group.checks)
    if group.counts["pass"] == total:
        return f"{total:,} checks"
    others = ", ".join(f"{count:,} {verdict}" for verdict, count in group.counts.items() if verdict != "pass")
    return f"{total:,} checks, {others}"


def _closest(group: Group) -> str:
    passing = [check for check in group.checks if check.verdict == "pass" and check.budget is not None]
    if not passing:
        return ""
    closest = max(passing, key=budget_rank)
    return f", largest budget used {closest.budget:.2f} ({closest.rule} {closest.measure}, {closest.configuration})"


def _failing(rule: str, group: Group, rules: Mapping[str, Rule]) -> str:
    title = rules[rule].title if rule in rules else ""
    worst = group.closest
    budget = times(worst.budget) if worst is not None and worst.budget is not None else "–"
    first = next(check for check in group.worst_to_best() if check.message)
    return f"  ✗ {rule} {title:<42.42} {group.failures}/{len(group.checks)} checks {budget:>9}  {first.message}"
