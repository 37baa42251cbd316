"""`--brief`: the same verdicts with less said about them, for runs of many implementations."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.plan.planning import Plan, bundled
from lstm_conformance.suites.meta.judging import EVERY_OUTPUT, adapter_named, cases_of, subject_of
from lstm_conformance.suites.meta.running import Run, adapters, conformance

pytestmark = pytest.mark.deep  # several runs

WRONG = adapters("breakages.py", "outputs_scaled")
MUTANT = ("--implementation", "mutants:outputs_scaled")
OUTPUTS = ("suites/test_01_outputs.py",)


@pytest.fixture(scope="module")
def brief(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Chapter 1 of a wrong implementation in a host, and of a wrong LSTM, briefly."""
    return conformance(tmp_path_factory.mktemp("brief"), *WRONG, *MUTANT, "--brief", of=OUTPUTS)


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same as it is run without the option."""
    return conformance(tmp_path_factory.mktemp("ordinary"), *WRONG, *MUTANT, of=OUTPUTS)


def test_the_verdicts_are_the_same(brief: Run, ordinary: Run) -> None:
    """And the budgets, and what names each check."""
    told = [[(c.id, c.nodeid, c.verdict, c.budget) for c in run.results.checks] for run in (brief, ordinary)]

    assert told[0] == told[1]
    assert brief.status == ordinary.status == pytest.ExitCode.TESTS_FAILED
    assert brief.results.footer.digest == ordinary.results.footer.digest


def test_less_is_said(brief: Run, ordinary: Run) -> None:
    """Failures are one sentence."""
    failing = [[c for c in run.results.checks if c.verdict == "fail"] for run in (brief, ordinary)]

    assert {c.detail is None for c in failing[0]} == {True}
    assert {c.detail is None for c in failing[1]} == {False}
    assert all("× the bound" in (c.message or "") for c in failing[0])
    assert brief.output.count("SUBFAILED") == 0


def test_a_rule_is_one_item(brief: Run) -> None:
    """Of each implementation on each path: here three rules of two."""
    assert "4 failed, 2 passed" in brief.output


def test_two_workers_say_the_same(brief: Run, tmp_path: Path) -> None:
    """An implementation of several items stays with one of them."""
    spread = conformance(tmp_path, *WRONG, *MUTANT, "--brief", "-n", "2", "--dist", "loadgroup", of=OUTPUTS)

    assert spread.results.footer.digest == brief.results.footer.digest
    assert spread.results.footer.planned == brief.results.footer.planned


@pytest.mark.parametrize(
    ("together", "names"),
    [
        (False, ["breakages.outputs_scaled/eager/T", "breakages.outputs_scaled/eager/T"]),
        (True, ["breakages.outputs_scaled/eager/all"]),
    ],
)
def test_bundles_are_named(together: bool, names: list[str]) -> None:
    """After their configuration, if they have only one."""
    hello = subject_of(lambda: adapter_named("outputs_scaled")).hello
    planned = Plan().of(EVERY_OUTPUT, [(hello.implementation, hello)])[:2]

    found = [str(bundle) for bundle in bundled(planned, together=together)]

    assert len(found) == len(names)
    assert all(name.startswith(start) for name, start in zip(found, names, strict=True))


def test_the_judge_looks_for_nothing() -> None:
    """What costs as much as the judgement itself."""
    (outcome,) = judge(EVERY_OUTPUT, subject_of(lambda: adapter_named("outputs_scaled")), cases_of(0), brief=True)

    assert (outcome.verdict, outcome.detail) == ("fail", None)
