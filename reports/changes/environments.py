"""What is different around the checks of two reports: packages, and how the cells of a version matrix ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lstm_conformance.reports.records.cells import CellResult, Outcome
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.results import Check


@dataclass(frozen=True, kw_only=True)
class PackageChange:
    """A package in another version, in the environments of these subjects; None where there was, or is, none."""

    package: str
    before: str | None
    after: str | None
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, kw_only=True)
class CellChange:
    """A cell that ended in another way; None where it was, or is, not planned. `checks`: how many vanished with it."""

    cell: str
    before: Outcome | None
    after: Outcome | None
    reason: str
    checks: int

    @property
    def lost(self) -> bool:
        """Whether it was tested, and is no more."""
        return self.before == "tested" and self.after not in {"tested", None}


def made(check: Check) -> bool:
    """Whether a check was really made."""
    return check.verdict != "not-run"


def package_changes(before: Report, after: Report, former: Mapping[Subject, Subject]) -> Iterator[PackageChange]:
    """The packages that are different; `former`: the earlier subject of each later one."""
    changed: dict[tuple[str, str | None, str | None], list[Subject]] = {}
    whole = bool(before.cells and after.cells)
    for subject, earlier in former.items():
        then, now = _installed(before, earlier, whole=whole), _installed(after, subject, whole=whole)
        for package in dict.fromkeys([*now, *then]) if then and now else ():
            if then.get(package) != now.get(package):
                changed.setdefault((package, then.get(package), now.get(package)), []).append(subject)
    for (package, old, new), subjects in changed.items():
        yield PackageChange(package=package, before=old, after=new, subjects=tuple(subjects))


def cell_changes(before: Report, after: Report) -> Iterator[CellChange]:
    """The cells that ended in another way, were added or removed, where both reports are of a matrix."""
    then, now = {cell.id: cell for cell in before.cells}, {cell.id: cell for cell in after.cells}
    for name in dict.fromkeys([*now, *then]) if then and now else ():
        old, new = then.get(name), now.get(name)
        if not old or not new or old.outcome != new.outcome:
            yield _cell_change(name, old, new, before)


def _cell_change(name: str, old: CellResult | None, new: CellResult | None, before: Report) -> CellChange:
    gone = [checks for subject, checks in before.checks.items() if before.origins[subject] == name]
    return CellChange(
        cell=name,
        before=old.outcome if old else None,
        after=new.outcome if new else None,
        reason=new.reason if new else "",
        checks=0 if new and new.tested else sum(made(check) for checks in gone for check in checks),
    )


def _installed(report: Report, subject: Subject, *, whole: bool) -> dict[str, str]:
    """What an environment holds, or all that its cell holds; nothing where the implementation did not start."""
    environment, cell = report.environments.get(subject), report.cell(subject) if whole else None
    if not environment:
        return {}
    return {"Python": environment.python, **environment.packages, **(cell.packages if cell else {})}
