"""What is written beside the page: Markdown, a badge, verdicts for git."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.publish.badge import badge
from lstm_conformance.reports.publish.markdown import ROWS, summary
from lstm_conformance.reports.publish.verdicts import verdict_files
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.meta.records import a_check, a_failure
from lstm_conformance.suites.meta.stories import KERAS, a_story, an_environment, every_verdict, full_header, report_of


@pytest.mark.parametrize(
    "line",
    [
        "## 2 of 2 implementations do not conform: of 10 checks, 2 fail, 1 ends in an error, 1 is unstable, "
        "1 deviates as recorded, 1 was not run, 4 pass.",
        "2 rules newly fail on 2 implementations since 2026-11-20 00:00.",
        "| newly failing | 1.1 | torch.nn.LSTM 2.13.0 eager | 2 checks, fits gates i f exchanged, 0.06 × the bound |",
        "| margin worsened | 1.1 | torch.nn.LSTM 2.13.0 eager | budget used 0.10 → 0.25 |",
        "| torch | 2.12.0 → 2.13.0 | torch.nn.LSTM 2.13.0 |",
        "| 1.1 | torch.nn.LSTM 2.13.0 eager | 2 of 3 | fits gates i f exchanged, 0.06 × the bound |",
        "| keras.layers.LSTM 3.15.1 | 3.11.7 | 4 | 1 |",
    ],
)
def test_the_summary_says(tmp_path: Path, line: str) -> None:
    """Verdict, news, changes, failures with their probable cause, and what was tested."""
    assert line in summary(a_story(tmp_path)).splitlines()


def test_a_summary_has_a_limited_size(tmp_path: Path) -> None:
    """A step of CI takes a mebibyte; what is left out is counted."""
    checks = [a_failure(rule=f"3.{n}", message="long " * 100) for n in range(ROWS + 1000)]

    text = summary(Story(report=report_of(tmp_path, *checks)))

    assert "| … and 1,000 more |" in text
    assert len(text) < 100_000


def test_text_of_others_is_text_in_a_summary(tmp_path: Path) -> None:
    """No markup, no link, no image, no mention, no cell and no line of its own."""
    hostile = "a|b `c` <img src=x> [d](https://e.org) ![f](g) @h\n# i \u202e"

    text = summary(Story(report=report_of(tmp_path, a_failure(message=hostile))))

    (line,) = [line for line in text.splitlines() if "img" in line]
    assert not set("`<>[]()!@#\u202e").intersection(line.replace("&#", ""))
    assert line.count("|") == 5
    assert "https://" not in line


@pytest.mark.parametrize(
    ("checks", "planned", "message", "color"),
    [
        ([a_check()], 1, "conforms", "brightgreen"),
        ([a_check(), a_check(1, verdict="deviation")], 2, "conforms but for 1 known deviation", "brightgreen"),
        ([a_check(), a_failure(1)], 2, "1 of 2 implementations fail", "red"),
        ([a_check()], 2, "incomplete", "orange"),
        ([], 0, "incomplete", "orange"),
    ],
)
def test_the_badge(tmp_path: Path, checks: list[Check], planned: int, message: str, color: str) -> None:
    """Green only for a whole run in which nothing is red."""
    found = badge(report_of(tmp_path, *checks, planned=planned))

    assert found == {"schemaVersion": 1, "label": "LSTM conformance", "message": message, "color": color}


def test_verdicts_are_a_line_for_each_rule_and_path(tmp_path: Path) -> None:
    """In the order of the rules, the worst verdict of their checks, and nothing that changes without a verdict."""
    found = verdict_files(report_of(tmp_path, *every_verdict()))

    assert {name: text.splitlines() for name, text in found.items()} == {
        "torch.nn.LSTM.txt": [
            "# torch.nn.LSTM 2.13.0",
            "1.1   eager            fail",
            "1.2   eager            error",
            "2.1   eager            deviation torch-1",
        ],
        f"{KERAS}.txt": [
            f"# {KERAS} 3.15.1",
            "1.1   eager            pass",
            "1.2   eager            unstable",
            "2.1   eager            not-run",
        ],
    }


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a/b", "a b", "C:\\a", "\u202e", "x" * 500])
def test_a_hostile_name_is_no_path(tmp_path: Path, name: str) -> None:
    """Whatever an implementation calls itself, its file is one of the folder, and no other's."""
    environments = (an_environment(name), an_environment(f"{name}!"))
    found = verdict_files(report_of(tmp_path, header=full_header(*environments)))

    assert len(found) == 2
    assert all((tmp_path / each).resolve().parent == tmp_path for each in found)
    assert all(each.isascii() and len(each) < 120 for each in found)


def test_a_run_with_problems_is_not_to_be_trusted(tmp_path: Path) -> None:
    """Whatever its checks say."""
    report = report_of(tmp_path, a_check(), header=full_header(problems=("the suite is blind",)))

    assert badge(report)["message"] == "not to be trusted"
    assert "\n- the suite is blind\n" in summary(Story(report=report))
