"""A night is kept in one small file, and says when a rule broke first."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lstm_conformance.reports.changes import nights as nights_module
from lstm_conformance.reports.changes.history import Course, History, history
from lstm_conformance.reports.changes.nights import Column, Night, night_of, night_text, read_night
from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.errors import BadRecord, WrongSchema
from lstm_conformance.reports.records.reading import read
from lstm_conformance.reports.records.results import Verdict
from lstm_conformance.suites.meta.matrices import a_cell, a_night
from lstm_conformance.suites.meta.parsed import section
from lstm_conformance.suites.meta.records import a_check, a_failure
from lstm_conformance.suites.meta.stories import every_verdict, report_of

SCHEMA = json.loads(Path(nights_module.__file__).with_name("night.schema.json").read_text("utf-8"))
TORCH = Subject("torch.nn.LSTM", "2.13.0")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """A night with every verdict, and a cell that was not tested."""
    return replace(night_of(report_of(tmp_path, *every_verdict())), cells={"torch-2.0": "install-failed"})


# The file


def test_a_night_holds_the_worst_of_every_rule(night: Night) -> None:
    """The worst verdict, and the largest budget to two digits."""
    torch, keras = night.columns

    assert night.rules == ("1.1", "1.2", "2.1")
    assert (torch.verdicts, torch.budgets) == ("FEd", (9.1e7, 0.7))
    assert (keras.verdicts, keras.budgets) == ("PUn", (0.4, 0.25))


@pytest.mark.parametrize("budget", [0.9999, 1.0001])
def test_a_budget_stays_on_its_side_of_the_bound(tmp_path: Path, budget: float) -> None:
    """However it is shortened."""
    (column, _) = night_of(report_of(tmp_path, a_check(rule="1.1", budget=budget, verdict="fail"))).columns

    assert column.budgets[0] == budget


def test_a_night_is_valid_and_reads_back(night: Night, tmp_path: Path) -> None:
    """As its schema says."""
    path = tmp_path / "night.json"
    path.write_text(night_text(night), "utf-8")

    assert read_night(path) == night
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("change", [{"schema_version": 2}, {"rules": None}, {"surprise": 1}, {"cells": {"a": "fine"}}])
def test_other_nights_are_not_valid(night: Night, change: dict[str, Any]) -> None:
    """The schema says no."""
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(json.loads(night_text(night)) | change)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"schema_version": 2}, WrongSchema, "expected schema version 1 of a night, got 2"),
        ({"surprise": 1}, BadRecord, "unknown: .'surprise'."),
        ({"rules": ["1.1"]}, BadRecord, "expected 1 verdicts and 2 budgets, got 3 and 2"),
    ],
)
def test_a_damaged_night_is_refused(
    night: Night, tmp_path: Path, change: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    """The sentence names the file and what is wrong with it."""
    path = tmp_path / "night.json"
    path.write_text(json.dumps(json.loads(night_text(night)) | change), "utf-8")

    with pytest.raises(error, match=f"night.json: .*{sentence}"):
        read_night(path)


@pytest.mark.parametrize("text", ["", "[]", "7", '{"kind": "header"}'])
def test_what_is_no_night_is_refused(tmp_path: Path, text: str) -> None:
    """Whatever it is."""
    path = tmp_path / "night.json"
    path.write_text(text, "utf-8")

    with pytest.raises((BadRecord, WrongSchema), match=r"night\.json: expected"):
        read_night(path)


def test_a_night_is_small() -> None:
    """Less than 100 kB for 21 cells with 110 rules, each with four implementations on two paths."""
    column = Column(
        cell="torch-latest-np1",
        implementation="keras.layers.Bidirectional",
        version="2.13.0, Python 3.11.7",
        path="jit_compile",
        verdicts="PpPpp" * 22,
        budgets=(0.38, 0.041) * 22,
    )
    rules = tuple(f"{chapter}.{rule}" for chapter in range(10) for rule in range(11))
    night = Night(
        suite_version="0.1.0",
        spec_version=1,
        started="2026-11-21T00:00:00Z",
        rules=rules,
        columns=(column,) * (21 * 4 * 2),
        cells={f"cell-{number}": "tested" for number in range(21)},
    )

    assert len(night_text(night)) < 100_000


def test_a_night_has_the_name_of_its_date(night: Night) -> None:
    """So that one that is made again is kept once; and what is no date is no name."""
    assert night.file_name == "2026-11-21.json"
    with pytest.raises(BadRecord, match="expected a night that began at a time"):
        _ = replace(night, started="../../etc/passwd").file_name


# When a rule broke


@pytest.mark.parametrize(
    ("letters", "now", "said"),
    [
        ("ppp", "fail", "newly fails"),
        ("...", "fail", "newly fails"),
        ("ppf", "fail", "fails since 2026-11-20"),
        ("pff", "error", "fails since 2026-11-19"),
        ("fpf", "fail", "fails since 2026-11-20"),
        ("p.f", "fail", "fails since 2026-11-20"),
        ("pf.", "fail", "fails since 2026-11-19"),
        ("pfn", "unstable", "fails since 2026-11-19"),
        ("eee", "fail", "fails since 2026-11-18 or longer"),
        (".ff", "fail", "fails since 2026-11-19 or longer"),
        ("fdp", "pass", "failed last on 2026-11-18"),
        ("ppp", "pass", "has not failed"),
    ],
)
def test_it_is_said_when_a_rule_broke(letters: str, now: Verdict, said: str) -> None:
    """A night that says nothing is no night in which it held: a cell may be tested once a week."""
    nights = tuple(f"2026-11-{day}T00:00:00Z" for day in (18, 19, 20))
    course = Course(rule="1.1", subject=TORCH, path="eager", letters=letters, now=now)

    assert History(nights=nights, courses={}).since(course) == said


def test_what_broke_last_comes_first() -> None:
    """Then what broke before; then what is mended. What never failed is left out."""
    ends: list[tuple[str, str, Verdict]] = [
        ("1", "fff", "fail"),
        ("2", "pfp", "pass"),
        ("3", "ppp", "fail"),
        ("4", "ppp", "pass"),
        ("5", "ppf", "fail"),
    ]
    courses = [Course(rule=rule, subject=TORCH, path="eager", letters=letters, now=now) for rule, letters, now in ends]
    found = History(nights=("a", "b", "c"), courses={(each.rule, TORCH, "eager"): each for each in courses})

    assert [course.rule for course in found.broken] == ["3", "5", "1", "2"]


def in_nights(folder: Path, *versions: str) -> tuple[list[Night], Report]:
    """Nights of one cell, in which a rule fails from the second on, and the report of the last one."""
    checks = [{"torch-latest": [a_check() if day == 0 else a_failure()]} for day in range(len(versions))]
    reports = [
        read([a_night(folder / str(day), {"torch-latest": version}, checks[day], day=day + 1)])
        for day, version in enumerate(versions)
    ]
    return [night_of(report) for report in reports[:-1]], reports[-1]


def test_a_cell_has_a_history_whatever_it_holds(tmp_path: Path) -> None:
    """The newest release is another one every few weeks."""
    earlier, report = in_nights(tmp_path, "2.13.0", "2.14.0", "2.15.0")

    ((key, course),) = history(report, earlier).courses.items()

    assert (key[1].version, course.letters, course.first) == ("2.15.0", "pf", 1)


def test_the_page_shows_the_nights(tmp_path: Path) -> None:
    """As a row of marks that can be read aloud, with the night in which it broke."""
    earlier, report = in_nights(tmp_path, "2.13.0", "2.14.0", "2.15.0")

    told = section(render(Story(report=report, history=history(report, earlier))), "nights")

    assert "2026-11-01: pass ✗ 2026-11-02: fail ✗ now: fail fails since 2026-11-02" in told


def test_the_cells_of_a_night_are_kept(tmp_path: Path) -> None:
    """Also those that were not tested."""
    lost = [a_cell("torch-2.0", outcome="install-failed")]

    night = night_of(read([a_night(tmp_path, {"torch-latest": "2.15.0"}, lost=lost)]))

    assert night.cells == {"torch-latest": "tested", "torch-2.0": "install-failed"}
