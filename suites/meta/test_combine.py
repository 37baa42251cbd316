"""Results files that belong together are shown as one report; others are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.records.combine import Report, Subject, combine
from lstm_conformance.reports.records.errors import InconsistentRuns
from lstm_conformance.reports.records.results import Check, Environment
from lstm_conformance.suites.meta.records import a_check, a_failure, results_of
from lstm_conformance.suites.meta.stories import KERAS, an_environment, full_header

TORCH = "torch.nn.LSTM"


def combined(folder: Path, *environments: Environment, checks: tuple[Check, ...] = (a_check(),)) -> Report:
    """A report of one file for each environment, each with the same checks."""
    return combine(
        {
            f"{number}.jsonl": results_of(folder / f"{number}.jsonl", *checks, header=full_header(environment))
            for number, environment in enumerate(environments)
        }
    )


@pytest.mark.parametrize(
    ("second", "versions"),
    [
        ({"version": "2.12.0"}, ["2.13.0", "2.12.0"]),
        ({"python": "3.12.1"}, ["2.13.0, Python 3.11.7", "2.13.0, Python 3.12.1"]),
        ({"device": "cuda"}, ["2.13.0, Python 3.11.7, cpu", "2.13.0, Python 3.11.7, cuda"]),
    ],
)
def test_an_implementation_in_two_environments_is_two_subjects(
    tmp_path: Path, second: dict[str, Any], versions: list[str]
) -> None:
    """They are told apart by as little as does it."""
    report = combined(tmp_path, an_environment(), an_environment(**second))

    assert set(report.checks) == {Subject(TORCH, version) for version in versions}


def test_counts_are_those_of_all_files(tmp_path: Path) -> None:
    """And one red run makes the report red."""
    report = combined(tmp_path, an_environment(), an_environment(version="2.12.0"), checks=(a_check(), a_failure(1)))

    assert (report.counts["pass"], report.counts["fail"], report.total, report.planned) == (2, 2, 4, 4)
    assert report.red
    assert [str(subject) for subject in report.failing] == [f"{TORCH} 2.12.0", f"{TORCH} 2.13.0"]


def test_what_one_run_lacks_another_may_have(tmp_path: Path) -> None:
    """An implementation that is installed in any environment is not absent."""
    torch = results_of(tmp_path / "a", a_check(), header=full_header(an_environment(), not_installed={KERAS: "no"}))
    keras = results_of(tmp_path / "b", header=full_header(an_environment(KERAS), not_installed={"jax": "no"}))

    assert combine({"a": torch, "b": keras}).not_installed == {"jax": "no"}


def test_an_implementation_that_did_not_start_is_a_subject(tmp_path: Path) -> None:
    """Its checks are there, and no environment is."""
    report = combined(tmp_path, an_environment(), checks=(a_check(implementation="jax.LSTM", verdict="error"),))

    assert list(report.checks) == [Subject(TORCH, "2.13.0"), Subject("jax.LSTM", "")]
    assert str(Subject("jax.LSTM", "")) == "jax.LSTM"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"suite_version": "0.2.0"}, "suite version"),
        ({"spec_version": 2}, "spec version"),
        ({"base_seed": 8}, "base seed"),
    ],
)
def test_runs_of_other_rules_or_numbers_are_refused(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    """Equal ids would not mean equal checks; the sentence says which file and what."""
    first = results_of(tmp_path / "a", a_check())
    other = results_of(tmp_path / "b", header=full_header(an_environment(version="2.12.0"), **changes))

    with pytest.raises(InconsistentRuns, match=rf"^b\.jsonl: expected the {what} .* of a\.jsonl, got .*: run again$"):
        combine({"a.jsonl": first, "b.jsonl": other})


def test_the_same_run_twice_is_refused(tmp_path: Path) -> None:
    """Nothing could tell their checks apart; both files are named."""
    with pytest.raises(InconsistentRuns, match=r"^1\.jsonl: expected another run than that of 0\.jsonl, got the same"):
        combined(tmp_path, an_environment(), an_environment())


def test_equal_environments_are_told_apart_by_their_files(tmp_path: Path) -> None:
    """In a night two cells may happen to hold the same: the newest release is also pinned."""
    later = full_header(an_environment(), started="2026-11-21T01:00:00Z")
    runs = {
        "night/torch-2.13.jsonl": results_of(tmp_path / "a", a_check(), header=full_header(an_environment())),
        "night/torch-latest.jsonl": results_of(tmp_path / "b", a_check(), header=later),
    }

    report = combine(runs)

    assert list(report.checks) == [Subject(TORCH, "2.13.0, torch-2.13"), Subject(TORCH, "2.13.0, torch-latest")]
    assert list(report.origins.values()) == ["torch-2.13", "torch-latest"]


def test_versions_stand_in_a_row(tmp_path: Path) -> None:
    """By implementation, then by version, whatever the order of the files; a pre-release before its release."""
    versions = ["2.13.0", "2.6.0", "2.14.0rc1", "2.14.0", "nightly"]
    environments = [
        *(an_environment(version=each) for each in versions[:2]),
        an_environment(KERAS, "3.0"),
        *(an_environment(version=each) for each in versions[2:]),
    ]

    found = [str(subject) for subject in combined(tmp_path, *environments, checks=()).checks]

    assert found == [
        *(f"{TORCH} {version}" for version in ("nightly", "2.6.0", "2.13.0", "2.14.0rc1", "2.14.0")),
        f"{KERAS} 3.0",
    ]


def test_files_of_one_name_keep_their_folders(tmp_path: Path) -> None:
    """Their names would not tell them apart."""
    first, other = (results_of(tmp_path / each, header=full_header(an_environment(version=each))) for each in "ab")

    assert list(combine({"a/results.jsonl": first, "b/results.jsonl": other}).runs) == [
        "a/results.jsonl",
        "b/results.jsonl",
    ]
