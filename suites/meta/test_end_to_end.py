"""Every rule on the frameworks that are installed, each in its host: green, with room to spare.

Of one configuration each (`test_sampling.py`): the whole quick tier is what `make conformance` runs, and `make genuine`
holds its results to the same. A run for each family, so that workers share them: paths are compared within a family,
and nothing is beyond it. The runs are brief, which changes no verdict and no budget (`test_brief.py`); that a run in
which nobody is named takes all that is installed, `test_selection.py` shows.
"""

from __future__ import annotations

import os

import pytest

from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS, unnamed
from lstm_conformance.suites.harness.plan.planning import family_of
from lstm_conformance.suites.meta.adapters import ADAPTERS
from lstm_conformance.suites.meta.genuine import amiss, here, is_installed
from lstm_conformance.suites.meta.needing import needs, paths_here
from lstm_conformance.suites.meta.running import EVERYTHING, Run, finished, python

ELSEWHERE = {"tf.keras.layers.LSTM"}
"""Of a TensorFlow that nobody has beside the others: it is tested in the version matrix."""

DEAR = {"jax.experimental.rnn.lstm_ref"}
"""What compiles for a minute, even a sample of it: `make conformance` and `make field` ask it all."""

SOON = {"torch.nn.LSTM", "onnx.reference.LSTM"}
"""Families of which `make test` asks a sample; `make deep` does so of all, and `make conformance` asks everything."""

SAMPLE = ("-p", "lstm_conformance.suites.harness.run.plugin", "-p", "lstm_conformance.suites.meta.sampling")

# Says at the end which frameworks the suite's own process has imported.
WATCHED = """
import sys
import pytest
status = pytest.main(sys.argv[1:])
print("imported:", [name for name in ("torch", "tensorflow", "keras", "jax") if name in sys.modules])
sys.exit(status)
"""


RUN = [name for name in unnamed() if is_installed(name) or name not in ELSEWHERE]
FAMILIES = [family for family in dict.fromkeys(map(family_of, RUN)) if family not in DEAR]


def members(family: str) -> list[str]:
    """Those of a family that are installed."""
    return [name for name in unnamed() if family_of(name) == family and is_installed(name)]


def param(family: str) -> object:
    """A family, which needs the packages of its first member if it has no other one here."""
    needed = needs(*(() if members(family) else IMPLEMENTATIONS[family].packages))
    return pytest.param(family, marks=[needed] if family in SOON else [needed, pytest.mark.deep])


@pytest.fixture(scope="module", params=map(param, FAMILIES))
def family(request: pytest.FixtureRequest) -> str:
    """Its name, in which the ids of all tests of a family end: one worker runs them."""
    return str(request.param)


@pytest.fixture(scope="module")
def run(family: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A sample of the small tier on what is installed of a family."""
    path = tmp_path_factory.mktemp("sample") / "results.jsonl"
    named = [word for name in members(family) for word in ("--implementation", name)]
    return finished(
        python(WATCHED, *SAMPLE, *EVERYTHING, *named, "--tier", "small", "--brief", "--results", os.fspath(path)), path
    )


def test_the_run_is_green(family: str, run: Run) -> None:
    """No implementation that is installed, and no path, is left out; a check passes, or deviates exactly as recorded.

    Budgets stay far from the bound; and they are measured, not zero.
    """
    assert run.status == pytest.ExitCode.OK, run.output
    assert amiss(run.results, {name: paths_here(name) for name in members(family)}) == []


def test_the_suites_own_process_imports_no_framework(run: Run) -> None:
    """Neither to collect nor to judge."""
    assert run.output.splitlines()[-1] == "imported: []"


LIMITED = {"gradients", "input_forget", "clip"}


def test_every_configuration_is_asked_of_somebody() -> None:
    """None of the quick tier requires what no adapter claims, but one: no framework trains coupled gates with limits.

    Somebody's own LSTM may, and two wrong ways back are told by it.
    """
    claims = [set(adapter.claims) for adapter in ADAPTERS.values()]
    asked = [c.requirements for c in TIERS["quick"].configurations if not c.requirements >= LIMITED]
    unasked = [sorted(each) for each in asked if not any(each <= claimed for claimed in claims)]

    assert unasked == []


def test_every_family_is_run() -> None:
    """The runs together ask every implementation that is installed, once, but for those that are dear."""
    asked = [name for family in FAMILIES for name in members(family)]

    assert sorted([*asked, *DEAR.intersection(here())]) == sorted(here())
