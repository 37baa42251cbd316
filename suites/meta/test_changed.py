"""What changed is told in a terminal, in a step of CI, and to programs; however much it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.reports.changes import changed as changed_module
from lstm_conformance.reports.changes.changed import SHOWN, annotation_lines, changes_document, lines
from lstm_conformance.reports.changes.compare import Changes, compare
from lstm_conformance.reports.changes.environments import CellChange, PackageChange
from lstm_conformance.reports.publish.markdown import changes_summary
from lstm_conformance.reports.records.annotation import ANNOTATIONS
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.meta.matrices import a_cell, a_night
from lstm_conformance.suites.meta.records import a_check, a_failure

SCHEMA = json.loads(Path(changed_module.__file__).with_name("changes.schema.json").read_text("utf-8"))
MEBIBYTE = 2**20

THEN = {"torch-latest": "2.14.0", "torch-2.6": "2.6.0", "torch-2.0": "2.0.1"}
NOW = {"torch-latest": "2.15.0", "torch-2.6": "2.6.0"}
LOST = [a_cell("torch-2.0", tier="historical", outcome="install-failed", reason="no space left")]

CHECKS_THEN: dict[str, list[Check]] = {
    "torch-latest": [a_check(0, rule="1.1"), a_check(0, rule="1.2", budget=0.1)],
    "torch-2.6": [a_check(0, rule="1.1"), a_failure(0, rule="1.2")],
    "torch-2.0": [a_check(0), a_check(1)],
}
CHECKS_NOW: dict[str, list[Check]] = {
    "torch-latest": [a_failure(0, rule="1.1"), a_check(0, rule="1.2", budget=0.3)],
    "torch-2.6": [a_failure(0, rule="1.1"), a_check(0, rule="1.2"), a_check(1, rule="1.2")],
}


@pytest.fixture
def nights(tmp_path: Path) -> list[Path]:
    """Two nights: a cell was upgraded and one is lost; rule 1.1 broke in two cells."""
    return [
        a_night(tmp_path / "then", THEN, CHECKS_THEN, day=20),
        a_night(tmp_path / "now", NOW, CHECKS_NOW, lost=LOST, day=21),
    ]


@pytest.fixture
def changes(nights: list[Path]) -> Changes:
    """What changed between them."""
    return compare(read(nights[:1]), read(nights[1:]))


def many(changes: Changes, number: int, text: str = "long ") -> Changes:
    """As many changes of every sort, each with a long text of others."""
    (first,) = [change for change in changes.of("newly failing") if change.subject.version == "2.6.0"]
    (check,) = first.checks
    message = text * 200
    every = [replace(check, rule=f"3.{n}", message=message, configuration=message, case=n) for n in range(number)]
    found = [replace(first, rule=each.rule, checks=(each,), path=message) for each in every]
    cells = [CellChange(cell=message, before="tested", after="crashed", reason=message, checks=1)] * number
    packages = [PackageChange(package=message, before=message, after=message, subjects=(first.subject,))] * number
    return replace(changes, changes=tuple(found), cells=tuple(cells), packages=tuple(packages))


# In a terminal


@pytest.mark.parametrize(
    "line",
    [
        "1 rule newly fails on 2 implementation versions, and 1 cell is no longer tested since 2026-11-20 00:00.",
        "  ✗ 1.1 one step                                   torch.nn.LSTM 2.6.0 eager, 2.15.0 eager: "
        "2 checks, c_n: 12x the bound, first at t=1",
        "  ↑ 1.2 the last state                             torch.nn.LSTM 2.15.0 eager: budget used 0.10 → 0.30",
        "  ✓ 1.2 the last state                             torch.nn.LSTM 2.6.0 eager: 1 check",
        "  + 1.2 the last state                             torch.nn.LSTM 2.6.0 eager: 1 check",
        "  torch-2.0                  tested → install-failed: no space left, 2 checks vanished",
        "  torch                      2.14.0 → 2.15.0  (torch.nn.LSTM 2.15.0)",
    ],
)
def test_the_terminal_says(changes: Changes, line: str) -> None:
    """The news; by kind, rule and implementation what changed and where; cells; packages."""
    assert line in lines(changes)


def test_a_lost_cell_is_told_once(changes: Changes) -> None:
    """Not by every rule that vanished with it."""
    assert changes.of("vanished") == []


def test_a_removed_cell_has_vanished(nights: list[Path]) -> None:
    """It is told as a whole, and nothing newly fails."""
    only = a_night(nights[0].parent / "fewer", {"torch-latest": "2.14.0"}, day=21)

    found = compare(read(nights[:1]), read([only]))

    assert [(cell_change.cell, cell_change.after) for cell_change in found.cells] == [
        ("torch-2.6", None),
        ("torch-2.0", None),
    ]
    assert [cell_change.checks for cell_change in found.cells] == [2, 2]
    assert {change.subject.version for change in found.of("vanished")} == {"2.14.0"}
    assert not found.worse


def test_a_new_cell_is_told_once(nights: list[Path]) -> None:
    """But what fails in it newly fails."""
    more = NOW | {"torch-2.7": "2.7.0"}
    checks = CHECKS_NOW | {"torch-2.7": [a_check(0, rule="1.1"), a_failure(0, rule="1.2")]}

    found = compare(read(nights[1:]), read([a_night(nights[0].parent / "more", more, checks, LOST, day=22)]))

    assert [(cell_change.cell, cell_change.before, cell_change.after) for cell_change in found.cells] == [
        ("torch-2.7", None, "tested")
    ]
    assert [(change.kind, change.rule) for change in found.changes] == [("newly failing", "1.2")]


def test_equal_nights_say_so(nights: list[Path]) -> None:
    """And nothing else."""
    assert lines(compare(read(nights[:1]), read(nights[:1]))) == ["Nothing newly fails since 2026-11-20 00:00."]


def test_a_terminal_is_not_flooded(changes: Changes) -> None:
    """What is left out is counted."""
    found = lines(many(changes, 1000))

    assert len(found) < 4 * (SHOWN + 3)
    assert found.count("  … and 980 more") == 3


# In CI


@pytest.mark.parametrize("number", [0, 1, 4, 5, 1000])
def test_there_are_at_most_nine_annotations(changes: Changes, number: int) -> None:
    """GitHub shows ten of a step; the last one counts the others."""
    found = annotation_lines(many(changes, number))

    assert len(found) == min(2 * number, ANNOTATIONS)
    assert all(line.startswith("::error title=") and len(line) < 2000 for line in found)


def test_the_last_annotation_counts_the_others(changes: Changes) -> None:
    """Nothing is left out in silence."""
    assert annotation_lines(many(changes, 6))[-1] == "::error title=more::4 more newly fail; the summary has them"


def test_an_annotation_cannot_be_ended(changes: Changes) -> None:
    """Whatever a text of others holds, it is one line and one command."""
    found = annotation_lines(many(changes, 1, "a\n::set-env name=b::c%0A,d:\u202e"))

    assert [line.count("\n") for line in found] == [0, 0]
    assert all("%250A" in line for line in found)
    title = found[0].removeprefix("::error title=").split("::")[0]
    assert not set(":,").intersection(title)


def test_markdown_has_a_limited_size(changes: Changes) -> None:
    """A step of CI takes a mebibyte, whatever there is to tell."""
    text = changes_summary(many(changes, 2000, "|://@𝄞&"))

    assert len(text.encode()) < MEBIBYTE
    assert text.count("more |") == 3


@pytest.mark.parametrize(
    "line",
    [
        "## 1 rule newly fails on 2 implementation versions, and 1 cell is no longer tested since 2026-11-20 00:00.",
        "| margin worsened | 1.2 | torch.nn.LSTM 2.15.0 eager | budget used 0.10 → 0.30 |",
        "| torch-2.0 | tested → install-failed: no space left, 2 checks vanished |",
        "| torch | 2.14.0 → 2.15.0 | torch.nn.LSTM 2.15.0 |",
    ],
)
def test_markdown_says(changes: Changes, line: str) -> None:
    """The same, in tables."""
    assert line in changes_summary(changes).splitlines()


# For programs


def test_the_document_is_valid(changes: Changes) -> None:
    """As its schema says; and JSON holds it."""
    content = changes_document(changes)

    assert json.loads(json.dumps(content, allow_nan=False)) == content
    jsonschema.Draft202012Validator(SCHEMA).validate(content)


def test_the_document_has_every_check(changes: Changes) -> None:
    """By its id."""
    found = changes_document(many(changes, 1000))

    assert len({check for change in found["changes"] for check in change["checks"]}) == 1000


@pytest.mark.parametrize("change", [{"schema_version": 2}, {"changes": [{}]}, {"cells": [{}]}, {"surprise": 1}])
def test_other_documents_are_not_valid(changes: Changes, change: dict[str, object]) -> None:
    """The schema says no."""
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(changes_document(changes) | change)


# The command


def test_the_command_writes_what_it_is_asked_for(
    nights: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And ends with 1, because something newly fails."""
    markdown, document = tmp_path / "out" / "c.md", tmp_path / "out" / "c.json"
    words = ["compare", *map(str, nights), "--annotations", "--markdown", str(markdown), "--json", str(document)]

    assert main(words) == 1

    said = capsys.readouterr().out
    assert said.startswith("1 rule newly fails on 2 implementation versions")
    assert said.count("::error title=") == 2
    assert markdown.read_text("utf-8").splitlines()[1].startswith("## 1 rule newly fails")
    assert json.loads(document.read_text("utf-8"))["since"] == "2026-11-20T00:00:02Z"


def test_files_are_compared_as_well(nights: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Two of any name; the status is 0 when nothing newly fails."""
    words = [str(nights[1] / "torch-2.6.jsonl"), str(nights[0] / "torch-2.6.jsonl")]

    assert main(["compare", *words]) == 1
    assert main(["compare", words[0], words[0]]) == 0
    assert "Nothing newly fails" in capsys.readouterr().out


def test_a_lost_cell_alone_is_worse(nights: list[Path]) -> None:
    """A cell in which nothing can be tested any more fails as a whole."""
    after = a_night(nights[0].parent / "lost", NOW, CHECKS_THEN, lost=LOST, day=21)

    assert main(["compare", str(nights[0]), str(after)]) == 1


@pytest.mark.parametrize("content", [None, "{}", ""])
def test_bad_input_is_one_sentence(
    nights: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    """Status 2; an empty folder, too."""
    bad = tmp_path / "bad"
    bad.mkdir()
    if content is not None:
        (bad / "results.jsonl").write_text(content, "utf-8")

    assert main(["compare", str(bad), str(nights[1])]) == 2

    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("lstm-conformance compare: nothing is compared: ")
