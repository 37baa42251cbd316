"""One night in one small file: of every rule, on every subject and path, the worst verdict and the largest budget used.

Nothing of a single check is in it, so that many nights can be kept, and read in an instant.
The JSON Schema of the file is `night.schema.json`, beside this file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_conformance.reports.records.cells import Outcome
from lstm_conformance.reports.records.combine import Report, Subject
from lstm_conformance.reports.records.errors import BadRecord, WrongSchema
from lstm_conformance.reports.records.results import Check, Verdict
from lstm_conformance.reports.records.serialize import from_plain, loads, shortened, to_plain
from lstm_conformance.reports.records.summary import Group, grouped

SCHEMA_VERSION = 1

DIGITS = 2
"""Of a budget."""

LETTERS: Mapping[Verdict, str] = {
    "pass": "p",
    "deviation": "d",
    "fail": "f",
    "error": "e",
    "unstable": "u",
    "not-run": "n",
}
ABSENT = "."


@dataclass(frozen=True, kw_only=True)
class Column:
    """What was found on one subject and path.

    `cell`: the name of the run, in a version matrix that of the cell. `verdicts`: a letter for each of the night's
    rules, in their order, a capital where a budget was measured. `budgets`: the largest used, one for each capital.
    """

    cell: str
    implementation: str
    version: str
    path: str
    verdicts: str
    budgets: tuple[float, ...]

    @property
    def subject(self) -> Subject:
        """The implementation in its version."""
        return Subject(self.implementation, self.version)


@dataclass(frozen=True, kw_only=True)
class Night:
    """A night. `cells`: how every cell of a version matrix ended."""

    schema_version: int = SCHEMA_VERSION
    suite_version: str
    spec_version: int
    started: str
    rules: tuple[str, ...]
    columns: tuple[Column, ...]
    cells: Mapping[str, Outcome]

    def __post_init__(self) -> None:
        for column in self.columns:
            measured = sum(letter.isupper() for letter in column.verdicts)
            if (len(column.verdicts), len(column.budgets)) != (len(self.rules), measured):
                raise BadRecord(
                    f"{column.subject} {column.path}: expected {len(self.rules)} verdicts and {measured} budgets, "
                    f"got {len(column.verdicts)} and {len(column.budgets)}"
                )

    @property
    def file_name(self) -> str:
        """The date, so that a night that is made again is kept once. Raises BadRecord for one without a date."""
        if not re.match(r"\d{4}-\d\d-\d\dT", self.started, re.ASCII):
            raise BadRecord(f"expected a night that began at a time in ISO 8601, got {self.started!r}; run it again")
        return f"{self.started[:10]}.json"

    @property
    def origins(self) -> dict[Subject, str]:
        """The name of the run that a subject was tested in."""
        return {column.subject: column.cell for column in self.columns}


def night_of(report: Report) -> Night:
    """What is kept of a report."""
    header = next(iter(report.runs.values())).header
    return Night(
        suite_version=header.suite_version,
        spec_version=header.spec_version,
        started=report.started,
        rules=tuple(report.rules),
        columns=tuple(_column(report, subject, path) for subject, path in report.columns),
        cells={cell.id: cell.outcome for cell in report.cells},
    )


def night_text(night: Night) -> str:
    """The text of the file."""
    return json.dumps(to_plain(night), separators=(",", ":")) + "\n"


def read_night(path: Path) -> Night:
    """Read the file of a night. Raises BadRecord, WrongSchema, OSError."""
    try:
        record: Any = loads(path.read_text("utf-8"))
        version = record.get("schema_version")
    except (ValueError, AttributeError) as error:
        raise BadRecord(f"{path}: expected a night, as `report --night` writes it, got something else") from error
    if version != SCHEMA_VERSION:
        raise WrongSchema(f"{path}: expected schema version {SCHEMA_VERSION} of a night, got {version!r}; remove it")
    try:
        night: Night = from_plain(Night, record)
    except BadRecord as error:
        raise BadRecord(f"{path}: {error}; was it edited? remove it") from error
    return night


def _column(report: Report, subject: Subject, path: str) -> Column:
    by_rule = grouped(_on(report.checks[subject], path), lambda check: (check.rule,))
    groups = [by_rule.get((rule,)) for rule in report.rules]
    budgets = [group.closest.budget for group in groups if group and group.closest]
    return Column(
        cell=report.origins[subject],
        implementation=subject.implementation,
        version=subject.version,
        path=path,
        verdicts="".join(_letter(group) for group in groups),
        budgets=tuple(shortened(budget, DIGITS) for budget in budgets if budget is not None),
    )


def _letter(group: Group | None) -> str:
    letter = LETTERS[group.worst] if group else ABSENT
    return letter.upper() if group and group.closest else letter


def _on(checks: Sequence[Check], path: str) -> list[Check]:
    return [check for check in checks if check.path == path]
