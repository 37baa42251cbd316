"""The quick tier on the frameworks that are installed, each in its host: green, with room to spare."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

import pytest

from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import Adapter, paths_of
from lstm_conformance.fixtures.tiers import TIERS
from lstm_conformance.suites.meta.running import EVERYTHING, Run, finished, python

INSTALLED = [
    name for name, entry in IMPLEMENTATIONS.items() if all(find_spec(package) is not None for package in entry.packages)
]

ADAPTERS: dict[str, type[Adapter]] = {
    name: getattr(import_module(entry.spec.partition(":")[0]), entry.spec.partition(":")[2])
    for name, entry in IMPLEMENTATIONS.items()
}

LARGEST_BUDGET = 0.6
"""What genuine frameworks use of the working bound stays below this; a kernel that comes nearer deserves a look."""

# Says at the end which frameworks the suite's own process has imported.
WATCHED = """
import sys
import pytest
status = pytest.main(sys.argv[1:])
print("imported:", [name for name in ("torch", "tensorflow", "keras", "jax") if name in sys.modules])
sys.exit(status)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The quick tier on everything that is installed."""
    path = tmp_path_factory.mktemp("quick") / "results.jsonl"
    return finished(python(WATCHED, *EVERYTHING, "--results", os.fspath(path)), path)


def test_the_run_is_green(run: Run) -> None:
    """No implementation that is installed is left out; a check passes, or deviates exactly as recorded."""
    assert run.status == pytest.ExitCode.OK, run.output
    assert not run.results.red
    assert [each.implementation for each in run.results.header.environments] == INSTALLED
    assert set(run.verdicts().values()) <= {"pass", "deviation"}


def test_everything_declared_is_offered(run: Run) -> None:
    """These versions offer all that their adapters declare, so that the run was held to the manifest."""
    offered = {each.implementation: list(each.paths) for each in run.results.header.environments}

    assert offered == {name: [path.name for path in paths_of(ADAPTERS[name])] for name in INSTALLED}


@pytest.mark.parametrize("name", INSTALLED)
def test_every_path_has_passing_checks(run: Run, name: str) -> None:
    """Those that the adapter says there are."""
    (environment,) = [each for each in run.results.header.environments if each.implementation == name]
    passing = {c.path for c in run.results.checks if (c.implementation, c.verdict) == (name, "pass")}

    assert passing == set(environment.paths)


@pytest.mark.parametrize("name", INSTALLED)
def test_budgets_stay_far_from_the_bound(run: Run, name: str) -> None:
    """On every path and in every dtype, but for recorded deviations; and they are measured, not zero."""
    passing = [c for c in run.results.checks if (c.implementation, c.verdict) == (name, "pass")]
    budgets = {c.id: c.budget for c in passing if c.budget is not None}

    assert {each: budget for each, budget in budgets.items() if budget > LARGEST_BUDGET} == {}
    assert max(budgets.values()) > 0.05


def test_every_configuration_is_asked_of_somebody() -> None:
    """None of the quick tier requires what no adapter of the suite claims: it would never be run."""
    claims = [set(adapter.claims) for adapter in ADAPTERS.values()]
    unasked = [str(c) for c in TIERS["quick"].configurations if not any(c.requirements <= each for each in claims)]

    assert unasked == []


def test_the_suites_own_process_imports_no_framework(run: Run) -> None:
    """Neither to collect nor to judge."""
    assert run.output.splitlines()[-1] == "imported: []"
