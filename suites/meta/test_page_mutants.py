"""The page tells which wrong LSTMs were caught, and whether the first ones were."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.changes.compare import compare
from lstm_conformance.reports.mutation_score import kills as kills_module
from lstm_conformance.reports.mutation_score.killed import kills_of
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.mutants import caught, read_kills, told
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records.errors import BadRecord
from lstm_conformance.reports.records.results import Mutant
from lstm_conformance.suites.meta.parsed import Page
from lstm_conformance.suites.meta.records import a_check, a_failure, results_of
from lstm_conformance.suites.meta.stories import an_environment, full_header, page_of, report_of

WRONG = Mutant(
    family="gates",
    sentence="Gates i and f exchanged.",
    benign=False,
    dtypes=("float32",),
    waits_for="",
    near_the_bound="",
)
KINDS = {
    "mutants.exchanged": WRONG,
    "mutants.survivor": WRONG,
    "mutants.rewritten": replace(WRONG, benign=True),
    "mutants.masked": replace(WRONG, waits_for="masks"),
}


@pytest.fixture
def kills(tmp_path: Path) -> Mapping[str, Any]:
    """What is written of a run of four, of which one must be caught and is, and one must be and is not."""
    header = full_header(*[an_environment(name) for name in KINDS], mutants=KINDS)
    checks = [
        a_failure(0, implementation="mutants.exchanged", rule="1.1", configuration="T7-B3-I5-H4-float32-mild"),
        *[a_check(0, implementation=name, rule="1.1") for name in list(KINDS)[1:]],
    ]
    path = tmp_path / "mutants.json"
    path.write_text(json.dumps(kills_module.document(kills_of(results_of(tmp_path / "m", *checks, header=header)))))
    return read_kills(path)


def test_those_that_survive_are_first(kills: Mapping[str, Any]) -> None:
    """Right ones, and those that no rule covers yet, are not counted."""
    assert [(each.name, each.rules, each.survives) for each in caught(kills)] == [
        ("survivor", (), ("float32",)),
        ("exchanged", ("1.1",), ()),
    ]
    assert told(kills) == "1 of 2 wrong LSTMs pass unnoticed."


def test_the_page_has_a_part_about_them(tmp_path: Path, kills: Mapping[str, Any]) -> None:
    """Name, family, mistake, and the rules that catch it; where nobody tried there is none."""
    report = report_of(tmp_path, a_check())

    shown = Page(render(Story(report=report, kills=kills))).shown

    assert "exchanged gates Gates i and f exchanged. 1.1" in shown
    assert "survivor gates Gates i and f exchanged. survives in float32" in shown
    assert 'id="mutants"' not in render(Story(report=report))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"mutants": {"a": {}}}', '{"mutants": []}'])
def test_other_files_are_refused(tmp_path: Path, content: str) -> None:
    """One sentence that says what writes the right one."""
    path = tmp_path / "other.json"
    path.write_text(content)

    with pytest.raises(BadRecord, match=r"other\.json: expected what `make mutants` writes"):
        read_kills(path)


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (
            {"exchanged": "1.1", "biases": "1.2"},
            "First, 2 wrong LSTMs had to be caught, and were: exchanged by rule 1.1",
        ),
        ({"exchanged": "1.1", "biases": None}, "1 wrong LSTM of 2 passed unnoticed: the suite cannot be relied upon."),
    ],
)
def test_the_wrong_ones_that_ran_first_are_named(tmp_path: Path, controls: dict[str, str | None], said: str) -> None:
    """Beside the verdict."""
    assert said in Page(page_of(tmp_path, a_check(), header=full_header(controls=controls))).shown


def test_problems_beside_the_checks_are_shown(tmp_path: Path) -> None:
    """A run in which all checks pass is red all the same."""
    html = page_of(tmp_path, a_check(), header=full_header(problems=("it is blind", "an entry matches nothing")))

    assert re.search('class="card verdict red".*<h1>The run is not to be trusted: it is blind.</h1>', html, re.DOTALL)
    assert "<p>2 implementations checked: of 1 check, 1 passes.</p>" in html
    assert "<li>an entry matches nothing</li>" in html


def test_problems_are_said_before_news(tmp_path: Path) -> None:
    """What newly fails is no news of a run that cannot be trusted."""
    report = report_of(tmp_path, a_check(), header=full_header(problems=("it is blind",)))

    html = render(Story(report=report, changes=compare(report, report)))

    assert "<h1>The run is not to be trusted: it is blind.</h1>\n<p>Nothing newly fails since" in html
