"""The page says, without script, all that a reader needs first; test_browser.py is about what it does with script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.changes.verdict import sentence
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import RULES, render
from lstm_conformance.reports.records.combine import combine
from lstm_conformance.reports.records.results import SCHEMA_VERSION, Check, Rule
from lstm_conformance.suites.meta.parsed import Page, section
from lstm_conformance.suites.meta.records import a_check, a_failure, results_of
from lstm_conformance.suites.meta.stories import (
    KERAS,
    a_story,
    an_environment,
    every_verdict,
    full_header,
    page_of,
    report_of,
)

HEADING = "2 rules newly fail on 2 implementations since 2026-11-20 00:00."


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A report with everything in it."""
    return a_story(tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> str:
    """The page of a run with every verdict and nothing to compare it with."""
    return page_of(tmp_path, *every_verdict())


# The verdict


@pytest.mark.parametrize(
    ("checks", "planned", "expected"),
    [
        ([a_check(0), a_check(1)], 2, "2 implementations checked: all 2 checks pass."),
        ([a_check(0)], 1, "2 implementations checked: of 1 check, 1 passes."),
        (
            [a_check(0), a_check(1, verdict="deviation"), a_check(0, implementation=KERAS, verdict="not-run")],
            3,
            "2 implementations checked: of 3 checks, 1 deviates as recorded, 1 was not run, 1 passes.",
        ),
        (
            [a_check(0, implementation=KERAS), a_failure(1), a_check(2, verdict="error")],
            3,
            "1 of 2 implementations does not conform: of 3 checks, 1 fails, 1 ends in an error, 1 passes.",
        ),
        (
            [a_failure(0, implementation=KERAS), a_check(0, verdict="unstable"), a_check(1, verdict="unstable")],
            3,
            "2 of 2 implementations do not conform: of 3 checks, 1 fails, 2 are unstable.",
        ),
        (
            [a_check(0), a_check(1)],
            1005,
            "The run is incomplete: of 2 checks, 2 pass, 1,003 of 1,005 planned without a record.",
        ),
        ([a_check(0), a_check(1)], 1, "The run is incomplete: of 2 checks, 2 pass, 1 more than planned."),
        ([a_check(0, verdict="not-run")], 1, "Nothing was checked: of 1 check, 1 was not run."),
        ([], 0, "Nothing was checked: of 0 checks."),
    ],
)
def test_the_verdict_is_one_sentence(tmp_path: Path, checks: list[Check], planned: int, expected: str) -> None:
    """It tells good from bad and leaves no verdict out."""
    assert sentence(report_of(tmp_path, *checks, planned=planned)) == expected


def test_versions_are_counted_as_such(tmp_path: Path) -> None:
    """One implementation in two versions is not two implementations."""
    older = full_header(an_environment(version="2.12.0"))
    runs = [results_of(tmp_path / "a", a_failure()), results_of(tmp_path / "b", a_check(), header=older)]

    report = combine({str(number): run for number, run in enumerate(runs)})

    assert sentence(report).startswith("1 of 2 implementation versions does not conform")


def test_the_title_and_the_heading_are_the_news(story: Story) -> None:
    """Whoever sees only the tab of the browser knows what broke; the verdict comes next."""
    html = render(story)

    assert f"<title>{HEADING} LSTM conformance</title>" in html
    assert f"<h1>{HEADING}</h1>\n<p>{sentence(story.report)}</p>" in html


def test_without_anything_to_compare_the_heading_is_the_verdict(alone: str) -> None:
    """And no part of the page is about changes."""
    assert "<h1>2 of 2 implementations do not conform: of 10 checks, " in alone
    assert 'id="changes"' not in alone


def test_no_news_are_said(tmp_path: Path) -> None:
    """The same run twice."""
    report = report_of(tmp_path, *every_verdict())
    html = render(Story(report=report, changes=compare(report, report)))

    assert "<h1>Nothing newly fails since 2026-11-21 00:00.</h1>" in html
    assert section(html, "changes") == "Changed since 2026-11-21 00:00 Nothing changed."


@pytest.mark.parametrize(("red", "colour"), [(True, "b3261e"), (False, "0f6a46")])
def test_the_tab_shows_the_colour(tmp_path: Path, red: bool, colour: str) -> None:
    """Red or green."""
    check = a_failure(0) if red else a_check(0)

    assert f"fill='%23{colour}'" in page_of(tmp_path, check)


def test_the_parts_come_in_order(story: Story) -> None:
    """The verdict is first, the environments are last."""
    parts = re.findall('<section class="card[^"]*"(?: id="([^"]*)")?', render(story))

    first = ["", "changes", "failures", "nights", "matrix", "checks"]
    assert parts == [*first, "deviations", "not-run", "sizes", "environments"]


def test_every_verdict_is_counted(story: Story) -> None:
    """What is new first, then the worst verdicts."""
    counters = "4 newly failing 1 fixed 2 ✗ fail 1 ! error 1 ± unstable 1 ~ deviation 1 – not-run 4 ✓ pass"

    assert counters in Page(render(story)).shown


# What changed, what fails


@pytest.mark.parametrize(
    "line",
    [
        "newly failing 1.1 one step torch.nn.LSTM 2.13.0 eager fits gates i f exchanged, 0.06 × the bound 2",
        "newly failing 1.2 the last state keras.layers.LSTM 3.15.1 eager passed when repeated 1 0.25",
        "vanished 1.1 one step torch.nn.LSTM 2.13.0 eager 1 0.25",
        "newly deviating 2.1 shapes torch.nn.LSTM 2.13.0 eager other shape 1 –",
        "margin worsened 1.1 one step torch.nn.LSTM 2.13.0 eager 1 0.10 → 0.25",
        "fixed 1.2 the last state torch.nn.LSTM 2.13.0 eager 1 0.70",
        "newly covered 1.1 one step keras.layers.LSTM 3.15.1 eager 1 0.40",
        "package torch torch.nn.LSTM 2.13.0 2.12.0 → 2.13.0",
    ],
)
def test_changes_are_told(story: Story, line: str) -> None:
    """By rule and place, with the probable cause."""
    assert line in section(render(story), "changes")


def test_what_fails_is_told_by_implementation_and_path(alone: str) -> None:
    """Rule, what is seen, how many checks, how far."""
    told = section(alone, "failures")

    assert "torch.nn.LSTM 2.13.0 eager 2 rules fail, 3 checks" in told
    assert "✗ fail 1.1 one step fits gates i f exchanged, 0.06 × the bound 2 of 3 9e7" in told
    assert "! error 1.2 the last state the host died 1 of 2 –" in told
    assert "keras.layers.LSTM 3.15.1 eager 1 rule fails, 1 check" in told


def test_the_worst_causes_come_first(alone: str) -> None:
    """Wrong numbers before exceptions, whatever is folded below; how many more there are is said."""
    lines = re.findall('<li><span class="mark.*</a> <span>.*</li>', alone)
    shown = [Page(line).shown for line in lines]

    assert shown == [
        "✗ fail fits gates i f exchanged, 0.06 × the bound torch.nn.LSTM 2.13.0 eager 1 rule, 2 checks",
        "± unstable passed when repeated keras.layers.LSTM 3.15.1 eager 1 rule, 1 check",
        "! error the host died torch.nn.LSTM 2.13.0 eager 1 rule, 1 check",
    ]
    assert "All failing rules, by implementation and path" in section(alone, "failures")


def test_what_is_new_is_not_told_twice(story: Story) -> None:
    """What fails as before is in a table of its own."""
    assert section(render(story), "failures") == "Failing as before Nothing else."


def test_many_failing_rules_are_shown_in_part(tmp_path: Path) -> None:
    """The others are counted: nothing is left out in silence."""
    told = section(page_of(tmp_path, *[a_failure(rule=f"3.{n}") for n in range(RULES + 12)]), "failures")

    assert told.count("✗ fail 3.") == RULES
    assert "and 12 more rules, in the matrix" in told


def test_a_good_run_says_that_nothing_is_wrong(tmp_path: Path) -> None:
    """Empty parts are sentences, not holes."""
    html = page_of(tmp_path, a_check())

    assert section(html, "failures") == "What fails Nothing."
    assert section(html, "deviations") == "Known deviations None."
    assert section(html, "not-run") == "Not run Every planned check was run."


# The matrix


def test_the_matrix_shows_every_rule_on_every_path(alone: str) -> None:
    """A chapter has what its rules come to; a cell how many checks fail, else the worst verdict."""
    matrix = section(alone, "matrix")

    assert "path 1 Numbers 1.1 one step 1.2 the last state 2 Shapes 2.1 shapes torch" in matrix
    assert "torch.nn.LSTM 2.13.0 eager 2 2 1 ~ ~ keras.layers.LSTM 3.15.1 eager 1 ✓ 1 – –" in matrix
    assert ('title="1 Numbers: 2 of 2 rules fail"' in alone, 'title="2 Shapes: 1 rule, 1 known"' in alone) == (
        True,
        True,
    )


def test_an_announced_path_without_checks_has_a_row(tmp_path: Path) -> None:
    """A hole is seen; what a row is about is said in each, also where it is shown once."""
    header = full_header(an_environment(paths=("eager", "torch.compile")))

    html = page_of(tmp_path, a_check(rule="1.1"), header=header)

    assert "torch.nn.LSTM 2.13.0 eager ✓ ✓" in section(html, "matrix")
    assert re.search(r"torch.compile</span></th><td class=\"sum \"></td><td></td>", html)


def test_a_rule_without_a_check_has_a_column(tmp_path: Path) -> None:
    """What a run did not cover is seen in its report."""
    rules = {"9.9": Rule(title="nobody checks this", sentence="It holds.", source="a paper")}

    assert "9.9 nobody checks this" in section(page_of(tmp_path, a_check(), header=full_header(rules=rules)), "matrix")


def test_rules_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """2.10 comes after 2.9, and a letter does not break the order."""
    checks = [a_check(rule=rule) for rule in ["10.1", "2.10", "2.9", "2.a", "2"]]

    report = report_of(tmp_path, *checks, header=full_header(rules={}))

    assert list(report.rules) == ["2", "2.a", "2.9", "2.10", "10.1"]


# What is known, what was not run, and where


def test_a_deviation_has_its_reason_and_its_script(alone: str) -> None:
    """Why, since when, until when, and how to see it in the plain framework."""
    told = section(alone, "deviations")

    assert "torch-1 2.1 shapes · torch.nn.LSTM 2.13.0 eager The kernel keeps its own cell. A minimal script" in told
    assert "2026-11-20 2027-05-20 1" in told
    assert "import torch" in told


def test_deviations_are_in_the_order_in_which_they_were_found(tmp_path: Path) -> None:
    """Those that have been known longest are first; one without an entry is seen, too."""
    entry = full_header().deviations["torch-1"]
    older = type(entry)(reason="older", link="https://example.org", first_seen="2025-01-01", review_by="2025-07-01")
    header = full_header(deviations={"new": entry, "old": older})
    names = ["new", "old", "unknown"]

    html = page_of(
        tmp_path, *[a_check(n, verdict="deviation", deviation=name) for n, name in enumerate(names)], header=header
    )

    assert re.findall("<code>(new|old|unknown)</code>", html) == ["unknown", "old", "new"]


def test_what_was_not_run_has_its_reason(tmp_path: Path) -> None:
    """Single checks and whole implementations."""
    header = full_header(not_installed={"jax": "jax is not installed"})

    told = section(page_of(tmp_path, *every_verdict(), header=header), "not-run")

    assert "jax as a whole: jax is not installed" in told
    assert "keras.layers.LSTM 3.15.1 eager 1 check: three hosts died" in told


@pytest.mark.parametrize(("partial", "times"), [(True, 1), (False, 0)])
def test_a_partial_run_says_so_at_the_top(tmp_path: Path, partial: bool, times: int) -> None:
    """A run of one test must not look like a run of the tier."""
    html = page_of(tmp_path, a_check(), header=full_header(partial=partial))

    assert html.count("Partial: something was deselected") == times


def test_what_was_not_asked_is_counted(story: Story, alone: str) -> None:
    """Without script, in one sentence; where no run tells it, there is no such part."""
    told = section(render(story), "sizes")

    assert "was judged by numbers in 5 of 7 meetings that there can be on 2 paths" in told
    assert "torch.nn.LSTM 2.13.0 eager: 3 of 5" in told
    assert 'id="sizes"' not in alone


def test_the_provenance_is_complete(alone: str) -> None:
    """Versions, seed, machine, digest: what one needs to make the run again."""
    told = section(alone, "environments")

    assert "torch.nn.LSTM torch 2.13.0 3.11.7 cpu, 1 thread eager layers" in told
    assert "lstm-conformance 0.1.0, commit 0123abcd , SPEC.md version 1" in told
    assert "2026-11-21 00:00 UTC, 1.5 s, tier quick, base seed 7" in told
    assert "a processor, 2 cores, Linux" in told
    assert f"10 of 10 planned, schema version {SCHEMA_VERSION}" in told
    assert re.search("Digest [0-9a-f]{64}", told)


# Size


def test_a_small_run_is_a_small_page(tmp_path: Path) -> None:
    """300 checks, some tens of which fail with all details: a quarter of a megabyte at most."""
    every = every_verdict()
    checks = [a_check(case, rule="1.1", budget=case / 1000) for case in range(10, 300)]

    assert len(page_of(tmp_path, *every, *checks)) < 250_000


def test_passes_cost_a_few_bytes_each(tmp_path: Path) -> None:
    """100,000 checks must fit into 12 megabytes: 120 bytes each, of which a pass takes a tenth."""
    few = page_of(tmp_path, a_check(0), a_check(1))
    many = page_of(tmp_path, *[a_check(case, budget=case / 5000) for case in range(5000)])

    assert (len(many) - len(few)) / 5000 < 12
