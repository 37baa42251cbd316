"""Checks that fail as recorded, and records that do not hold: `fixtures/deviations` is held to what is seen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.deviations import Deviation
from lstm_conformance.fixtures.deviations.scope import Flags, Ids
from lstm_conformance.fixtures.deviations.values import Failure
from lstm_conformance.fixtures.hosting.client import Hello
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.plan import manifest
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import PATHS_AGREE, PER_SEED, family_of

WIDEST = 20
"""Rules on configurations with ids that one entry may name, however many cases a tier has.

What is wider is not understood. What names flags is as wide as the tier, and says what it understood.
"""

UNDONE = "TODO"
"""How a reason begins that nobody has given yet."""

ENOUGH = 10
"""Cases of any seed in one of which a cause shows, if at all: one that every second case hides is missed once in 1,000.

An entry is recorded on the cases of base seed 0: there it takes no more than the tier has.
"""

Place = tuple[str, str, str, str]
"""Implementation, path, rule and configuration."""


@dataclass(frozen=True)
class Deviations:
    """The entries of a run; `files`: where a user's own come from."""

    entries: Sequence[Deviation] = ()
    files: tuple[str, ...] = ()
    _by_implementation: dict[str, list[Deviation]] = field(default_factory=dict, repr=False)

    def of(self, hello: Hello, path: str, rule: str, configuration: str) -> list[Deviation]:
        """The entries that cover a check, and apply to the installed version."""
        name = hello.implementation
        if name not in self._by_implementation:
            self._by_implementation[name] = self.applicable([hello])
        return [
            deviation
            for deviation in self._by_implementation[name]
            if deviation.covers(name, path, rule, configuration)
        ]

    def applicable(self, hellos: Iterable[Hello]) -> list[Deviation]:
        """The entries that are about these implementations in their installed versions."""
        installed = [(hello.implementation, main_version(hello)) for hello in hellos]
        return [deviation for deviation in self.entries if any(deviation.applies_to(*which) for which in installed)]


def main_version(hello: Hello) -> str:
    """The version of the package that an implementation comes from."""
    return next(iter(hello.versions.values()), "unknown")


def held_against(entries: Sequence[Deviation], outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes of a configuration that these entries cover: a failure as recorded is a deviation, any other is red.

    The numbers of a case may hide a cause: it must show in one of them. Where all pass, all are red, if an entry names
    the configuration. Flags say where its cause can show: not always does it.
    """
    outcomes = list(outcomes)
    if not entries:
        return outcomes
    return (
        [_mended(entries[0], outcome) for outcome in outcomes]
        if _is_mended(entries, outcomes)
        else [_held(entries, outcome) for outcome in outcomes]
    )


def _is_mended(entries: Sequence[Deviation], outcomes: Sequence[Outcome]) -> bool:
    """Whether a configuration that an entry names passes in so many cases that its cause must be gone."""
    ran = [outcome for outcome in outcomes if outcome.verdict != "not-run"]
    names = any(isinstance(deviation.configurations, Ids) for deviation in entries)
    enough = len(ran) >= ENOUGH or any(outcome.case < PER_SEED for outcome in ran)
    return names and enough and all(outcome.verdict == "pass" for outcome in ran)


def _mended(entry: Deviation, outcome: Outcome) -> Outcome:
    if outcome.verdict == "not-run":
        return outcome
    says = f"deviation {entry.id!r} says that one of its cases fails: {entry.fails}"
    message = f"passes, but {says}; remove the entry or narrow it"
    return replace(outcome, verdict="fail", message=message, detail={"deviation": entry.id})


def _held(entries: Sequence[Deviation], outcome: Outcome) -> Outcome:
    if outcome.verdict in {"pass", "not-run"}:
        return outcome
    entry = next((deviation for deviation in entries if is_as_recorded(deviation.fails, outcome)), entries[0])
    if is_as_recorded(entry.fails, outcome):
        return replace(outcome, verdict="deviation", deviation=entry.id)
    message = f"{outcome.message}; deviation {entry.id!r} is recorded otherwise: {entry.fails}"
    return replace(outcome, message=message)


def is_as_recorded(recorded: Failure, outcome: Outcome | Check) -> bool:
    """Whether what came of a case is what an entry says of it."""
    detail = outcome.detail or {}
    raised, error, text = detail.get("raised"), detail.get("error"), str(detail.get("text", ""))
    if recorded.manner == "exception":
        return raised == recorded.text and recorded.is_said_in(f"{outcome.message}\n{text}")
    if recorded.manner == "crash":
        return error in {"HostDied", "HostTimeout"} and recorded.text in text
    if recorded.manner == "shape":
        is_about_form = raised is None and outcome.budget is None and outcome.verdict == "fail"
        return is_about_form and recorded.text in f"{outcome.message}\n{text}"
    if outcome.budget is None:
        return False
    budget = math.inf if math.isnan(outcome.budget) else outcome.budget
    return recorded.budget[0] <= budget <= recorded.budget[1]


def problems(
    deviations: Deviations, planned: Iterable[Place], hellos: Mapping[str, Hello], *, tier: str, partial: bool
) -> Iterator[str]:
    """What is wrong with the entries themselves, one sentence each; planned: the place of every check."""
    places = list(dict.fromkeys(planned))
    covering: dict[Place, str] = {}
    for entry in deviations.applicable(hellos.values()):
        covered = [place for place in places if entry.covers(*place)]
        yield from _too_wide(entry, covered)
        idle = [] if partial else _idle(entry, covered, hellos)
        if idle and (_is_elsewhere(entry, tier, hellos.values()) or _is_lacking(entry, hellos.values())):
            idle = []
        for what in idle:
            yield f"deviation {entry.id!r} covers no {what}; remove it, or correct its rule, paths or configurations"
        for place in covered if isinstance(entry.configurations, Ids) else []:
            if covering.setdefault(place, entry.id) != entry.id:
                yield f"deviations {covering[place]!r} and {entry.id!r} cover the same check: {'/'.join(place)}"
                break


def _too_wide(entry: Deviation, covered: Sequence[Place]) -> Iterator[str]:
    """Ids of too many configurations, or flags where a few ids would say it: only where flags are crossed they may."""
    if isinstance(entry.configurations, Ids):
        if len(covered) > WIDEST:
            places = f"{len(covered)} rules on configurations; expected {WIDEST} at most"
            yield f"deviation {entry.id!r} covers {places}: narrow it"
        return
    checks = all_checks()
    for rule in sorted({rule for _, _, rule, _ in covered if not checks[rule].crossed}):
        yield f"deviation {entry.id!r} names flags, and rule {rule} crosses none: name the ids of its configurations"


def warnings(deviations: Deviations, hellos: Mapping[str, Hello], today: date) -> list[str]:
    """A line for every entry that somebody should have looked at again, and one for those without a reason."""
    applicable = deviations.applicable(hellos.values())
    unreasoned = sum(entry.reason.startswith(UNDONE) for entry in applicable)
    counted = [f"{unreasoned:,} deviations say {UNDONE} in the place of a reason"] if unreasoned else []
    return counted + [
        f"deviation {entry.id!r} was to be reviewed by {entry.review_by}: is it reported, is it mended? {entry.link}"
        for entry in applicable
        if entry.review_by < today
    ]


def _idle(entry: Deviation, covered: Sequence[Place], hellos: Mapping[str, Hello]) -> list[str]:
    """What an entry should cover and does not.

    A rule may be there for an implementation that is not tested, or compare with one that is not.
    """
    tested = {hello.implementation for hello in hellos.values()}
    is_complete = tested.issuperset({*entry.implementation, *map(family_of, entry.implementation)})
    if not covered:
        return ["check"] if is_complete or not all(rule.startswith(PATHS_AGREE) for rule in entry.rule) else []
    implementations, _, rules, _ = (set(column) for column in zip(*covered, strict=True))
    idle = [f"check of {name}" for name in entry.implementation if name in tested - implementations]
    return idle + [f"check of rule {rule}" for rule in entry.rule if is_complete and rule not in rules]


def _is_lacking(entry: Deviation, hellos: Iterable[Hello]) -> bool:
    """The entry is about paths that an adapter of the suite declares, and that are not offered here.

    A version or a processor may lack them.
    """
    here = [hello for hello in hellos if hello.implementation in entry.implementation]
    known = [manifest.declared(name) for name in IMPLEMENTATIONS.keys() & entry.implementation]
    offered, declared = (
        {path for hello in every for path in hello.paths if entry.paths.has(path)} for every in (here, known)
    )
    return bool(declared) and not offered


def _is_elsewhere(entry: Deviation, tier: str, hellos: Iterable[Hello]) -> bool:
    """The entry is about configurations that its paths do not go through in this tier, and do in another.

    Which flags meet in a tier is computed for each implementation: it is not said here.
    """
    if isinstance(entry.configurations, Flags):
        return True
    of_entry = [hello for hello in hellos if hello.implementation in entry.implementation]
    offers = [offer for hello in of_entry for offer in hello.offers if entry.paths.has(offer.path)]
    names = {
        name
        for name, other in TIERS.items()
        if any(entry.names(str(configuration)) for offer in offers for configuration in other.on(offer))
    }
    return bool(names) and tier not in names
