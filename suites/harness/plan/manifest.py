"""How many checks a tier has: stored, so that a rule cannot silently be asked less often than it was.

`make manifest` counts them anew, by planning alone, and rewrites `fixtures/manifest.json`: for every path its checks,
and a line a chapter with those of each rule. The rules must be there: a digest would tell that one of them is asked
less often, but what could name it is the plan of before, and that is gone.
"""

from __future__ import annotations

import importlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from lstm_conformance import fixtures
from lstm_conformance.fixtures.hosting.client import Hello, InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reports.records import kinds
from lstm_conformance.reports.records.files import Output, write
from lstm_conformance.reports.records.results import Check
from lstm_conformance.reports.records.summary import numbers_in
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import PATHS_AGREE, Plan, family_of

MANIFEST = Path(fixtures.__path__[0], "manifest.json")

TIERS = ("quick", "full")
"""Those whose counts are stored: the others only report."""

Place = tuple[str, str, str]
"""Implementation, path and rule."""

Counts = Mapping[Place, int]

TOTAL = "checks"
"""Under which a path has the sum of its counts, for those who read the manifest."""


def stored() -> dict[str, Counts]:
    """The counts of every tier."""
    tiers = json.loads(MANIFEST.read_text("utf-8"))
    return {tier: dict(_places(implementations)) for tier, implementations in tiers.items()}


def planned(tier: str) -> Counts:
    """The counts of a tier for the implementations that the suite brings, installed or not."""
    hellos = {name: declared(name) for name in IMPLEMENTATIONS}
    counts: Counter[Place] = Counter()
    plan = Plan(tier=tier)
    for check in all_checks().values():
        for entry in plan.of(check, hellos.items()):
            counts[entry.implementation, entry.path, check.rule] += len(entry.numbers)
    return counts


def declared(name: str) -> Hello:
    """What an adapter says of itself: in attributes of its class, so that its framework need not be imported."""
    return _said(name, IMPLEMENTATIONS[name].spec)


@cache
def _said(name: str, spec: str) -> Hello:
    module, _, adapter = spec.partition(":")
    kind: Any = getattr(importlib.import_module(module), adapter)
    return InProcess(lambda: kind.__new__(kind), name=name).hello()


def complete(hellos: Mapping[str, Hello]) -> set[str]:
    """Those that offer all that their adapters declare: in an older version of a framework it may be less."""
    return {
        name for name, hello in hellos.items() if name not in IMPLEMENTATIONS or _offer(hello) == _offer(declared(name))
    }


def _offer(hello: Hello) -> tuple[object, ...]:
    return tuple(replace(offer, claims=tuple(sorted(offer.claims))) for offer in hello.offers)


def differences(tier: str, checks: Iterable[Check], implementations: Collection[str]) -> list[str]:
    """One sentence, if these implementations were not asked what is stored."""
    sentence = difference(stored().get(tier, {}), checks, implementations)
    return [] if sentence is None else [sentence]


def difference(expected: Counts, checks: Iterable[Check], implementations: Collection[str]) -> str | None:
    """One sentence, if any of these implementations of which counts are expected has others."""
    known = {place[0] for place in expected}
    counts = Counter((check.implementation, check.path, check.rule) for check in checks)
    ran = known & set(implementations)
    places = [place for place in _sorted({*expected, *counts}) if place[0] in ran and _needed(place, known) <= ran]
    wrong = [place for place in places if counts[place] != expected.get(place, 0)]
    if not wrong:
        return None
    implementation, path, rule = first = wrong[0]
    others = f" (and so on for {len(wrong) - 1} others)" if len(wrong) > 1 else ""
    return (
        f"{implementation} {path}: rule {rule} has {counts[first]} checks instead of {expected.get(first, 0)}{others}; "
        "run `make manifest` if the tier was changed on purpose, else find out what is not asked any more"
    )


def _needed(place: Place, known: Collection[str]) -> set[str]:
    """The implementations that must have been tested for a count to be what is stored: a family, to compare paths."""
    implementation, _, rule = place
    if not rule.startswith(PATHS_AGREE):
        return {implementation}
    return {name for name in known if family_of(name) == family_of(implementation)}


def text(tiers: Mapping[str, Counts]) -> str:
    """The manifest: a line a chapter, in order."""
    tree: dict[str, Any] = {}
    for tier, counts in tiers.items():
        for implementation, path, rule in _sorted(counts):
            chapters = tree.setdefault(tier, {}).setdefault(implementation, {}).setdefault(path, {TOTAL: 0})
            chapters[TOTAL] += counts[implementation, path, rule]
            chapters.setdefault(rule.partition(".")[0], {})[rule] = counts[implementation, path, rule]
    return _INNERMOST.sub(lambda match: f"{{{' '.join(match[1].split())}}}", json.dumps(tree, indent=1)) + "\n"


def main() -> None:
    """Count, and write."""
    write(Output(MANIFEST, kinds.MANIFEST, text({tier: planned(tier) for tier in TIERS})))


_INNERMOST = re.compile(r"\{([^{}]+)\}")


def _places(implementations: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[tuple[Place, int]]:
    for implementation, paths in implementations.items():
        for path, chapters in paths.items():
            rules = (pair for chapter, counts in chapters.items() if chapter != TOTAL for pair in counts.items())
            yield from (((implementation, path, rule), count) for rule, count in rules)


def _sorted(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (*place[:2], numbers_in(place[2])))


if __name__ == "__main__":
    main()
