"""The cells of the version matrix, as `fixtures/environments.toml` holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from lstm_conformance.fixtures import readers

FILE = Path(__file__).resolve().parents[3] / "fixtures" / "environments.toml"

Tier = Literal["supported", "historical", "canary"]
TIERS: tuple[Tier, ...] = get_args(Tier)

Schedule = Literal["nightly", "weekly"]
SCHEDULES: tuple[Schedule, ...] = get_args(Schedule)


class BadCells(ValueError):
    """The file of cells is not what it must be: what was expected, what came, what to do."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """An environment and the implementations that are tested in it; `environments.toml` explains the fields."""

    id: str
    tier: Tier
    python: str
    packages: tuple[str, ...]
    implementations: tuple[str, ...]
    schedule: Schedule
    minutes: float
    excludes: tuple[str, ...] = ()
    prereleases: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    in_field: bool = False

    def requires(self, package: str) -> bool:
        """Whether a package is among those that are named."""
        return any(_is(package, requirement) for requirement in self.packages)

    def leaves_free(self, package: str) -> bool:
        """Whether any release will do of a package that is named."""
        return any(
            _is(package, requirement) and not Requirement(requirement).specifier for requirement in self.packages
        )

    def with_requirement(self, package: str, specifier: str) -> Cell:
        """The same cell with other releases of one of its packages: `==3.14.0`."""
        packages = (
            f"{package}{specifier}" if _is(package, requirement) else requirement for requirement in self.packages
        )
        return replace(self, packages=tuple(packages))


def read(path: Path = FILE) -> tuple[Cell, ...]:
    """Read the cells, in the order of the file. Raises BadCells."""
    try:
        document = readers.toml(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadCells(f"{path}: expected a file of cells in TOML: {error}") from error
    if unknown := document.keys() - {"defaults", "cell"}:
        raise BadCells(f"{path}: expected [defaults] and [[cell]], came {', '.join(sorted(unknown))}: take it out")
    defaults, entries = document.get("defaults", {}), document.get("cell", [])
    if not isinstance(defaults, dict) or not isinstance(entries, list) or not entries:
        raise BadCells(f"{path}: expected a table [defaults] and one or more [[cell]]: add what is missing")
    defaults = _read(f"{path}: [defaults]", defaults, FIELDS)
    cells = tuple(_cell(f"{path}: cell {number}", entry, defaults) for number, entry in enumerate(entries, 1))
    if twice := [name for name, count in Counter(cell.id for cell in cells).items() if count > 1]:
        raise BadCells(f"{path}: expected ids that differ, came {twice[0]!r} more than once: give each its own")
    return cells


PACKAGES = 'a list of requirements like "torch==2.6.0", at least one'
DISTRIBUTIONS = readers.texts("a list of distributions", least=0)


def _requirements(value: Any) -> tuple[str, ...]:
    try:
        listed: tuple[str, ...] = readers.texts(PACKAGES)(value)
        for requirement in listed:
            Requirement(requirement)
    except InvalidRequirement:
        raise ValueError(PACKAGES) from None
    return listed


def _is_variables(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(entry, str) for entry in value.values())


FIELDS: Mapping[str, readers.Reader] = {
    "id": readers.matching(r"[a-z0-9][a-z0-9.-]*", "lower-case letters, digits, dots and hyphens"),
    "tier": readers.one_of(TIERS),
    "python": readers.matching(r"3\.\d+", 'a version like "3.11"'),
    "packages": _requirements,
    "implementations": readers.texts("a list of names, at least one"),
    "schedule": readers.one_of(SCHEDULES),
    "minutes": readers.that(lambda value: readers.is_number(value) and value > 0, "a number above 0"),
    "excludes": DISTRIBUTIONS,
    "prereleases": DISTRIBUTIONS,
    "env": readers.that(_is_variables, "a table of texts"),
    "in_field": readers.that(lambda value: isinstance(value, bool), "true or false"),
}
"""What reads each field."""

OPTIONAL: Mapping[str, Any] = {"excludes": (), "prereleases": (), "env": {}, "in_field": False}


def _cell(where: str, entry: Any, defaults: Mapping[str, Any]) -> Cell:
    if not isinstance(entry, dict):
        raise BadCells(f"{where}: expected a table, came {entry!r}: write it as [[cell]]")
    where = f"{where} ({entry['id']})" if "id" in entry else where
    given = {**OPTIONAL, **defaults, **_read(where, entry, {*OPTIONAL, *defaults})}
    return Cell(**given | {"excludes": (*defaults.get("excludes", ()), *given["excludes"])})


def _read(where: str, table: Mapping[str, Any], optional: Collection[str]) -> dict[str, Any]:
    try:
        readers.check_names(FIELDS, table, optional)
        return readers.read(FIELDS, table)
    except readers.Unfit as error:
        raise BadCells(f"{where}: {error}") from None


def _is(package: str, requirement: str) -> bool:
    return canonicalize_name(Requirement(requirement).name) == canonicalize_name(package)


def by_id(cells: Sequence[Cell], names: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of these ids, in the order of the file. Raises BadCells for an id that there is not."""
    known = [cell.id for cell in cells]
    if unknown := [name for name in names if name not in known]:
        raise BadCells(f"expected a cell among {', '.join(known)}, came {unknown[0]!r}: name one of them")
    return tuple(cell for cell in cells if cell.id in names)
