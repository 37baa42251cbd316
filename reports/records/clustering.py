"""Many failing configurations with one cause are one finding: what they share, and no passing configuration has.

Read from the records alone: the header says which flags each configuration sets, a failing check's detail to which
smaller configuration it was reduced, and what passed or failed on the way there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product
from typing import Any, NamedTuple

from lstm_conformance.reports.records.results import RED, Check, Header

Values = Mapping[str, Any]
"""All flags of a configuration; of a size, whether it is 1."""

Condition = tuple[str, frozenset[Any]]
"""A flag, and some of its values."""

MANY = "more than 1"

CAUSES = 3
"""Sets of conditions that are told of one rule, the widest first."""

_WORDS = {"True": "{}", "False": "not {}", "": "no {}", MANY: "{}>1"}
"""How some values read, alone."""

EXCEPTIONS = 2
"""Passing configurations that may meet a set of conditions, if there is no set that none meets."""

LARGEST = 8
"""Conditions in a set; with more, the sentence would be the configuration itself."""

POOL = 14
"""Conditions among which sets of that size are looked for; among more, smaller sets only."""


class _Group(NamedTuple):
    """A set of conditions; how many failing configurations meet it, and how many passing ones."""

    conditions: tuple[Condition, ...]
    failing: int
    passing: int


def shared(checks: Iterable[Check], header: Header) -> str | None:
    """One sentence on which flags the failing configurations of a rule share; None where there is nothing to say.

    A single failing configuration says nothing, unless it was reduced.
    """
    seen = _Seen.of(checks, header)
    if len(seen.failing) < 2 and not any(len(alike) > 1 for alike in seen.failing):
        return None
    if not seen.passing:
        return f"fails in all configurations, {len(seen.failing)} of {len(seen.failing)}"
    groups = list(_groups(seen))
    return _sentence(seen, groups) if groups else None


@dataclass
class _Seen:
    """The configurations of a rule. `failing`: each that fails, with those that fail alike where it was reduced."""

    defaults: Values
    failing: list[list[Values]] = field(default_factory=list)
    passing: list[Values] = field(default_factory=list)

    @classmethod
    def of(cls, checks: Iterable[Check], header: Header) -> _Seen:
        """Gather what the checks of a rule tell; a configuration of which one case fails is failing."""
        known = [check for check in checks if check.configuration in header.configurations]
        failing = {check.configuration: check for check in reversed(known) if check.verdict in RED}
        passing = dict.fromkeys(check.configuration for check in known if check.verdict == "pass")
        seen = cls(header.flags)
        seen.passing += [seen.all(header.configurations[name]) for name in passing if name not in failing]
        for name, check in failing.items():
            alike, passed = _neighbours(check)
            seen.failing.append([seen.all(values) for values in (header.configurations[name], *alike)])
            seen.passing += map(seen.all, passed)
        return seen

    def all(self, departures: Values) -> Values:
        """The values of a configuration, of which its sizes are given and what is not at its default."""
        sizes = {name: 1 if value == 1 else MANY for name, value in departures.items() if name not in self.defaults}
        return {**self.defaults, **{name: departures[name] for name in departures if name in self.defaults}, **sizes}

    def values(self, name: str) -> frozenset[Any]:
        """All values of a flag that were seen."""
        every = [*self.passing, *(values for alike in self.failing for values in alike)]
        return frozenset(values[name] for values in every)

    def usual(self, name: str) -> Any:
        """The default of a flag; that of a size is more than 1."""
        return self.defaults.get(name, MANY)

    def told(self, conditions: Iterable[Condition]) -> str:
        """In words."""
        return " and ".join(
            f"any {name}" if values == self.values(name) - {""} else _told(name, values) for name, values in conditions
        )


def _neighbours(check: Check) -> tuple[list[Values], list[Values]]:
    """What failed and what passed where a check was reduced, if its detail tells that in this form."""
    smallest = (check.detail or {}).get("smallest")
    told = smallest if isinstance(smallest, Mapping) else {}
    flags, failing, passing = (told.get(name) for name in ("flags", "failing", "passing"))
    if not (isinstance(flags, dict) and isinstance(failing, list) and isinstance(passing, list)):
        return [], []
    return [flags, *failing], passing


def _groups(seen: _Seen) -> Iterator[_Group]:
    """What the failing configurations share, and how many share it, until all are told."""
    left = list(seen.failing)
    for _ in range(CAUSES):
        candidates = _candidates(seen, left)
        if not candidates:
            return
        best = max(candidates, key=lambda conditions: (_meeting(conditions, left), -len(conditions)))
        yield _Group(best, _meeting(best, left), sum(_meets(best, values) for values in seen.passing))
        left = [alike for alike in left if not _meets(best, alike[0])]


def _candidates(seen: _Seen, left: Sequence[Sequence[Values]]) -> list[tuple[Condition, ...]]:
    """Sets of conditions that all failing configurations meet, or if there are none, sets that some of them meet."""
    together = [[values for alike in left for values in alike]] if left else []
    for numbers in ([0], range(1, EXCEPTIONS + 1)):
        for several, most in product((together, left), numbers):
            pools = dict.fromkeys(tuple(_conditions(seen, alike)) for alike in several)
            sets = [chosen for pool in pools for chosen in _exclusive(pool, seen.passing, most)]
            if sets:
                return sets
    return []


def _conditions(seen: _Seen, alike: Sequence[Values]) -> list[Condition]:
    """The values that flags have in what fails alike, where it is not all that were seen; what is set comes first."""
    conditions = [(name, frozenset(values[name] for values in alike)) for name in alike[0]]
    told = [(name, values) for name, values in conditions if values != seen.values(name)]
    return sorted(told, key=lambda condition: seen.usual(condition[0]) in condition[1])


def _exclusive(pool: Sequence[Condition], passing: Sequence[Values], most: int) -> list[tuple[Condition, ...]]:
    """The smallest sets of these conditions that at most so many passing configurations meet."""
    for size in range(1, (LARGEST if len(pool) <= POOL else 3) + 1):
        sets = [chosen for chosen in combinations(pool, size) if _at_most(most, (_meets(chosen, v) for v in passing))]
        if sets:
            return sets
    return []


def _at_most(most: int, met: Iterable[bool]) -> bool:
    return len(list(islice((is_met for is_met in met if is_met), most + 1))) <= most


def _meets(conditions: Iterable[Condition], values: Values) -> bool:
    return all(values[name] in allowed for name, allowed in conditions)


def _meeting(conditions: Iterable[Condition], failing: Iterable[Sequence[Values]]) -> int:
    """How many failing configurations meet these conditions; what they were reduced to is not counted."""
    return sum(_meets(conditions, alike[0]) for alike in failing)


def _told(name: str, values: frozenset[Any]) -> str:
    texts = sorted(str(value) for value in values)
    if len(texts) == 1 and texts[0] in _WORDS:
        return _WORDS[texts[0]].format(name)
    return f"{name}={'|'.join(text or 'none' for text in texts)}"


def _sentence(seen: _Seen, groups: Sequence[_Group]) -> str:
    failing, told = len(seen.failing), []
    for group in groups:
        but = f", but passes in {group.passing} with these" if group.passing else ""
        told.append(f"wherever {seen.told(group.conditions)}, {group.failing} of {failing}{but}")
    left = failing - sum(group.failing for group in groups)
    return f"fails {'; '.join(told)}; {f'{left} of {failing} share nothing with these' if left else 'nowhere else'}"
