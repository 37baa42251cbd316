"""The quick tier on the frameworks that are installed, each in its host: green, with room to spare.

A run for each family, so that workers share them: paths are compared within a family, and nothing is beyond it.
The runs are brief, which changes no verdict and no budget (`test_brief.py`); that a run in which nobody is named takes
all that is installed, `test_selection.py` shows.
"""

from __future__ import annotations

import os

import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.suites.harness.plan.planning import family_of
from lstm_conformance.suites.meta.adapters import ADAPTERS
from lstm_conformance.suites.meta.needing import is_there, needs, paths_here
from lstm_conformance.suites.meta.running import EVERYTHING, Run, finished, python

ELSEWHERE = {"tf.keras.layers.LSTM"}
"""Of a TensorFlow that nobody has beside the others: it is tested in the version matrix."""

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


def is_installed(name: str) -> bool:
    """Whether all its packages are."""
    return all(map(is_there, IMPLEMENTATIONS[name].packages))


RUN = [name for name in IMPLEMENTATIONS if is_installed(name) or name not in ELSEWHERE]
FAMILIES = list(dict.fromkeys(map(family_of, RUN)))


def members(family: str) -> list[str]:
    """Those of a family that are installed."""
    return [name for name in IMPLEMENTATIONS if family_of(name) == family and is_installed(name)]


def param(family: str) -> object:
    """A family, which needs the packages of its first member if it has no other one here."""
    return pytest.param(family, marks=needs(*(() if members(family) else IMPLEMENTATIONS[family].packages)))


@pytest.fixture(scope="module", params=map(param, FAMILIES))
def family(request: pytest.FixtureRequest) -> str:
    """Its name, in which the ids of all tests of a family end: one worker runs them."""
    return str(request.param)


@pytest.fixture(scope="module")
def run(family: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The quick tier on what is installed of a family."""
    path = tmp_path_factory.mktemp("quick") / "results.jsonl"
    named = [word for name in members(family) for word in ("--implementation", name)]
    return finished(python(WATCHED, *EVERYTHING, *named, "--brief", "--results", os.fspath(path)), path)


def test_the_run_is_green(family: str, run: Run) -> None:
    """No implementation that is installed is left out; a check passes, or deviates exactly as recorded."""
    assert run.status == pytest.ExitCode.OK, run.output
    assert not run.results.red
    assert [each.implementation for each in run.results.header.environments] == members(family)
    assert set(run.verdicts().values()) <= {"pass", "deviation"}


def test_everything_declared_is_offered(family: str, run: Run) -> None:
    """These versions offer all that their adapters declare, so that the run was held to the manifest."""
    offered = {each.implementation: list(each.paths) for each in run.results.header.environments}

    assert offered == {name: paths_here(name) for name in members(family)}


def test_every_path_has_passing_checks(family: str, run: Run) -> None:
    """Those that the adapter says there are."""
    passing = {(c.implementation, c.path) for c in run.results.checks if c.verdict == "pass"}

    assert passing == {(name, path) for name in members(family) for path in paths_here(name)}


def test_budgets_stay_far_from_the_bound(family: str, run: Run) -> None:
    """On every path and in every dtype, but for recorded deviations; and they are measured, not zero."""
    passing = [check for check in run.results.checks if check.verdict == "pass" and check.budget is not None]
    largest = {name: max(c.budget or 0 for c in passing if c.implementation == name) for name in members(family)}

    assert {check.id: check.budget for check in passing if (check.budget or 0) > LARGEST_BUDGET} == {}
    assert {name: budget for name, budget in largest.items() if budget <= 0.05} == {}


def test_the_suites_own_process_imports_no_framework(run: Run) -> None:
    """Neither to collect nor to judge."""
    assert run.output.splitlines()[-1] == "imported: []"


def test_every_configuration_is_asked_of_somebody() -> None:
    """None of the quick tier requires what no adapter of the suite claims: it would never be run."""
    claims = [set(adapter.claims) for adapter in ADAPTERS.values()]
    unasked = [str(c) for c in TIERS["quick"].configurations if not any(c.requirements <= each for each in claims)]

    assert unasked == []


def test_every_family_is_run() -> None:
    """The runs together ask every implementation that is installed, once."""
    asked = [name for family in FAMILIES for name in members(family)]

    assert sorted(asked) == sorted(
        name for name, entry in IMPLEMENTATIONS.items() if all(map(is_there, entry.packages))
    )
