"""The releases of a package that an index has."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from lstm_conformance.commands.matrix.environments.cells import Cell
from lstm_conformance.commands.matrix.environments.uv import Uv, UvFailed


def resolved(uv: Uv, cell: Cell) -> tuple[str, ...]:
    """The releases that a cell is going to hold, `name==version` each. Raises UvFailed, Unreachable, TimedOut."""
    return uv.resolve(cell.packages, python=cell.python, excludes=cell.excludes, prereleases=cell.prereleases)


def newest(
    uv: Uv, requirement: str, *, python: str, before: date | None = None, oldest: bool = False
) -> Version | None:
    """The newest release that meets a requirement, or the oldest one; None if there is none.

    `before`: of those that were there on that day. What is withdrawn, or made for other Pythons, does not count.
    Raises Unreachable, TimedOut.
    """
    options = ["--no-deps"]
    options += ["--exclude-newer", before.isoformat()] if before else []
    options += ["--resolution", "lowest"] if oldest else []
    try:
        return release_of(Requirement(requirement).name, uv.resolve([requirement], python=python, options=options))
    except UvFailed:
        return None


def between(uv: Uv, cell: Cell, package: str, low: Version, high: Version) -> list[Version]:
    """The releases of a package between two others that resolve with the rest of a cell; in order.

    Raises Unreachable, TimedOut.
    """
    releases: list[Version] = []
    while True:
        sought = cell.with_requirement(package, f">{low.public},<{(releases or [high])[-1].public}")
        try:
            releases.append(release_of(package, resolved(uv, sought)))
        except UvFailed:
            return releases[::-1]


def release_of(package: str, packages: Iterable[str]) -> Version:
    """The release of a package among those that were resolved."""
    wanted = canonicalize_name(package)
    return next(Version(line.partition("==")[2]) for line in packages if line.partition("==")[0] == wanted)


def minor(version: Version) -> str:
    """What a release has in common with those that mend it: 2.6 of 2.6.1."""
    return f"{version.major}.{version.minor}"
