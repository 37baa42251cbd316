"""Two reports are compared check by check, and told by rule, implementation and path."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.reports.changes.compare import KINDS, WORSE, Changes, compare
from lstm_conformance.reports.changes.pairs import counterparts
from lstm_conformance.reports.records.combine import Subject
from lstm_conformance.reports.records.results import VERDICTS, Check, Verdict
from lstm_conformance.suites.meta.records import a_check
from lstm_conformance.suites.meta.stories import KERAS, an_environment, full_header, report_of

NEW, GONE, KNOWN, FIXED, COVERED = "newly failing", "vanished", "newly deviating", "fixed", "newly covered"

# The verdict before (None: no record) in rows; what a check of each verdict now is, in the order of VERDICTS.
TABLE: dict[Verdict | None, list[str | None]] = {
    #            pass     deviation  fail  error unstable not-run
    "pass": [None, KNOWN, NEW, NEW, NEW, GONE],
    "deviation": [FIXED, None, NEW, NEW, NEW, GONE],
    "fail": [FIXED, KNOWN, None, None, None, GONE],
    "error": [FIXED, KNOWN, None, None, None, GONE],
    "unstable": [FIXED, KNOWN, None, None, None, GONE],
    "not-run": [COVERED, KNOWN, NEW, NEW, NEW, None],
    None: [COVERED, KNOWN, NEW, NEW, NEW, None],
}


def changed(folder: Path, before: list[Check], after: list[Check], **versions: str) -> Changes:
    """The changes between two runs."""
    header = full_header(an_environment(version=versions.get("then", "2.13.0")), started="2026-11-20T00:00:00Z")
    return compare(report_of(folder, *before, header=header), report_of(folder, *after))


def kinds(changes: Changes) -> list[tuple[str, str, int]]:
    """Kind, rule and number of checks of every change."""
    return [(change.kind, change.rule, len(change.checks)) for change in changes.changes]


@pytest.mark.parametrize("after", VERDICTS)
@pytest.mark.parametrize("before", TABLE)
def test_every_change_of_a_verdict_has_its_kind(tmp_path: Path, before: Verdict | None, after: Verdict) -> None:
    """Also those from and to nothing."""
    then = [a_check(verdict=before)] if before else []

    changes = changed(tmp_path, then, [a_check(verdict=after)])

    expected = TABLE[before][VERDICTS.index(after)]
    assert [change.kind for change in changes.changes] == [expected] * bool(expected)
    assert list(changes.kinds.values()) == [expected] * bool(expected)


def test_a_check_without_a_record_has_vanished(tmp_path: Path) -> None:
    """It is shown as it was; one that was never made is no loss."""
    changes = changed(tmp_path, [a_check(0), a_check(1, verdict="not-run")], [])

    assert kinds(changes) == [(GONE, "2.1", 1)]
    assert changes.kinds == {}


def test_an_implementation_that_is_gone_has_vanished(tmp_path: Path) -> None:
    """As a whole."""
    header = full_header(an_environment(), an_environment(KERAS))
    before = report_of(tmp_path, a_check(implementation=KERAS), header=header)

    changes = compare(before, report_of(tmp_path, header=full_header(an_environment())))

    assert [(change.kind, change.subject.implementation) for change in changes.changes] == [(GONE, KERAS)]


@pytest.mark.parametrize(
    ("then", "now", "worse"),
    [
        (0.1, WORSE * 0.1, False),
        (0.1, 0.2001, True),
        (0.0, 0.1, True),
        (0.2, 0.1, False),
        (None, 0.5, False),
        (0.5, None, False),
    ],
)
def test_a_margin_worsens(tmp_path: Path, then: float | None, now: float | None, worse: bool) -> None:
    """By more than a factor of two, of a rule, over the checks that pass in both runs."""
    changes = changed(tmp_path, [a_check(budget=then)], [a_check(budget=now)])

    assert [(change.kind, change.before, change.after) for change in changes.changes] == [
        ("margin worsened", then, now)
    ] * worse


def test_only_checks_of_both_runs_make_a_margin(tmp_path: Path) -> None:
    """A new check that is closer to its bound is newly covered, and no margin has worsened."""
    changes = changed(tmp_path, [a_check(0, budget=0.1)], [a_check(0, budget=0.1), a_check(1, budget=0.9)])

    assert kinds(changes) == [(COVERED, "2.1", 1)]


def test_checks_are_gathered_by_rule_and_path(tmp_path: Path) -> None:
    """Failures first, then in the order of the rules."""
    before = [a_check(0, rule=rule, verdict="fail") for rule in ("2.10", "2.9")]
    after = [*(a_check(0, rule=rule) for rule in ("2.10", "2.9")), *(a_check(n, verdict="fail") for n in (1, 2, 3))]

    changes = changed(tmp_path, before, after)

    assert kinds(changes) == [(NEW, "2.1", 3), (FIXED, "2.9", 1), (FIXED, "2.10", 1)]
    assert KINDS.index("newly failing") == 0


def test_changed_packages_are_told(tmp_path: Path) -> None:
    """Upgraded, added and removed ones, and Python itself."""
    then = an_environment(packages={"torch": "2.13.0", "gone": "1"}, python="3.11.6")
    now = an_environment(packages={"torch": "2.13.0", "new": "2"})
    before, after = (report_of(tmp_path, header=full_header(environment)) for environment in (then, now))

    found = [
        (package_change.package, package_change.before, package_change.after)
        for package_change in compare(before, after).packages
    ]

    assert found == [("Python", "3.11.6", "3.11.7"), ("new", None, "2"), ("gone", "1", None)]


def in_versions(name: str, *versions: str) -> dict[Subject, str]:
    """One implementation in several versions, each with the name of the run that it was tested in."""
    return {Subject("torch.nn.LSTM", version): f"{name}-{version}" for version in versions}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (["2.12"], ["2.12"], {"2.12": "2.12"}),
        (["2.12"], ["2.13"], {"2.13": "2.12"}),
        (["2.12", "2.14.dev1"], ["2.12", "2.14.dev2"], {"2.12": "2.12", "2.14.dev2": "2.14.dev1"}),
        (["2.12"], ["2.12", "2.13"], {"2.12": "2.12"}),
        (["2.11", "2.12"], ["2.13", "2.14"], {}),
        ([], ["2.13"], {}),
    ],
)
def test_a_version_is_compared_with_its_own(then: list[str], now: list[str], expected: dict[str, str]) -> None:
    """Else with the only one that is left, which it has replaced; never with one of several."""
    found = counterparts(in_versions("then", *then), in_versions("now", *now))

    assert {new.version: old.version for new, old in found.items()} == expected


def test_a_cell_is_compared_with_the_cell_of_its_name() -> None:
    """Whatever versions they hold; a cell that is new, or gone, is compared with nothing, though a version be equal."""
    torch = "torch.nn.LSTM"
    then = {Subject(torch, "2.14"): "latest", Subject(torch, "2.6"): "torch-2.6", Subject(torch, "2.2"): "torch-2.2"}
    now = {Subject(torch, "2.15"): "latest", Subject(torch, "2.6"): "torch-2.6", Subject(torch, "2.14"): "torch-2.14"}

    found = counterparts(then, now)

    assert {new.version: old.version for new, old in found.items()} == {"2.15": "2.14", "2.6": "2.6"}


def test_an_upgraded_implementation_is_compared_check_by_check(tmp_path: Path) -> None:
    """An id holds no version."""
    changes = changed(tmp_path, [a_check(0)], [a_check(0, verdict="fail")], then="2.12.0")

    assert kinds(changes) == [(NEW, "2.1", 1)]
