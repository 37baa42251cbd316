"""Which wrong LSTMs the suite catches, by which rules, and by how much: what a run of `mutants` shows of the suite."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import Check, Mutant, Verdict
from lstm_conformance.reports.records.summary import budget_rank, grouped, numbers_in
from lstm_conformance.reports.records.text import budget_text

CATCHES: frozenset[Verdict] = frozenset({"fail", "unstable"})
"""An error catches nothing: it may come from the adapter of the wrong LSTM itself."""

REFUSED = "WeightsRefused"
"""The exception by which a wrong LSTM itself refuses weights, as a framework does: the error that it makes catches."""

NEAR = 10.0
"""Times the bound, in float32: a wrong LSTM whose effect is smaller must say why."""

NEAR_IN = "float32"

ENOUGH = "it is caught in this dtype: with --until-caught that is enough"
"""Why a check was not made; the rules that catch are then not all known, but one of them is."""


@dataclass(frozen=True, kw_only=True)
class Kill:
    """What became of one wrong LSTM, or of a right one that computes in another way.

    `rules`: those that it breaks, in order. `caught`: the dtypes in which it breaks one. `errors`: checks that ended in
    an error. `effect`: the largest budget used in each dtype, which is its effect ÷ the bound; infinite where a rule is
    broken that measures nothing, None where nothing was asked.
    """

    name: str
    mutant: Mutant
    rules: tuple[str, ...]
    caught: tuple[str, ...]
    errors: int
    effect: Mapping[str, float | None]

    def effect_in(self, dtype: str) -> float:
        """Its effect in a dtype, to compare: infinite where there is none to tell."""
        effect = self.effect.get(dtype)
        return math.inf if effect is None else effect

    @property
    def covered(self) -> bool:
        """Whether it must be caught."""
        return not self.mutant.benign and not self.mutant.waits_for

    @property
    def survives(self) -> tuple[str, ...]:
        """The dtypes in which nobody noticed."""
        return tuple(dtype for dtype in self.mutant.dtypes if dtype not in self.caught)

    @property
    def near(self) -> bool:
        """Whether its effect, though noticed, is so small that it must say why."""
        return self.covered and NEAR_IN in self.caught and self.effect_in(NEAR_IN) < NEAR


@dataclass(frozen=True, kw_only=True)
class Kills:
    """Everything that a run shows. `partial`: something was deselected. `lost`: planned checks without a record.

    `until_caught`: what was caught in a dtype was asked nothing more there, so that other rules may catch it, too.
    """

    all: tuple[Kill, ...]
    partial: bool
    lost: int
    until_caught: bool = False

    @property
    def covered(self) -> list[Kill]:
        """The wrong ones that must be caught."""
        return [kill for kill in self.all if kill.covered]

    @property
    def benign(self) -> list[Kill]:
        """The right ones."""
        return [kill for kill in self.all if kill.mutant.benign]

    def waiting(self) -> dict[str, list[str]]:
        """The names of the wrong ones that no rule covers yet, by the topic of the rules to come."""
        topics: dict[str, list[str]] = {}
        for kill in self.all:
            if kill.mutant.waits_for:
                topics.setdefault(kill.mutant.waits_for, []).append(kill.name)
        return topics

    def weakest(self) -> list[Kill]:
        """Those that a single rule catches."""
        return [kill for kill in self.covered if len(kill.rules) == 1]

    def by_rule(self) -> dict[str, list[Kill]]:
        """What each rule catches."""
        rules = sorted({rule for kill in self.covered for rule in kill.rules}, key=numbers_in)
        return {rule: [kill for kill in self.covered if rule in kill.rules] for rule in rules}

    def nearest(self, dtype: str) -> Kill | None:
        """The one with the smallest effect that is noticed and measured in this dtype."""
        noticed = [kill for kill in self.covered if dtype in kill.caught and math.isfinite(kill.effect_in(dtype))]
        return min(noticed, key=lambda kill: kill.effect_in(dtype), default=None)

    def dtypes(self) -> list[str]:
        """Those in which any is wrong."""
        return list(dict.fromkeys(dtype for kill in self.all for dtype in kill.mutant.dtypes))


def kills_of(results: Results) -> Kills:
    """What a run shows of the suite."""
    checks = {name: group.checks for (name,), group in grouped(results.checks, lambda c: (c.implementation,)).items()}
    kills = (_kill(name, mutant, checks.get(name, ())) for name, mutant in results.header.mutants.items())
    until_caught = any(check.message == ENOUGH for check in results.checks)
    return Kills(all=tuple(kills), partial=results.header.partial, lost=results.missing, until_caught=until_caught)


def problems(kills: Kills) -> Iterator[str]:
    """What is wrong with the suite, one sentence each; nothing if it can be trusted."""
    if not kills.all:
        yield "no wrong LSTM was tested: run with `--implementation mutants`"
    if kills.partial or kills.lost:
        yield "not everything was run: select nothing, and let the run come to its end"
    for kill in kills.all:
        yield from _problems_of(kill)


def _problems_of(kill: Kill) -> Iterator[str]:
    rules = " ".join(kill.rules)
    if kill.errors:
        yield f"{kill.name}: {kill.errors} checks end in an error, which catches nothing: mend it or its adapter"
    if kill.mutant.benign and kill.rules:
        yield f"{kill.name} is right, and breaks {rules}: a bound is too tight, or it is not right"
    if kill.covered and kill.survives:
        yield f"{kill.name} survives in {', '.join(kill.survives)}: {kill.mutant.sentence}"
    if kill.mutant.waits_for and kill.rules:
        yield f"{kill.name} waits for rules about {kill.mutant.waits_for}, and breaks {rules}: remove its `waits_for`"
    if kill.near and not kill.mutant.near_the_bound:
        effect = budget_text(kill.effect_in(NEAR_IN))
        yield f"{kill.name} is only {effect} × the bound in {NEAR_IN}: say why in its `near_the_bound`"
    if kill.mutant.near_the_bound and not kill.near:
        yield f"{kill.name} is not near the bound in {NEAR_IN}: remove its `near_the_bound`"


def _kill(name: str, mutant: Mutant, checks: Iterable[Check]) -> Kill:
    by_dtype = {dtype: [c for c in checks if f"-{dtype}-" in c.configuration] for dtype in mutant.dtypes}
    caught = [check for check in checks if _catches(check)]
    return Kill(
        name=name,
        mutant=mutant,
        rules=tuple(sorted({check.rule for check in caught}, key=numbers_in)),
        caught=tuple(dtype for dtype, judged in by_dtype.items() if _is_caught(judged, bool(caught))),
        errors=sum(check.verdict == "error" and not _catches(check) for check in checks),
        effect={dtype: _largest(judged) for dtype, judged in by_dtype.items()},
    )


def _is_caught(checks: list[Check], elsewhere: bool) -> bool:
    """Caught in one dtype; where nothing was asked any more, because the first question of all was enough, there."""
    asked = [check for check in checks if check.verdict != "not-run"]
    return any(map(_catches, asked)) or (bool(checks) and not asked and elsewhere)


def _catches(check: Check) -> bool:
    refused = check.verdict == "error" and (check.detail or {}).get("raised") == REFUSED
    return check.verdict in CATCHES or refused


def _largest(checks: Iterable[Check]) -> float | None:
    """The largest budget, infinite where a rule without one is broken; a budget that is NaN is as large."""
    budgets = [math.inf if check.budget is None else budget_rank(check) for check in checks if _tells(check)]
    return max(budgets, default=None)


def _tells(check: Check) -> bool:
    return check.budget is not None or _catches(check)
