"""A results file is read only when it is consistent: one way to damage a file for each error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.records.errors import (
    BadRecord,
    CountMismatch,
    DigestMismatch,
    DuplicateCheck,
    NotResults,
    ResultsError,
    Truncated,
    UnknownVerdict,
    WrongSchema,
)
from lstm_conformance.reports.records.files import Results
from lstm_conformance.suites.meta.records import a_check, a_failure, written

Damage = Callable[[list[str]], list[str]]


def altered(number: int, **changes: Any) -> Damage:
    """Change fields of one line."""

    def damage(lines: list[str]) -> list[str]:
        lines[number] = json.dumps(json.loads(lines[number]) | changes)
        return lines

    return damage


def without(number: int, field: str) -> Damage:
    """Drop one field of one line."""

    def damage(lines: list[str]) -> list[str]:
        lines[number] = json.dumps({key: value for key, value in json.loads(lines[number]).items() if key != field})
        return lines

    return damage


DAMAGES: dict[str, tuple[Damage, type[ResultsError], str]] = {
    "empty": (lambda _: [], NotResults, "line 1 is no JSON"),
    "html": (lambda _: ["<!doctype html>"], NotResults, "line 1 is no JSON"),
    "bytes": (lambda _: ["\udcff\udcfe"], NotResults, "line 1 is no JSON"),
    "headless": (lambda lines: lines[1:], NotResults, "line 1 is none"),
    "list": (lambda lines: ["[]", *lines[1:]], NotResults, "line 1 is none"),
    "schema": (altered(0, schema_version=1), WrongSchema, "expected schema version 3, got 1; read it with lstm-conf"),
    "header only": (lambda lines: lines[:1], Truncated, "last complete line is line 1"),
    "no footer": (lambda lines: lines[:-1], Truncated, "last complete line is line 3"),
    "cut": (lambda lines: [*lines[:2], lines[2][:50]], Truncated, "last complete line is line 2"),
    "garbage": (lambda lines: [lines[0], "?", *lines[2:]], BadRecord, "line 2: expected a JSON object"),
    "number": (lambda lines: [lines[0], "17", *lines[2:]], BadRecord, "line 2: expected a JSON object, got int"),
    "deep": (lambda lines: [lines[0], "[" * 100_000, *lines[2:]], BadRecord, "line 2: .* nested too deeply"),
    "deep header": (lambda _: ["[" * 100_000], NotResults, "line 1 is no JSON: it is nested too deeply"),
    "two headers": (lambda lines: [lines[0], *lines], BadRecord, "line 2: expected a record of kind 'check'"),
    "lacking": (without(1, "nodeid"), BadRecord, r"line 2: .* lacking: \['nodeid'\]"),
    "unknown": (altered(1, extra=1), BadRecord, r"line 2: .* unknown: \['extra'\]"),
    "other id": (altered(1, id="a/b/c/d/0"), BadRecord, "line 2: expected the id"),
    "no number": (altered(1, budget="much"), BadRecord, "line 2: field 'budget': expected float, got 'much'"),
    "truth": (altered(1, case=True), BadRecord, "line 2: field 'case': expected int, got True"),
    "packages": (altered(0, not_installed={"a": 1}), BadRecord, "field 'not_installed.a': expected str, got 1"),
    "nested": (altered(0, machine={"cpu": "x"}), BadRecord, r"Machine; lacking: \['cores', 'platform'\]"),
    "no object": (altered(0, machine="x"), BadRecord, "line 1: expected the fields of Machine"),
    "verdict": (altered(1, verdict="passed"), UnknownVerdict, "line 2: .* got 'passed'"),
    "twice": (lambda lines: [*lines[:2], *lines[1:]], DuplicateCheck, "got two for 'torch.nn.LSTM/eager/2.1"),
    "vanished": (lambda lines: [lines[0], *lines[2:]], CountMismatch, "counts 2 checks, .* holds 1"),
    "recount": (altered(1, verdict="fail"), CountMismatch, "counts 2 checks"),
    "exchanged": (
        lambda lines: altered(1, verdict="fail")(altered(2, verdict="pass", budget=0.5)(lines)),
        DigestMismatch,
        "expected the digest",
    ),
    "another budget": (altered(1, budget=0.125), DigestMismatch, "expected the lines that were written"),
    "another message": (altered(2, message="fine"), DigestMismatch, "expected the lines that were written"),
    "another commit": (altered(0, suite_commit="0" * 40), DigestMismatch, "expected the lines that were written"),
    "beyond the bound": (altered(1, budget=1e9), BadRecord, "line 2: expected a check that passes to use at most"),
    "nan": (altered(1, budget="nan"), BadRecord, "line 2: expected a check that passes to use at most"),
    "below nothing": (altered(2, budget=-1.0), BadRecord, "line 3: expected a check that passes to use at most"),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the damaged file goes."""
    return tmp_path / "results.jsonl"


@pytest.fixture
def intact(path: Path) -> list[str]:
    """Return the lines of a file with a pass and a failure."""
    return written(path, a_check(0), a_failure(1)).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_refused(path: Path, intact: list[str], name: str) -> None:
    """Each kind of damage has its error, which says where it is."""
    damage, error, message = DAMAGES[name]
    path.write_text("\n".join(damage(intact)) + "\n", encoding="utf-8", errors="surrogateescape")

    with pytest.raises(error, match=message) as caught:
        Results.read(path)

    assert type(caught.value) is error


def test_an_untouched_file_is_read(path: Path, intact: list[str]) -> None:
    """The same writing without damage is accepted, a lost last line break as well."""
    path.write_text("\n".join(intact), encoding="utf-8")

    assert Results.read(path).footer.total == 2
