"""What a run on genuine frameworks must show besides that it is green: `make genuine`, behind `make conformance`.

Whoever tests an implementation of their own is not held to it: a budget near the bound is no failure.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, unnamed
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.meta.needing import is_there, paths_here

LARGEST_BUDGET = 0.6
"""What genuine frameworks use of the working bound stays below this; a kernel that comes nearer deserves a look."""

SMALLEST_BUDGET = 0.05
"""The largest of an implementation is above this: budgets are measured, not zero."""

Paths = Mapping[str, Sequence[str]]
"""Implementations, and the paths of each."""


def is_installed(name: str) -> bool:
    """Whether all packages of an implementation are."""
    return all(map(is_there, IMPLEMENTATIONS[name].packages))


def here() -> dict[str, list[str]]:
    """The implementations that are installed, and the paths that their adapters declare."""
    return {name: paths_here(name) for name in unnamed() if is_installed(name)}


def amiss(results: Results, expected: Paths) -> list[str]:
    """A sentence for everything that is not as it is of genuine frameworks."""
    return [*_red(results), *_not_offered(results, expected), *_without_a_pass(results, expected), *_budgets(results)]


def _red(results: Results) -> Iterator[str]:
    """What does not pass, or deviate exactly as recorded; and problems of the run itself."""
    yield from results.header.problems
    for check in results.checks:
        if check.verdict not in {"pass", "deviation"}:
            yield f"{check.id}: expected a pass, or a deviation as recorded; came {check.verdict}: {check.message}"


def _not_offered(results: Results, expected: Paths) -> Iterator[str]:
    """Whom nobody asked; and which of the declared paths are not offered, so that the manifest does not hold there."""
    offered = {environment.implementation: list(environment.paths) for environment in results.header.environments}
    for name in {**expected, **offered}:
        if offered.get(name) != expected.get(name):
            yield f"{name}: expected to be asked on the paths {expected.get(name)}, came {offered.get(name)}"


def _without_a_pass(results: Results, expected: Paths) -> Iterator[str]:
    """Paths on which nothing passes."""
    passing = {(check.implementation, check.path) for check in results.checks if check.verdict == "pass"}
    for place in [(name, path) for name, paths in expected.items() for path in paths]:
        if place not in passing:
            yield f"{' '.join(place)}: expected checks that pass, came none"


def _budgets(results: Results) -> Iterator[str]:
    """Budgets near the bound, but for recorded deviations; and implementations that use none."""
    largest: dict[str, float] = {}
    for check, budget in _passing(results):
        largest[check.implementation] = max(budget, largest.get(check.implementation, 0))
        if budget > LARGEST_BUDGET:
            yield f"{check.id}: expected to use at most {LARGEST_BUDGET} of the bound, came {budget:.2f}"
    for name, budget in largest.items():
        if budget <= SMALLEST_BUDGET:
            yield f"{name}: expected to use more than {SMALLEST_BUDGET} of some bound, came {budget:.2g} at most"


def _passing(results: Results) -> Iterator[tuple[Check, float]]:
    """Checks that pass, of which the budget was measured."""
    for check in results.checks:
        if check.verdict == "pass" and check.budget is not None:
            yield check, check.budget


def main(path: str) -> int:
    """Hold a file of results to what is installed: 1 if anything is amiss, or if the run is a partial one."""
    results = Results.read(Path(path))
    partial = ["expected a whole run of the quick tier, came a part of it"] if results.header.partial else []
    found = [*partial, *amiss(results, here())]
    print(
        "\n".join(found or [f"{len(results.checks)} checks: everything that is declared is asked, with room to spare"])
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
