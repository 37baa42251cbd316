"""The cells of the version matrix, as `fixtures/environments.toml` holds them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

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

    def requires(self, package: str) -> bool:
        """Whether a package is among those that are named."""
        return any(_is(package, each) for each in self.packages)

    def leaves_free(self, package: str) -> bool:
        """Whether any release will do of a package that is named."""
        return any(_is(package, each) and not Requirement(each).specifier for each in self.packages)

    def with_requirement(self, package: str, specifier: str) -> Cell:
        """The same cell with other releases of one of its packages: `==3.14.0`."""
        packages = (f"{package}{specifier}" if _is(package, each) else each for each in self.packages)
        return replace(self, packages=tuple(packages))


def read(path: Path = FILE) -> tuple[Cell, ...]:
    """Read the cells, in the order of the file. Raises BadCells."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadCells(f"{path}: expected a file of cells in TOML: {error}") from error
    if unknown := document.keys() - {"defaults", "cell"}:
        raise BadCells(f"{path}: expected [defaults] and [[cell]], came {', '.join(sorted(unknown))}: take it out")
    defaults, entries = document.get("defaults", {}), document.get("cell", [])
    if not isinstance(defaults, dict) or not isinstance(entries, list) or not entries:
        raise BadCells(f"{path}: expected a table [defaults] and one or more [[cell]]: add what is missing")
    _check(f"{path}: [defaults]", defaults)
    cells = tuple(_cell(f"{path}: cell {number}", entry, defaults) for number, entry in enumerate(entries, 1))
    if twice := [name for name, count in Counter(cell.id for cell in cells).items() if count > 1]:
        raise BadCells(f"{path}: expected ids that differ, came {twice[0]!r} more than once: give each its own")
    return cells


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9][a-z0-9.-]*", value) is not None


def _is_python(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"3\.\d+", value) is not None


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_requirements(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_requirement, value))


def _is_requirement(value: object) -> bool:
    try:
        Requirement(value if isinstance(value, str) else "")
    except InvalidRequirement:
        return False
    return True


def _is_variables(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and value > 0  # type: ignore[operator]  # it is one of the two


FIELDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "id": (_is_name, "lower-case letters, digits, dots and hyphens"),
    "tier": (lambda value: value in TIERS, f"one of {', '.join(TIERS)}"),
    "python": (_is_python, 'a version like "3.11"'),
    "packages": (_is_requirements, 'a list of requirements like "torch==2.6.0", at least one'),
    "implementations": (lambda value: _is_texts(value) and bool(value), "a list of names, at least one"),
    "schedule": (lambda value: value in SCHEDULES, f"one of {', '.join(SCHEDULES)}"),
    "minutes": (_is_time, "a number above 0"),
    "excludes": (_is_texts, "a list of distributions"),
    "prereleases": (_is_texts, "a list of distributions"),
    "env": (_is_variables, "a table of texts"),
}
"""What each field must be, and how to say so."""

OPTIONAL: Mapping[str, Any] = {"excludes": [], "prereleases": [], "env": {}}


def _cell(where: str, entry: Any, defaults: Mapping[str, Any]) -> Cell:
    if not isinstance(entry, dict):
        raise BadCells(f"{where}: expected a table, came {entry!r}: write it as [[cell]]")
    where = f"{where} ({entry['id']})" if "id" in entry else where
    _check(where, entry)
    given = {**OPTIONAL, **defaults, **entry}
    if lacking := [name for name in FIELDS if name not in given]:
        raise BadCells(f"{where}: expected {', '.join(FIELDS)}; {lacking[0]} is missing: add it")
    given["excludes"] = [*defaults.get("excludes", []), *entry.get("excludes", [])]
    return Cell(**{each.name: _frozen(given[each.name]) for each in fields(Cell)})


def _check(where: str, table: Mapping[str, Any]) -> None:
    for name, value in table.items():
        if name not in FIELDS:
            raise BadCells(f"{where}: expected {', '.join(FIELDS)}; came {name}: take it out")
        fits, expected = FIELDS[name]
        if not fits(value):
            raise BadCells(f"{where}: expected `{name}` to be {expected}, came {value!r}: mend it")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _is(package: str, requirement: str) -> bool:
    return canonicalize_name(Requirement(requirement).name) == canonicalize_name(package)


def by_id(cells: Sequence[Cell], names: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of these ids, in the order of the file. Raises BadCells for an id that there is not."""
    known = [cell.id for cell in cells]
    if unknown := [name for name in names if name not in known]:
        raise BadCells(f"expected a cell among {', '.join(known)}, came {unknown[0]!r}: name one of them")
    return tuple(cell for cell in cells if cell.id in names)
