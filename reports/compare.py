"""What is different between two reports: verdicts and margins by rule, subject and path, and packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lstm_conformance.reports.combine import Report, Subject
from lstm_conformance.reports.results import RED, Check, Verdict
from lstm_conformance.reports.summary import Group, budget_rank, grouped, numbers_in

Kind = Literal["newly failing", "vanished", "newly deviating", "margin worsened", "fixed", "newly covered"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they want to be read."""

WORSE = 2.0
"""A margin has worsened when the largest budget that passing checks use has grown by more than this factor."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Checks of one rule, subject and path that changed in the same way; vanished ones are shown as they were.

    `before`, `after`: the largest budget used, None where nothing was measured.
    """

    kind: Kind
    rule: str
    subject: Subject
    path: str
    checks: tuple[Check, ...]
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, kw_only=True)
class PackageChange:
    """A package of an implementation's environment in another version; None where there was, or is, none."""

    subject: Subject
    package: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """All that is different.

    `since`: when the earlier report was made. `kinds`: how a check of the later one changed, by its subject and id.
    """

    since: str
    changes: tuple[Change, ...]
    packages: tuple[PackageChange, ...]
    kinds: Mapping[tuple[Subject, str], Kind]

    def of(self, kind: Kind) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.kind == kind]


def compare(before: Report, after: Report) -> Changes:
    """Compare a report with an earlier one, check by check."""
    kinds: dict[tuple[Subject, str], Kind] = {}
    changes: list[Change] = []
    former = counterparts(before, after)
    for subject, checks in after.checks.items():
        earlier = {check.id: check for check in before.checks.get(former.get(subject, subject), ())}
        changes += _worsened(subject, earlier, checks)
        changed = [(kind, check) for check in checks if (kind := _kind(earlier.pop(check.id, None), check))]
        kinds.update({(subject, check.id): kind for kind, check in changed})
        changed += [("vanished", check) for check in earlier.values() if _made(check.verdict)]
        changes += _gathered(subject, changed)
    for subject in before.checks.keys() - former.values():
        changes += _gathered(subject, [("vanished", check) for check in before.checks[subject] if _made(check.verdict)])
    return Changes(
        since=before.started,
        changes=tuple(sorted(changes, key=_order)),
        packages=tuple(_packages(before, after, former)),
        kinds=kinds,
    )


def counterparts(before: Report, after: Report) -> dict[Subject, Subject]:
    """The subject of an earlier report for each of a later one.

    That of the same version; else, where each report has one left of an implementation, that one: it was upgraded.
    """
    found = {subject: subject for subject in after.checks if subject in before.checks}
    for subject in after.checks.keys() - found.keys():
        now = [each for each in after.checks if each not in found and each.implementation == subject.implementation]
        then = [
            each
            for each in before.checks
            if each not in found.values() and each.implementation == subject.implementation
        ]
        if len(now) == len(then) == 1:
            found[subject] = then[0]
    return found


def _kind(before: Check | None, after: Check) -> Kind | None:
    then, now = before.verdict if before else "not-run", after.verdict
    if now in RED:
        return None if then in RED else "newly failing"
    if not _made(now):
        return "vanished" if _made(then) else None
    if now == "deviation":
        return None if then == "deviation" else "newly deviating"
    if not _made(then):
        return "newly covered"
    return None if then == "pass" else "fixed"


def _made(verdict: Verdict) -> bool:
    return verdict != "not-run"


def _gathered(subject: Subject, changed: list[tuple[Kind, Check]]) -> Iterator[Change]:
    for kind in KINDS:
        checks = [check for which, check in changed if which == kind]
        for (rule, path), group in grouped(checks, lambda check: (check.rule, check.path)).items():
            largest = group.closest.budget if group.closest else None
            yield Change(kind=kind, rule=rule, subject=subject, path=path, checks=group.checks, after=largest)


def _worsened(subject: Subject, earlier: Mapping[str, Check], checks: tuple[Check, ...]) -> Iterator[Change]:
    """The rules of which the passing checks use a larger part of their budget, each check against itself."""
    both = [
        check
        for check in checks
        if check.verdict == "pass" and check.id in earlier and earlier[check.id].verdict == "pass"
    ]
    for (rule, path), group in grouped(both, lambda check: (check.rule, check.path)).items():
        now, then = group.closest, Group(tuple(earlier[check.id] for check in group.checks)).closest
        if now and then and budget_rank(now) > WORSE * budget_rank(then):
            yield Change(
                kind="margin worsened",
                rule=rule,
                subject=subject,
                path=path,
                checks=(now,),
                before=then.budget,
                after=now.budget,
            )


def _packages(before: Report, after: Report, former: Mapping[Subject, Subject]) -> Iterator[PackageChange]:
    for subject, environment in after.environments.items():
        earlier = before.environments.get(former.get(subject, subject))
        then = {"Python": earlier.python, **earlier.packages} if earlier else {}
        now = {"Python": environment.python, **environment.packages}
        for package in dict.fromkeys([*now, *then]) if earlier else ():
            if then.get(package) != now.get(package):
                yield PackageChange(subject=subject, package=package, before=then.get(package), after=now.get(package))


def _order(change: Change) -> tuple[int, tuple[tuple[int, str], ...], Subject, str]:
    return KINDS.index(change.kind), numbers_in(change.rule), change.subject, change.path
