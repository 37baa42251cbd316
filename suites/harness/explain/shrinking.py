"""A failing configuration is reduced to a smaller one that fails, too: flag by flag, then size by size.

What is left is minimal: set any one flag of it back to its default, or make any size smaller, and it does not fail.
Then every other value of every flag is tried on it, which tells the flags whose defaults matter from the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration_of, departures, values_of
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.options import FLAGS, SIZES, legal
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.planning import Planned, Where

TRIES = 400
"""Smaller configurations that are tried on one path of an implementation, of all that fails there."""

SECONDS = 60.0
"""What these tries may take: a guard against layers that take long to build. What is cut short says so."""

Ask = Callable[[Configuration], Outcome | None]
"""What comes of a configuration; None of one that cannot be asked."""


@dataclass
class Search:
    """One reduction: the smallest configuration yet that fails; what else was tried, and passed or failed alike."""

    smallest: Configuration
    like: Outcome
    ask: Ask
    tries: int
    until: float
    tried: set[Configuration] = field(default_factory=set)
    passed: list[Configuration] = field(default_factory=list)
    failed: list[Configuration] = field(default_factory=list)
    cut_short: bool = False

    def run(self) -> None:
        """Make it smaller until nothing more can be left out."""
        while (smaller := self._smaller(_with_fewer_flags(self.smallest))) or (
            smaller := self._smaller(_of_smaller_sizes(self.smallest))
        ):
            self.smallest = smaller
        self.failed.clear()
        while self._smaller(_with_another_flag(self.smallest)):
            pass

    def _smaller(self, candidates: Iterator[Configuration]) -> Configuration | None:
        """The first that fails in the same manner; none is tried again."""
        for candidate in candidates:
            if candidate in self.tried:
                continue
            if not self.tries or time.monotonic() > self.until:
                self.cut_short = True
                return None
            if self._try(candidate):
                return candidate
        return None

    def _try(self, candidate: Configuration) -> bool:
        """Whether it fails in the same manner."""
        outcome = self.ask(candidate)
        self.tried.add(candidate)
        self.tries -= outcome is not None
        alike = outcome is not None and _manner(outcome) == _manner(self.like)
        self.passed += [candidate] if outcome is not None and outcome.verdict == "pass" else []
        self.failed += [candidate] if alike else []
        return alike


@dataclass
class Reductions:
    """The reductions of a run. `found`: the smallest failing ones, by implementation, path, rule and manner.

    A configuration that fails alike and has all flags of one of them is not reduced anew: it is one of this, too.
    """

    found: dict[tuple[object, ...], dict[Configuration, dict[str, Any]]] = field(default_factory=dict)
    tries: dict[Where, int] = field(default_factory=dict)
    until: dict[Where, float] = field(default_factory=dict)

    def added(self, planned: Planned, subject: Subject, outcomes: list[Outcome]) -> list[Outcome]:
        """The outcomes, the first failure with the smallest configuration that fails, too."""
        first = next((outcome for outcome in outcomes if _can_be_reduced(outcome)), None)
        if first is None or planned.configuration.invalid_input or planned.model is not None:
            return outcomes
        smallest = self._known(planned, first) or self._reduced(planned, subject, first)
        if smallest["configuration"] == str(planned.configuration) and smallest["cut_short"]:
            return outcomes
        told = replace(first, detail={**(first.detail or {}), "smallest": smallest})
        return [told if outcome is first else outcome for outcome in outcomes]

    def _known(self, planned: Planned, outcome: Outcome) -> dict[str, Any] | None:
        """A reduction that was found of another configuration, and is one of this."""
        known = self.found.get(_alike(planned, outcome), {})
        return next(
            (told for configuration, told in known.items() if is_part_of(configuration, planned.configuration)), None
        )

    def _reduced(self, planned: Planned, subject: Subject, outcome: Outcome) -> dict[str, Any]:
        where = (planned.implementation, planned.path)
        until = self.until.setdefault(where, time.monotonic() + SECONDS)
        ask = _asking(planned, subject, outcome.case)
        search = Search(planned.configuration, outcome, ask, self.tries.get(where, TRIES), until)
        search.run()
        self.tries[where] = search.tries
        told = {
            "configuration": str(search.smallest),
            "flags": departures(search.smallest),
            "passing": [departures(configuration) for configuration in search.passed],
            "failing": [departures(configuration) for configuration in search.failed],
            "cut_short": search.cut_short,
        }
        self.found.setdefault(_alike(planned, outcome), {})[search.smallest] = told
        return told


def is_part_of(smaller: Configuration, larger: Configuration) -> bool:
    """Whether every flag of one that is not at its default is what it is in the other, and no size is larger."""
    values = values_of(larger)
    return all(
        value <= values[name] if name in SIZES else value == values[name] for name, value in departures(smaller).items()
    )


def _can_be_reduced(outcome: Outcome) -> bool:
    """It failed, or raised: where a host died, every try would start another; what is not understood stays so."""
    of_the_host = (outcome.detail or {}).get("error") in {"HostDied", "HostTimeout", "BadAnswer"}
    return outcome.verdict in {"fail", "error"} and not of_the_host


def _asking(planned: Planned, subject: Subject, case: int) -> Ask:
    """The same check of one case of other configurations."""

    def ask(candidate: Configuration) -> Outcome | None:
        if not subject.hello.on(planned.path).runs(candidate) or not planned.check.where(candidate):
            return None
        cases = draw(candidate, [case], biases=subject.layout.biases)
        return judge(planned.check, subject, cases, brief=True)[0]

    return ask


def _alike(planned: Planned, outcome: Outcome) -> tuple[object, ...]:
    """What two failures have in common of which one may explain the other."""
    return planned.implementation, planned.path, planned.check.rule, _manner(outcome)


def _manner(outcome: Outcome) -> object:
    """How it ended: by numbers, or with which exception."""
    return outcome.verdict, (outcome.detail or {}).get("raised")


def _with_fewer_flags(configuration: Configuration) -> Iterator[Configuration]:
    """Those in which one flag is set back to its default, the last of the table first."""
    values = values_of(configuration)
    for name in reversed(list(FLAGS)):
        if name not in SIZES and values[name] != FLAGS[name][0]:
            yield from _changed(values | {name: FLAGS[name][0]})


def _with_another_flag(configuration: Configuration) -> Iterator[Configuration]:
    """Those in which one flag has another value."""
    values = values_of(configuration)
    for name in FLAGS:
        if name not in SIZES:
            for value in FLAGS[name]:
                yield from _changed(values | {name: value})


def _of_smaller_sizes(configuration: Configuration) -> Iterator[Configuration]:
    """Those with one size smaller, the smallest first."""
    values = values_of(configuration)
    for name in SIZES:
        for size in range(1, int(str(values[name]))):
            yield from _changed(values | {name: size})


def _changed(values: dict[str, object]) -> Iterator[Configuration]:
    """The configuration with these values, if they go together."""
    if legal(values):
        yield configuration_of(values)
