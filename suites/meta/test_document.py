"""The document of a report is valid, complete and small."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lstm_conformance.reports import changes
from lstm_conformance.reports.page import document as document_module
from lstm_conformance.reports.page.document import DETAILED, Story, document
from lstm_conformance.suites.meta.records import a_check, a_failure
from lstm_conformance.suites.meta.stories import COMPARISON, a_story, every_verdict, report_of

SCHEMA = json.loads(Path(document_module.__file__).with_name("document.schema.json").read_text("utf-8"))


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, Any]:
    """The document of a report with everything in it."""
    return document(a_story(tmp_path))


def test_documents_are_valid(tmp_path: Path, whole: dict[str, Any]) -> None:
    """With and without anything to compare with; and JSON holds them."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    alone = document(Story(report=report_of(tmp_path, *every_verdict())))

    assert [error.message for each in (whole, alone) for error in validator.iter_errors(each)] == []
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole


@pytest.mark.parametrize("change", [{"schema_version": 1}, {"surprise": 1}, {"checks": {}}])
def test_other_documents_are_not(whole: dict[str, Any], change: dict[str, Any]) -> None:
    """The schema says no."""
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(whole | change)


def test_every_check_can_be_read_back(tmp_path: Path) -> None:
    """Its id, its node id and its verdict are in the columns."""
    report = report_of(tmp_path, *every_verdict())
    content = document(Story(report=report))
    columns, values = content["checks"], content["values"]

    ids = [
        "/".join(
            [
                content["subjects"][columns["subject"][n]]["implementation"],
                *(values[name][columns[name][n]] for name in ("path", "rule", "configuration")),
                str(columns["case"][n]),
            ]
        )
        for n in range(report.total)
    ]
    verdicts = [content["verdicts"][number] for number in columns["verdict"]]

    checks = [check for each in report.checks.values() for check in each]
    assert ids == [check.id for check in checks]
    assert verdicts == [check.verdict for check in checks]
    assert {values["test"][number] for number in columns["test"]} == {check.nodeid for check in checks}


def test_a_node_id_is_kept_without_what_is_known(tmp_path: Path) -> None:
    """Ten thousands of tests differ in nothing else."""
    nodeid = "suites/test_01.py::test[torch.nn.LSTM/eager/T7-B3-I5-H4-float32]"

    assert document(Story(report=report_of(tmp_path, a_check(nodeid=nodeid))))["values"]["test"] == [
        "suites/test_01.py::test[]"
    ]


@pytest.mark.parametrize(
    ("budget", "kept"),
    [(None, None), (0.123456, 0.123), (0.99999, 0.99999), (1.0001, 1.0001), (1.0, 1.0), (2.3456789e15, 2.34568e15),
     (math.inf, "inf"), (math.nan, "nan")],
)  # fmt: skip
def test_budgets_are_kept_to_some_digits(tmp_path: Path, budget: float | None, kept: float | str | None) -> None:
    """None ends up on the other side of 1."""
    content = document(Story(report=report_of(tmp_path, a_check(budget=budget, verdict="fail"))))

    assert content["checks"]["budget"] == [kept]


def test_the_details_of_the_worst_are_kept(tmp_path: Path) -> None:
    """As many of each rule as there is room for, and at least one."""
    rules = [f"3.{n}" for n in range(DETAILED // 2)]
    checks = [a_failure(case, rule=rule, budget=2.0 + case) for rule in rules for case in range(3)]

    details = document(Story(report=report_of(tmp_path, *checks)))["details"]

    assert [int(number) % 3 for number in sorted(details, key=int)] == [1, 2] * len(rules)


def test_the_details_of_a_diagnosed_check_are_kept_first(tmp_path: Path) -> None:
    """It is the one that the page leads to, however large the budgets of others are."""
    diagnosed = a_failure(case=0, budget=2.0, detail={"diagnosis": {"sentence": "fits", "fits": []}})
    others = [a_failure(case=number, budget=1e6 + number) for number in range(1, DETAILED + 2)]
    content = document(Story(report=report_of(tmp_path, diagnosed, *others)))

    assert "0" in content["details"]
    assert len(content["details"]) == DETAILED


def test_the_details_of_steps_are_shortened(whole: dict[str, Any]) -> None:
    """Three digits draw the same curve."""
    (detail,) = [each for each in whole["details"].values() if "by_step" in each]

    assert detail == COMPARISON | {"by_step": [0.3, 7.5e6, 2.0, "inf"]}


def test_the_nights_before_are_letters(whole: dict[str, Any]) -> None:
    """One a night, by rule and column of the matrix: the worst; nothing where the rule has no check."""
    assert whole["history"] == {
        "nights": ["2026-11-20T00:00:00Z"],
        "letters": {"1.1": ["p", "p"], "1.2": ["f", "."], "2.1": [".", "."]},
    }


def test_the_changes_are_those_of_compare(whole: dict[str, Any]) -> None:
    """One shape, described once."""
    schema = json.loads((Path(changes.__file__).parent / "changes.schema.json").read_text("utf-8"))

    assert jsonschema.Draft202012Validator(schema).is_valid(whole["changes"])
    assert not jsonschema.Draft202012Validator(schema).is_valid(whole["changes"] | {"cells": None})
