"""What GitHub Actions shows of a run: an annotation a cause, and a summary of the step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.publish.actions import annotation_lines, step_summary
from lstm_conformance.reports.records.annotation import ANNOTATIONS
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.harness.run.controller import in_actions
from lstm_conformance.suites.meta.first_hour import MISTAKES, RIGHT
from lstm_conformance.suites.meta.outside import conformance
from lstm_conformance.suites.meta.records import a_check, a_header


def failing(case: int = 0, **changes: Any) -> Check:
    """A check that is red."""
    return a_check(case, **{"verdict": "fail", "budget": 2.0, "message": "y uses 2 × the bound"} | changes)


def test_a_cause_is_one_annotation() -> None:
    """However many checks fail of it; it says how to repeat one."""
    diagnosis = {"named": "gates exchanged", "sentence": "fits gates exchanged", "reasons": []}
    many = [failing(k, rule=f"1.{k}") for k in range(9)]

    (line,) = annotation_lines([*many, failing(9, detail={"diagnosis": diagnosis}), a_check(10)], a_header())

    assert line.startswith(
        "::error title=torch.nn.LSTM eager::2.1 one step: y uses 2 × the bound; fits gates exchanged;"
    )
    assert "10 checks of rules 1.0, 1.1" in line


@pytest.mark.parametrize("number", [0, 1, 9, 10, 500])
def test_there_are_no_more_than_are_shown(number: int) -> None:
    """The last one counts the others."""
    found = annotation_lines([failing(k, rule=f"{k}.1") for k in range(number)], a_header())

    assert len(found) == min(number, ANNOTATIONS)
    assert (f"{number - ANNOTATIONS + 1} more fail" in "".join(found)) == (number > ANNOTATIONS)


def test_a_problem_of_the_run_comes_first() -> None:
    """It makes the run red whatever its checks say."""
    first, _ = annotation_lines([failing()], a_header(problems=("a wrong LSTM was not caught",)))

    assert first == "::error title=lstm-conformance::a wrong LSTM was not caught"


@pytest.mark.parametrize("text", ["a\n::set-env name=b::c", "a%0A::error::b", "a\u202eb", "a|b](javascript:x) @all"])
def test_no_text_of_others_acts(text: str) -> None:
    """Neither in the log nor in the summary."""
    check = failing(message=text, implementation=text.replace("/", ""), path=text)

    (line,) = annotation_lines([check], a_header())
    summary = step_summary([check], a_header(problems=(text,)))

    assert "\n" not in line
    assert line.count("::error ") == 1
    assert "%0A" not in line
    assert not set("\u202e@").intersection(summary)
    assert "](" not in summary
    assert not any(row.startswith("::") for row in summary.splitlines())


def test_the_summary_counts_and_names() -> None:
    """Every verdict, and every cause with a check to repeat."""
    found = step_summary([failing(0), failing(1), a_check(2)], a_header())

    assert found.startswith("## lstm-conformance: 2 checks of 3 red\n")
    assert "| torch.nn.LSTM | eager | 1 | 0 | 2 | 0 | 0 | 0 |" in found
    assert "| torch.nn.LSTM eager | 2 | 2.1 |" in found
    assert step_summary([a_check()], a_header()).startswith("## lstm-conformance: 1 check, none red\n")


@pytest.mark.parametrize("environment", [{}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_STEP_SUMMARY": "summary.md"}])
def test_elsewhere_nothing_is_told(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor written."""
    monkeypatch.chdir(tmp_path)

    assert in_actions([failing()], a_header(), environment) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.deep
def test_a_run_tells_github(tmp_path: Path) -> None:
    """At the end of its log, and behind what other commands of the step have said."""
    (tmp_path / "summary.md").write_text("before\n", "utf-8")
    mistake = MISTAKES["lengths ignored"]
    (tmp_path / "mine.py").write_text(RIGHT.replace(mistake.right, mistake.wrong), "utf-8")
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}

    done = conformance(tmp_path, "--implementation", "mine.py:Mine", "-k", "14_masks", environment=environment)

    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert done.status == 1
    assert done.output.count("\n::error title=mine.LSTM eager::14.1 ") >= 1
    assert summary.startswith("before\n## lstm-conformance: ")
    assert "| mine.LSTM | eager |" in summary


def test_a_summary_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """It is no reason to lose a run."""
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "summary.md")}

    assert "could not be written" in in_actions([a_check()], a_header(), environment)[-1]
