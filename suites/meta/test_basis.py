"""Whose a rule is, where somebody reads that it fails; and files of before it was told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lstm_conformance.reports.publish.console import explained, summary
from lstm_conformance.reports.publish.tracking import actions
from lstm_conformance.reports.records.basis import basis_text, is_own
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import Rule
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, written
from lstm_conformance.suites.meta.stories import full_header, page_of, report_of

OWN = Rule(
    title="refused", sentence="It is refused.", source="a source.", basis="ours: nothing says so. A slip is seen."
)
TOLD = "the suite's own rule, stricter than any manual: nothing says so. A slip is seen."
PROMISED = Rule(
    title="promised", sentence="It holds.", source="a manual.", basis='documented: "it holds" (`a.manual`).'
)
OLD = Rule(title="before", sentence="It holds.", source="a manual.")
HEADER = full_header(rules={"1.1": OWN, "1.2": PROMISED, "2.1": OLD})


@pytest.mark.parametrize(
    ("basis", "text"),
    [
        (OWN.basis, TOLD),
        ("equations: the chain rule.", "follows from the equations: the chain rule."),
        ("source: it says so.", "what the source says, where no manual does: it says so."),
        ('documented: "it" (`a.b`).', 'documented: "it" (`a.b`).'),
        ("", ""),
    ],
)
def test_a_basis_is_said_in_words(basis: str, text: str) -> None:
    """An older file has none."""
    assert basis_text(basis) == text
    assert is_own(basis) == (basis == OWN.basis)


def test_a_red_check_says_whose_the_rule_is() -> None:
    """Below the source; where no basis is known, nothing."""
    assert f"  basis      {TOLD}" in explained(a_failure(rule="1.1"), OWN, ["pytest"]).splitlines()
    assert "basis" not in explained(a_failure(rule="2.1"), OLD, ["pytest"])


def test_the_summary_marks_the_suites_own_rules() -> None:
    """And no other."""
    lines = summary([a_failure(rule=number) for number in HEADER.rules], HEADER)

    assert [line.split()[1] for line in lines if line.endswith("[the suite's own rule]")] == ["1.1"]


def test_the_page_says_whose_a_failing_rule_is(tmp_path: Path) -> None:
    """Beside what is seen."""
    assert f"Basis: {TOLD}".replace("'", "&#39;") in page_of(tmp_path, a_failure(rule="1.1"), header=HEADER)
    assert '<p class="quiet">Basis: ' not in page_of(tmp_path, a_failure(rule="2.1"), header=HEADER)


def test_an_issue_says_whose_the_rule_is(tmp_path: Path) -> None:
    """What rests on the suite's choice does not read like a bug."""
    report = report_of(tmp_path, a_failure(rule="1.1"), header=HEADER)
    (action,) = actions(report, [], None, "")

    assert (
        "Basis: the suite's own rule, stricter than any manual: nothing says so. A slip is seen." in action.issue.body
    )


def test_a_file_of_before_is_read(tmp_path: Path) -> None:
    """Without bases, causes, and the cause of a deviation."""
    header = full_header(rules={"1.1": OWN})
    path = written(tmp_path / "results.jsonl", a_check(verdict="deviation", deviation="torch-1"), header=header)
    first, *checks, last = path.read_text("utf-8").splitlines()
    old, footer = json.loads(first), json.loads(last)
    del footer["content"], old["causes"], old["rules"]["1.1"]["basis"], old["deviations"]["torch-1"]["cause"]
    path.write_text("\n".join([json.dumps(old), *checks, json.dumps(footer), ""]), "utf-8")

    read = Results.read(path).header

    assert (read.causes, read.rules["1.1"].basis, read.deviations["torch-1"].cause) == ({}, "", "")
    assert a_header().causes == {}
