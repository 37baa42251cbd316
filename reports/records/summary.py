"""What a report says of a run: its verdict in one sentence, and its checks in groups."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lstm_conformance.reports.records.results import RED, Check, Verdict

# Worst first. A check that was not run is worse than a pass: a group that holds one must not look wholly checked.
SEVERITY: tuple[Verdict, ...] = ("fail", "error", "unstable", "deviation", "not-run", "pass")

SYMBOLS: Mapping[Verdict, str] = {
    "pass": "✓",
    "deviation": "~",
    "fail": "✗",
    "error": "!",
    "unstable": "±",
    "not-run": "–",
}


@dataclass(frozen=True)
class Group:
    """Checks that are shown as one."""

    checks: tuple[Check, ...]

    @cached_property
    def counts(self) -> Counter[Verdict]:
        """How many checks there are of each verdict."""
        return Counter(check.verdict for check in self.checks)

    @property
    def worst(self) -> Verdict:
        """The worst verdict; a group of no checks was not run."""
        return next((verdict for verdict in SEVERITY if self.counts[verdict]), "not-run")

    @property
    def failures(self) -> int:
        """How many checks are red."""
        return sum(self.counts[verdict] for verdict in RED)

    @cached_property
    def closest(self) -> Check | None:
        """The check that used the largest part of its budget, or more than it; None where nothing is measured."""
        return max((check for check in self.checks if check.budget is not None), key=budget_rank, default=None)

    def worst_to_best(self) -> list[Check]:
        """Order by verdict, then by budget used."""
        return sorted(self.checks, key=lambda check: (SEVERITY.index(check.verdict), -budget_rank(check)))


USUAL = {"time": 16, "batch": 8, "hidden_size": 32}
"""The least of the sizes that people use."""


def is_usual(values: Mapping[str, object]) -> bool:
    """Whether a configuration with these values of its options is as large as those that people use."""
    sizes = ((values.get(name), least) for name, least in USUAL.items())
    return all(isinstance(size, int) and size >= least for size, least in sizes)


def budget_rank(check: Check) -> float:
    """Order budgets: none lowest, NaN with infinity on top, because a bound that is NaN holds nothing."""
    if check.budget is None:
        return -math.inf
    return math.inf if math.isnan(check.budget) else check.budget


def grouped(checks: Iterable[Check], key: Callable[[Check], tuple[str, ...]]) -> dict[tuple[str, ...], Group]:
    """Group checks by a key, in the order in which the keys first appear."""
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        groups.setdefault(key(check), []).append(check)
    return {values: Group(tuple(members)) for values, members in groups.items()}


def figures(checks: Iterable[Check]) -> list[tuple[str, str | float]]:
    """Name the figures of one pytest item, for its JUnit properties: rule, verdicts, the largest budget used."""
    group = Group(tuple(checks))
    facts: list[tuple[str, str | float]] = [("rule", check.rule) for check in group.checks[:1]]
    facts.append(("verdicts", ", ".join(f"{count} {verdict}" for verdict, count in group.counts.items())))
    if group.closest is not None and group.closest.budget is not None:
        facts += [("largest_budget_used", group.closest.budget), ("measure", group.closest.measure or "")]
    return facts


def numbers_in(rule: str) -> tuple[tuple[int, str], ...]:
    """Order rules by their numbers, 2.10 after 2.9; what is no number comes first."""
    return tuple((int(part) if part.isdecimal() else -1, part) for part in rule.split("."))
