"""Several results files as one report: one file for each environment, and an implementation may come in many.

The name of a file is that of the environment, its cell in the version matrix: `torch-2.6.jsonl`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lstm_conformance.reports.records.cells import CellResult, without_results
from lstm_conformance.reports.records.errors import InconsistentRuns
from lstm_conformance.reports.records.files import Results
from lstm_conformance.reports.records.results import RED, Cause, Check, Deviation, Environment, Header, Rule
from lstm_conformance.reports.records.summary import numbers_in
from lstm_conformance.reports.records.versions import label, precedence

SAME = ("suite_version", "spec_version", "base_seed")
"""What the runs of one report have in common: else equal ids of checks would not mean equal checks."""


@dataclass(frozen=True, order=True)
class Subject:
    """An implementation in one environment; `version` tells it from the others of its name."""

    implementation: str
    version: str

    def __str__(self) -> str:
        return f"{self.implementation} {self.version}".strip()


@dataclass(frozen=True, kw_only=True)
class Report:
    """The runs by their names, and what they found for every subject: the versions of an implementation in a row.

    `origins`: the name of the run that a subject was tested in. `cells`: how the cells of a version matrix ended; none
    where the runs are no matrix.
    """

    runs: Mapping[str, Results]
    environments: Mapping[Subject, Environment]
    checks: Mapping[Subject, tuple[Check, ...]]
    origins: Mapping[Subject, str]
    cells: tuple[CellResult, ...] = ()

    @cached_property
    def counts(self) -> Counter[str]:
        """How many checks there are of each verdict."""
        return sum((Counter(run.footer.counts) for run in self.runs.values()), Counter())

    @property
    def total(self) -> int:
        """How many checks have a record."""
        return sum(run.footer.total for run in self.runs.values())

    @property
    def planned(self) -> int:
        """How many checks were planned."""
        return sum(run.footer.planned for run in self.runs.values())

    @property
    def interrupted(self) -> int:
        """How many checks were not made because a run ended before them."""
        return sum(run.interrupted for run in self.runs.values())

    @property
    def red(self) -> bool:
        """Whether any run is red, see Results.red, or a cell was not tested; of a matrix, only what is supported."""
        return any(run.red for run in self._blocking.values()) or any(cell.blocks for cell in self.untested)

    @property
    def untested(self) -> list[CellResult]:
        """The cells without results."""
        return [cell for cell in self.cells if not cell.tested]

    def cell(self, subject: Subject) -> CellResult | None:
        """The cell that a subject was tested in, if the runs are a matrix."""
        return next((cell for cell in self.cells if cell.id == self.origins[subject]), None)

    @property
    def problems(self) -> list[str]:
        """What makes a run red whatever its checks say; of a matrix, in which cell, and only what is supported."""
        pairs = [(name, problem) for name, run in self._blocking.items() for problem in run.header.problems]
        return [f"{name}: {problem}" if self.cells else problem for name, problem in pairs]

    @property
    def _blocking(self) -> dict[str, Results]:
        informing = {cell.id for cell in self.cells if not cell.blocks}
        return {name: run for name, run in self.runs.items() if name not in informing}

    @property
    def controls(self) -> dict[str, str | None]:
        """The wrong LSTMs that were tested first, each with the rule that caught it; None if one was not caught."""
        caught: dict[str, str | None] = {}
        for run in self.runs.values():
            caught |= {name: rule for name, rule in run.header.controls.items() if rule is None or name not in caught}
        return caught

    @property
    def started(self) -> str:
        """When the last run began: ISO 8601, UTC."""
        return max(run.header.started for run in self.runs.values())

    @property
    def failing(self) -> list[Subject]:
        """The subjects with a red check."""
        return [subject for subject, checks in self.checks.items() if any(check.verdict in RED for check in checks)]

    @property
    def columns(self) -> list[tuple[Subject, str]]:
        """Every subject on every path that was announced or checked: a hole must be seen."""
        announced = [
            (subject, path) for subject, environment in self.environments.items() for path in environment.paths
        ]
        checked = [(subject, check.path) for subject, checks in self.checks.items() for check in checks]
        order = {subject: n for n, subject in enumerate(self.checks)}
        return sorted(dict.fromkeys(announced + checked), key=lambda column: order[column[0]])

    @cached_property
    def rules(self) -> dict[str, Rule | None]:
        """Every rule that was announced or checked, 2.10 after 2.9; None where no run tells its text."""
        told = {number: rule for run in self.runs.values() for number, rule in run.header.rules.items()}
        numbers = {check.rule for checks in self.checks.values() for check in checks}
        return {number: told.get(number) for number in sorted(numbers | set(told), key=numbers_in)}

    @property
    def chapters(self) -> dict[str, str]:
        """The titles of the chapters of rules, by number."""
        return {number: title for run in self.runs.values() for number, title in run.header.chapters.items()}

    @property
    def deviations(self) -> dict[str, Deviation]:
        """The recorded deviations, by id."""
        return {name: entry for run in self.runs.values() for name, entry in run.header.deviations.items()}

    @property
    def causes(self) -> dict[str, Cause]:
        """The causes of recorded deviations, by id."""
        return {name: cause for run in self.runs.values() for name, cause in run.header.causes.items()}

    @property
    def not_installed(self) -> dict[str, str]:
        """The implementations that no run could start, with the reason."""
        absent = {name: reason for run in self.runs.values() for name, reason in run.header.not_installed.items()}
        present = {subject.implementation for subject in self.checks}
        return {name: reason for name, reason in absent.items() if name not in present}

    def header(self, subject: Subject) -> Header:
        """The header of the run that a subject was tested in."""
        return self.runs[self.origins[subject]].header


def combine(runs: Mapping[str, Results], cells: Sequence[CellResult] = ()) -> Report:
    """Make one report of runs, each under the name of its file; at least one.

    Raises InconsistentRuns when they were made by other rules or numbers, or two files hold the same run.
    """
    _verify(runs)
    names = _names(runs)
    environments: dict[Subject, Environment] = {}
    checks: dict[Subject, tuple[Check, ...]] = {}
    origins: dict[Subject, str] = {}
    everything = {name: run.header.environments for name, run in names.items()}
    for name, run in names.items():
        for implementation, members in _by_implementation(run):
            environment = _environment(run, implementation)
            subject = Subject(implementation, label(name, environment, everything))
            checks[subject], origins[subject] = tuple(members), name
            if environment:
                environments[subject] = environment
    order = _in_order(checks)
    return Report(
        runs=names,
        environments={subject: environments[subject] for subject in order if subject in environments},
        checks={subject: checks[subject] for subject in order},
        origins=origins,
        cells=tuple(cell if cell.id in names or not cell.tested else without_results(cell) for cell in cells),
    )


def _in_order(subjects: Mapping[Subject, object]) -> list[Subject]:
    """By implementation, in the order in which they first come, each by version."""
    first = list(dict.fromkeys(subject.implementation for subject in subjects))
    return sorted(subjects, key=lambda subject: (first.index(subject.implementation), precedence(subject.version)))


def _verify(runs: Mapping[str, Results]) -> None:
    (first_name, first), *others = runs.items()
    seen = {_identity(first): first_name}
    for name, run in others:
        for field in SAME:
            expected, came = getattr(first.header, field), getattr(run.header, field)
            if expected != came:
                what = field.replace("_", " ")
                raise InconsistentRuns(
                    f"{name}: expected the {what} {expected} of {first_name}, got {came}; "
                    "one report is made of runs with the same rules and numbers: run again"
                )
        twin = seen.setdefault(_identity(run), name)
        if twin != name:
            raise InconsistentRuns(f"{name}: expected another run than that of {twin}, got the same; name it once")


def _identity(run: Results) -> str:
    return repr((run.header.started, run.header.environments, run.footer.digest, run.footer.seconds))


def _names(runs: Mapping[str, Results]) -> dict[str, Results]:
    """The runs by the names of their files without folder and suffix, or, where two are equal, as they were."""
    stems = {Path(name).stem: run for name, run in runs.items()}
    return stems if len(stems) == len(runs) else dict(runs)


def _by_implementation(run: Results) -> Iterator[tuple[str, list[Check]]]:
    """The checks of every implementation that the run announced or checked."""
    checks: dict[str, list[Check]] = {environment.implementation: [] for environment in run.header.environments}
    for check in run.checks:
        checks.setdefault(check.implementation, []).append(check)
    yield from checks.items()


def _environment(run: Results, implementation: str) -> Environment | None:
    return next(
        (environment for environment in run.header.environments if environment.implementation == implementation), None
    )
