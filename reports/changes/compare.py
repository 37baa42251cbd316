"""What is different between two reports: verdicts and margins by rule, subject and path, and packages."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lstm_conformance.reports.changes.cause_changes import CauseChange, cause_changes
from lstm_conformance.reports.changes.environments import CellChange, PackageChange, cell_changes, made, package_changes
from lstm_conformance.reports.changes.pairs import counterparts
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import RED, Check
from lstm_conformance.reports.records.summary import Group, budget_rank, grouped, numbers_in
from lstm_conformance.reports.records.versions import precedence

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
class Changes:
    """All that is different.

    `since`: when the earlier report was made. `kinds`: how a check of the later one changed, by its subject and id.
    `causes`: the recorded causes of deviations that appear or disappear. `titles`: of the rules.
    `left_out`: how many checks are not compared, because one of the runs ended before them.
    """

    since: str
    changes: tuple[Change, ...]
    packages: tuple[PackageChange, ...]
    cells: tuple[CellChange, ...]
    kinds: Mapping[tuple[Subject, str], Kind]
    titles: Mapping[str, str]
    left_out: int = 0
    causes: tuple[CauseChange, ...] = ()

    def of(self, kind: Kind) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def worse(self) -> bool:
        """Whether something newly fails: a check, or a whole cell."""
        return bool(self.of("newly failing")) or any(cell.lost for cell in self.cells)

    @property
    def deviates(self) -> bool:
        """Whether something newly deviates, as recorded: a check, or whatever shows a cause."""
        return bool(self.of("newly deviating")) or any(change.appears for change in self.causes)


def compare(before: Report, after: Report) -> Changes:
    """Compare a report with an earlier one, check by check; a cell that comes or goes is told as a whole.

    Of runs that were interrupted, what both have is compared.
    """
    former = counterparts(before.origins, after.origins)
    cells = tuple(cell_changes(before, after))
    whole = {cell.cell for cell in cells}
    kinds: dict[tuple[Subject, str], Kind] = {}
    left_out = 0
    changes = [*_vanished(before, after, former, whole)]
    for subject, checks in after.checks.items():
        earlier = {check.id: check for check in before.checks[former[subject]]} if subject in former else {}
        left_out += sum(_is_left_out(earlier.get(check.id), check) for check in checks)
        changed = [(kind, check) for check in checks if (kind := _kind(earlier.get(check.id), check))]
        kinds.update({(subject, check.id): kind for kind, check in changed})
        new = subject not in former and after.origins[subject] in whole
        changes += _gathered(subject, [change for change in changed if not (new and change[0] == "newly covered")])
        changes += _worsened(subject, earlier, checks)
    return Changes(
        since=before.started,
        changes=tuple(sorted(changes, key=_order)),
        packages=tuple(package_changes(before, after, former)),
        cells=cells,
        kinds=kinds,
        titles={number: rule.title for report in (before, after) for number, rule in report.rules.items() if rule},
        left_out=left_out,
        causes=tuple(cause_changes(before, after, former)),
    )


def together(changes: Iterable[Change]) -> dict[tuple[Kind, str, str], list[Change]]:
    """Changes of one kind, rule and implementation, in whatever versions and paths."""
    groups: dict[tuple[Kind, str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.kind, change.rule, change.subject.implementation), []).append(change)
    return groups


def _vanished(
    before: Report, after: Report, former: Mapping[Subject, Subject], whole: Container[str]
) -> Iterator[Change]:
    """The checks of which there is no record any more, but for those of cells that are told as a whole."""
    later = {old: new for new, old in former.items()}
    for old, checks in before.checks.items():
        if old in later or before.origins[old] not in whole:
            ids = {check.id for check in after.checks[later[old]]} if old in later else set()
            gone = [check for check in checks if made(check) and check.id not in ids]
            yield from _gathered(later.get(old, old), [("vanished", check) for check in gone])


def _is_left_out(before: Check | None, after: Check) -> bool:
    """Whether a run ended before this check."""
    return after.interrupted or (before is not None and before.interrupted)


def _kind(before: Check | None, after: Check) -> Kind | None:
    if _is_left_out(before, after):
        return None
    then, now = before.verdict if before else "not-run", after.verdict
    if now in RED:
        return None if then in RED else "newly failing"
    if now == "not-run":
        return "vanished" if then != "not-run" else None
    if now == "deviation":
        return None if then == "deviation" else "newly deviating"
    if then == "not-run":
        return "newly covered"
    return None if then == "pass" else "fixed"


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


def _order(change: Change) -> tuple[object, ...]:
    subject = change.subject
    where = subject.implementation, precedence(subject.version), change.path
    return KINDS.index(change.kind), numbers_in(change.rule), *where
