"""The cells of a version matrix: none is hidden, and what is not supported informs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lstm_conformance.reports.changes.verdict import below
from lstm_conformance.reports.page.document import Story, document
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records import cells as cells_module
from lstm_conformance.reports.records.cells import (
    NAME,
    OUTCOMES,
    PLAN,
    TIERS,
    Outcome,
    Tier,
    cells_text,
    read_cells,
    read_planned,
)
from lstm_conformance.reports.records.errors import BadRecord, InconsistentRuns, NoResults
from lstm_conformance.reports.records.reading import read
from lstm_conformance.suites.meta.matrices import a_cell, a_night
from lstm_conformance.suites.meta.parsed import Page, section
from lstm_conformance.suites.meta.records import a_check, a_failure, written
from lstm_conformance.suites.meta.stories import an_environment, full_header

SCHEMA = json.loads(Path(cells_module.__file__).with_name("cells.schema.json").read_text("utf-8"))
UNTESTED = [outcome for outcome in OUTCOMES if outcome != "tested"]
LATEST = {"torch-latest": "2.15.0"}


# The file


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("tier", TIERS)
def test_a_cell_is_valid_and_reads_back(tmp_path: Path, tier: Tier, outcome: Outcome) -> None:
    """Whatever became of it."""
    cells = (a_cell("torch-2.6", tier=tier, outcome=outcome, reason="it has one"),)
    path = tmp_path / NAME
    path.write_text(cells_text(cells), "utf-8")

    assert read_cells(path) == cells
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outcome": "fine"}, "expected an outcome of tested, .*, got 'fine'"),
        ({"tier": "beloved"}, "expected a tier of supported, historical, canary, got 'beloved'"),
        ({"seconds": 3}, "field 'seconds'"),
        ({"surprise": 1}, "unknown: .'surprise'."),
    ],
)
def test_a_damaged_cell_is_refused(tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    """By the schema, and with a sentence."""
    (record,) = json.loads(cells_text([a_cell("torch-2.6")]))
    path = tmp_path / NAME
    path.write_text(json.dumps([record | change]), "utf-8")

    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid([record | change])
    with pytest.raises(BadRecord, match=rf"cells\.json: .*{sentence}"):
        read_cells(path)


@pytest.mark.parametrize("text", ["", "{}", "7"])
def test_what_is_no_list_of_cells_is_refused(tmp_path: Path, text: str) -> None:
    """Whatever it is."""
    (tmp_path / NAME).write_text(text, "utf-8")

    with pytest.raises(BadRecord, match=r"cells\.json: expected"):
        read_cells(tmp_path / NAME)


# A night


@pytest.mark.parametrize(
    ("tier", "outcome", "red"),
    [
        *(("supported", outcome, True) for outcome in UNTESTED),
        *((tier, outcome, False) for tier in TIERS[1:] for outcome in UNTESTED),
        ("supported", "tested", False),
    ],
)
def test_a_supported_cell_must_be_tested(tmp_path: Path, tier: Tier, outcome: Outcome, red: bool) -> None:
    """What becomes of another one informs."""
    report = read([a_night(tmp_path, LATEST | {"other": "2.6.0"})])
    cells = tuple(replace(cell, tier=tier, outcome=outcome) if cell.id == "other" else cell for cell in report.cells)

    assert replace(report, cells=cells).red == red


@pytest.mark.parametrize(("tier", "red"), [("supported", True), ("historical", False), ("canary", False)])
def test_a_failure_in_a_supported_cell_is_red(tmp_path: Path, tier: Tier, red: bool) -> None:
    """Elsewhere it is shown."""
    found = read([a_night(tmp_path, LATEST | {"other": "2.6.0"}, {"other": [a_failure()]})])
    report = replace(found, cells=tuple(replace(cell, tier=tier) for cell in found.cells))

    assert report.red == red
    assert [str(subject) for subject in report.failing] == ["torch.nn.LSTM 2.6.0"]


@pytest.mark.parametrize(("tier", "problems"), [("supported", ["old: it is blind"]), ("historical", [])])
def test_a_problem_is_that_of_its_cell(tmp_path: Path, tier: Tier, problems: list[str]) -> None:
    """It is named; in a cell that informs it does not spoil the night, and is shown with the cell."""
    a_night(tmp_path, LATEST)
    header = full_header(an_environment(version="2.6.0"), problems=("it is blind",))
    written(tmp_path / "old.jsonl", a_check(), header=header)
    found = read([tmp_path])
    report = replace(found, cells=(*found.cells, a_cell("old", tier=tier)))

    assert (report.problems, report.red) == (problems, bool(problems))
    assert f"tested old {tier} it is blind" in section(render(Story(report=report)), "outcomes")


def test_a_night_may_lie_in_a_folder_for_each_cell(tmp_path: Path) -> None:
    """As the artifacts of CI are downloaded."""
    a_night(tmp_path / "cell-a", {"a": "2.6.0"})
    a_night(tmp_path / "cell-b", {"b": "2.7.0"}, lost=[a_cell("c", outcome="crashed")])

    report = read([tmp_path])

    assert list(report.runs) == ["a", "b"]
    assert [cell.id for cell in report.cells] == ["a", "b", "c"]


def test_a_cell_in_two_files_is_refused(tmp_path: Path) -> None:
    """Two nights were mixed."""
    a_night(tmp_path / "one", {"a": "2.6.0"})
    a_night(tmp_path / "other", {"b": "2.7.0"}, lost=[a_cell("a", outcome="crashed")])

    with pytest.raises(InconsistentRuns, match=r"other.cells\.json: the cell a is in .*one.cells\.json as well"):
        read([tmp_path])


def test_a_cell_without_its_results_is_not_tested(tmp_path: Path) -> None:
    """Whatever its record says."""
    report = read([a_night(tmp_path, LATEST, lost=[a_cell("torch-2.6")])])

    (cell,) = report.untested
    assert (cell.id, cell.outcome) == ("torch-2.6", "crashed")
    assert "results are not there" in cell.reason


def test_a_cell_that_was_planned_and_left_nothing_is_seen(tmp_path: Path) -> None:
    """The machine of its job died."""
    plan = '{"include": [{"id": "torch-latest", "tier": "canary"}, {"id": "b", "tier": "canary"}]}'
    (a_night(tmp_path, LATEST) / PLAN).write_text(plan, "utf-8")

    report = read([tmp_path])

    assert [(cell.id, cell.tier, cell.outcome) for cell in report.cells] == [
        ("torch-latest", "supported", "tested"),
        ("b", "canary", "crashed"),
    ]


@pytest.mark.parametrize("text", ["[]", '{"include": {}}', '{"include": [{"id": "a"}]}', '{"include": [7]}'])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    """With one sentence."""
    (tmp_path / "plan.json").write_text(text, "utf-8")

    with pytest.raises(BadRecord, match=r"plan\.json: expected"):
        read_planned(tmp_path / "plan.json")


def test_a_night_without_results_says_what_became_of_the_cells(tmp_path: Path) -> None:
    """There is nothing to make a report of."""
    lost = [a_cell("a", outcome="resolve-failed", reason="no such version")]

    with pytest.raises(NoResults, match="of 1 cells none was tested: a: resolve-failed, no such version"):
        read([a_night(tmp_path, {}, lost=lost)])


# The page


@pytest.fixture
def html(tmp_path: Path) -> str:
    """The page of a night in which one cell of each outcome is not tested, and one fails."""
    lost = [a_cell(f"x-{each}", tier="canary", outcome=each, reason=f"why it {each}") for each in UNTESTED]
    night = a_night(tmp_path, {"torch-2.6": "2.6.0", "good": "2.7.0"}, {"torch-2.6": [a_failure(), a_check(1)]}, lost)
    return render(Story(report=read([night])))


@pytest.mark.parametrize("outcome", UNTESTED)
def test_the_page_hides_no_cell(html: str, outcome: str) -> None:
    """Each has its outcome, its reason, and the command that repeats it."""
    told = section(html, "outcomes")

    assert f"{outcome} x-{outcome} canary why it {outcome}" in told
    assert f"make cell CELL=x-{outcome}" in told
    assert f"x-{outcome} ({outcome})" in html.partition("<nav")[2].partition("</section>")[0]


def test_cells_without_results_come_first(html: str) -> None:
    """Then the supported ones."""
    cells = re.findall(r'<th scope="row"><code>([^<]*)</code> <span class="quiet">', html)

    assert cells == [*(f"x-{each}" for each in UNTESTED), "torch-2.6", "good"]


def test_a_tested_cell_shows_what_it_found(html: str) -> None:
    """Packages, minutes, checks, failing ones."""
    assert "tested torch-2.6 supported 2 packages, the command torch 2.6.0, numpy 2.4.6" in section(html, "outcomes")
    assert "3.11.7 2.0 2 1" in section(html, "outcomes")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onclick="alert(1)', "</pre></details>{{ 7 * 7 }}"])
def test_text_of_others_is_text(tmp_path: Path, text: str) -> None:
    """Markup in a record changes no element and no attribute of the page, and is seen."""
    pages = {}
    for number, word in enumerate([text, "harmless"]):
        words = {"reason": word, "python": word, "packages": {word: word}, "command": (word,)}
        night = a_night(tmp_path / str(number), LATEST, lost=[a_cell(word, outcome="crashed", **words)])
        pages[word] = Page(render(Story(report=read([night]))))

    assert pages[text].skeleton == pages["harmless"].skeleton
    assert pages[text].shown.count(text) >= 6


def test_a_run_that_is_no_matrix_has_no_cells(tmp_path: Path) -> None:
    """On its page, and in what is said of it."""
    (a_night(tmp_path, LATEST) / NAME).unlink()
    report = read([tmp_path])

    assert 'id="outcomes"' not in render(Story(report=report))
    assert below(report, None) == []


def test_the_document_holds_the_cells(tmp_path: Path) -> None:
    """As the file of the night does."""
    report = read([a_night(tmp_path, LATEST)])

    assert document(Story(report=report))["cells"] == json.loads((tmp_path / NAME).read_text("utf-8"))
