"""What new releases ask of the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.version import Version

from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.environments.releases import minor, newest
from lstm_conformance.commands.matrix.environments.uv import Uv

COOLDOWN = timedelta(days=14)
"""How old a release must be: most of those that are withdrawn are withdrawn sooner."""

WINDOW = timedelta(days=730)
"""How long a release is supported: 24 months, as https://scientific-python.org/specs/spec-0000/ has it."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Fields of a cell to be changed, or of a copy of it to be added, and why."""

    cell: str
    changes: Mapping[str, Any]
    sentence: str
    copy: bool = False


class Pinned(NamedTuple):
    """A cell that is about one release of a package."""

    cell: Cell
    package: str
    version: Version

    def packages(self, version: Version) -> list[str]:
        """What the cell requires, with another release of the package."""
        return list(self.cell.with_requirement(self.package, f"=={version}").packages)


def proposals(cells: Sequence[Cell], uv: Uv, today: date) -> list[Proposal]:
    """What should be changed. Raises Unreachable, TimedOut."""
    rows: dict[tuple[str, tuple[str, ...]], list[Pinned]] = {}
    for pinned in filter(None, map(_pinned, cells)):
        rows.setdefault((pinned.package, pinned.cell.implementations), []).append(pinned)
    return [proposal for row in rows.values() for proposal in _of_row(row, uv, today)]


def _pinned(cell: Cell) -> Pinned | None:
    """A cell with its release, if its first requirement names exactly one."""
    requirement = Requirement(cell.packages[0])
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator != "==" or specifiers[0].version.endswith("*"):
        return None
    return Pinned(cell, requirement.name, Version(specifiers[0].version))


def _of_row(row: Sequence[Pinned], uv: Uv, today: date) -> Iterator[Proposal]:
    """What should be changed in the cells that are about releases of the same package."""
    supported = sorted((pinned for pinned in row if pinned.cell.tier == "supported"), key=lambda pinned: pinned.version)
    if not supported:
        return
    old = [pinned for pinned in supported if _is_old(pinned, uv, today)]
    for pinned in supported:
        yield from _retired(pinned) if pinned in old else _mended(pinned, uv, today)
    wanted = [_oldest(old[0], uv, today)] if old else []
    wanted.append(_before_newest(supported[-1], uv, today))
    covered = {minor(pinned.version) for pinned in row}
    for version in filter(None, wanted):
        if minor(version) not in covered:
            covered.add(minor(version))
            yield _added(supported[-1], version)


def _is_old(pinned: Pinned, uv: Uv, today: date) -> bool:
    """Whether the first release of its minor version came out before the window."""
    requirement = f"{pinned.package}=={minor(pinned.version)}.*"
    return newest(uv, requirement, python=pinned.cell.python, before=today - WINDOW) is not None


def _retired(pinned: Pinned) -> Iterator[Proposal]:
    sentence = f"{pinned.cell.id}: {pinned.package} {minor(pinned.version)} came out more than 24 months ago"
    yield Proposal(cell=pinned.cell.id, changes={"tier": "historical"}, sentence=sentence)


def _mended(pinned: Pinned, uv: Uv, today: date) -> Iterator[Proposal]:
    requirement = f"{pinned.package}=={minor(pinned.version)}.*"
    version = newest(uv, requirement, python=pinned.cell.python, before=today - COOLDOWN)
    if version is not None and version > pinned.version:
        sentence = f"{pinned.cell.id}: {pinned.package} {version} mends {pinned.version}"
        yield Proposal(cell=pinned.cell.id, changes={"packages": pinned.packages(version)}, sentence=sentence)


def _oldest(pinned: Pinned, uv: Uv, today: date) -> Version | None:
    """The oldest minor version that came out within the window, mended."""
    python, package = pinned.cell.python, pinned.package
    last = newest(uv, package, python=python, before=today - WINDOW)
    if last is None:
        return None
    later = f"{package}>{last.public},!={minor(last)}.*"
    first = newest(uv, later, python=python, before=today - COOLDOWN, oldest=True)
    mended = f"{package}=={minor(first)}.*" if first else later
    return newest(uv, mended, python=python, before=today - COOLDOWN)


def _before_newest(pinned: Pinned, uv: Uv, today: date) -> Version | None:
    """The newest release of another minor version than the one that cells without a pin test."""
    latest = newest(uv, pinned.package, python=pinned.cell.python)
    if latest is None:
        return None
    others = f"{pinned.package}!={minor(latest)}.*"
    return newest(uv, others, python=pinned.cell.python, before=today - COOLDOWN)


def _added(pinned: Pinned, version: Version) -> Proposal:
    """A cell like this one, about another release."""
    former = minor(pinned.version)
    name = pinned.cell.id.replace(former, minor(version)) if former in pinned.cell.id else f"{pinned.cell.id}-{version}"
    changes = {"id": name, "tier": "supported", "packages": pinned.packages(version)}
    sentence = f"{name}: {pinned.package} {version} has no cell"
    return Proposal(cell=pinned.cell.id, changes=changes, sentence=sentence, copy=True)
