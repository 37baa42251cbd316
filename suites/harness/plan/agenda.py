"""What is planned in a run: every check once, in little memory.

Hundreds of wrong LSTMs are asked the same. A list of configurations is kept once, however many are asked it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from lstm_conformance.suites.harness.plan.planning import Planned, item_of

CheckFields = tuple[str, str, str, str, int, str]
"""What names a planned check: implementation, path, rule, configuration, number, node id."""

Asked = tuple[tuple[str, tuple[int, ...]], ...]
"""Configurations, and the numbers of the cases of each."""


class Place(NamedTuple):
    """A rule of an implementation on a path; test: the node id of the test, up to its parameters, "" if unknown."""

    implementation: str
    path: str
    rule: str
    test: str


class Agenda:
    """The planned checks, by place."""

    def __init__(self) -> None:
        self._asked: dict[Place, Asked] = {}
        self._once: dict[Asked, Asked] = {}

    def __len__(self) -> int:
        return sum(len(numbers) for asked in self._asked.values() for _, numbers in asked)

    def __iter__(self) -> Iterator[CheckFields]:
        for place, asked in self._asked.items():
            for configuration, numbers in asked:
                nodeid = item_of(place.test, f"{place.implementation}/{place.path}/{configuration}")
                yield from ((*place[:3], configuration, number, nodeid) for number in numbers)

    def add(self, items: Iterable[tuple[Planned, str]]) -> None:
        """Add what is planned, each with the node id of its test, up to the parameters."""
        by_place: dict[Place, dict[str, tuple[int, ...]]] = {}
        for planned, test in items:
            place = Place(planned.implementation, planned.path, planned.check.rule, test)
            by_place.setdefault(place, {})[str(planned.configuration)] = planned.numbers
        for place, asked in by_place.items():
            self.put(place, asked)

    def put(self, place: Place, asked: Mapping[str, tuple[int, ...]]) -> None:
        """Add the cases of some configurations to those of a place."""
        merged = tuple({**dict(self._asked.get(place, ())), **asked}.items())
        self._asked[place] = self._once.setdefault(merged, merged)

    def configurations(self) -> set[str]:
        """The ids of all configurations."""
        return {configuration for asked in self._once for configuration, _ in asked}

    def places(self) -> Iterator[tuple[str, str, str, str]]:
        """Implementation, path, rule and configuration of every check, however many cases it has."""
        for place, asked in self._asked.items():
            yield from ((*place[:3], configuration) for configuration, _ in asked)

    def handed_over(self) -> dict[str, Any]:
        """All of it in built-in types, for another process; `take_over` undoes this."""
        numbers = {asked: number for number, asked in enumerate(self._once)}
        places = [[*place, numbers[asked]] for place, asked in self._asked.items()]
        return {"asked": [list(map(list, asked)) for asked in self._once], "places": places}

    def take_over(self, handed_over: Mapping[str, Any]) -> None:
        """Add what another process has planned."""
        asked = [{configuration: tuple(numbers) for configuration, numbers in pairs} for pairs in handed_over["asked"]]
        for *place, number in handed_over["places"]:
            self.put(Place(*place), asked[number])
