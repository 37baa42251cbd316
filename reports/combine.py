"""Several results files as one report: one file for each environment, and an implementation may come in many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lstm_conformance.reports.errors import InconsistentRuns
from lstm_conformance.reports.files import Results
from lstm_conformance.reports.results import RED, Check, Deviation, Environment, Header, Rule
from lstm_conformance.reports.summary import numbers_in

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
    """The runs, and what they found for every subject, the checks in the order of the files."""

    runs: tuple[Results, ...]
    environments: Mapping[Subject, Environment]
    checks: Mapping[Subject, tuple[Check, ...]]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many checks there are of each verdict."""
        return sum((Counter(run.footer.counts) for run in self.runs), Counter())

    @property
    def total(self) -> int:
        """How many checks have a record."""
        return sum(run.footer.total for run in self.runs)

    @property
    def planned(self) -> int:
        """How many checks were planned."""
        return sum(run.footer.planned for run in self.runs)

    @property
    def red(self) -> bool:
        """Whether any run is red; see Results.red."""
        return any(run.red for run in self.runs) or bool(self.problems)

    @property
    def problems(self) -> list[str]:
        """What makes a run red whatever its checks say."""
        return [problem for run in self.runs for problem in run.header.problems]

    @property
    def controls(self) -> dict[str, str | None]:
        """The wrong LSTMs that were tested first, each with the rule that caught it; None if one was not caught."""
        found: dict[str, str | None] = {}
        for run in self.runs:
            found |= {name: rule for name, rule in run.header.controls.items() if rule is None or name not in found}
        return found

    @property
    def started(self) -> str:
        """When the last run began: ISO 8601, UTC."""
        return max(run.header.started for run in self.runs)

    @property
    def failing(self) -> list[Subject]:
        """The subjects with a red check."""
        return [subject for subject, checks in self.checks.items() if any(check.verdict in RED for check in checks)]

    @property
    def columns(self) -> list[tuple[Subject, str]]:
        """Every subject on every path that was announced or checked: a hole must be seen."""
        announced = [(subject, path) for subject, each in self.environments.items() for path in each.paths]
        found = [(subject, check.path) for subject, checks in self.checks.items() for check in checks]
        order = {subject: n for n, subject in enumerate(self.checks)}
        return sorted(dict.fromkeys(announced + found), key=lambda column: order[column[0]])

    @cached_property
    def rules(self) -> dict[str, Rule | None]:
        """Every rule that was announced or checked, 2.10 after 2.9; None where no run tells its text."""
        told = {number: rule for run in self.runs for number, rule in run.header.rules.items()}
        found = {check.rule for checks in self.checks.values() for check in checks}
        return {number: told.get(number) for number in sorted(found | set(told), key=numbers_in)}

    @property
    def chapters(self) -> dict[str, str]:
        """The titles of the chapters of rules, by number."""
        return {number: title for run in self.runs for number, title in run.header.chapters.items()}

    @property
    def deviations(self) -> dict[str, Deviation]:
        """The recorded deviations, by id."""
        return {name: entry for run in self.runs for name, entry in run.header.deviations.items()}

    @property
    def not_installed(self) -> dict[str, str]:
        """The implementations that no run could start, with the reason."""
        absent = {name: reason for run in self.runs for name, reason in run.header.not_installed.items()}
        present = {subject.implementation for subject in self.checks}
        return {name: reason for name, reason in absent.items() if name not in present}

    def header(self, subject: Subject) -> Header:
        """The header of the run that a subject was tested in."""
        environment = self.environments.get(subject)
        return next((run.header for run in self.runs if environment in run.header.environments), self.runs[0].header)


def combine(runs: Mapping[str, Results]) -> Report:
    """Make one report of runs, each under the name of its file; at least one.

    Raises InconsistentRuns when they were made by other rules or numbers, or two of them test the same thing.
    """
    _verify(runs)
    environments: dict[Subject, Environment] = {}
    checks: dict[Subject, tuple[Check, ...]] = {}
    everything = [each for run in runs.values() for each in run.header.environments]
    for name, run in runs.items():
        for implementation, found in _by_implementation(run):
            environment = _environment(run, implementation)
            subject = Subject(implementation, _version(environment, everything))
            if subject in checks:
                raise InconsistentRuns(f"{name}: {subject} is in another file as well; name the files of one run only")
            checks[subject] = tuple(found)
            if environment:
                environments[subject] = environment
    return Report(runs=tuple(runs.values()), environments=environments, checks=checks)


def _verify(runs: Mapping[str, Results]) -> None:
    (first_name, first), *others = runs.items()
    for name, run in others:
        for field in SAME:
            expected, came = getattr(first.header, field), getattr(run.header, field)
            if expected != came:
                what = field.replace("_", " ")
                raise InconsistentRuns(
                    f"{name}: expected the {what} {expected} of {first_name}, got {came}; "
                    "one report is made of runs with the same rules and numbers: run again"
                )


def _by_implementation(run: Results) -> Iterator[tuple[str, list[Check]]]:
    """The checks of every implementation that the run announced or checked."""
    found: dict[str, list[Check]] = {each.implementation: [] for each in run.header.environments}
    for check in run.checks:
        found.setdefault(check.implementation, []).append(check)
    yield from found.items()


def _environment(run: Results, implementation: str) -> Environment | None:
    return next((each for each in run.header.environments if each.implementation == implementation), None)


def _version(environment: Environment | None, everything: Sequence[Environment]) -> str:
    """The shortest label that no other environment of the implementation has: version, then Python, then device."""
    if environment is None:
        return ""
    rivals = [each for each in everything if each.implementation == environment.implementation]
    label = ""
    for words in (1, 2, 3):
        label = _label(environment, words)
        if [_label(each, words) for each in rivals].count(label) == 1:
            break
    return label


def _label(environment: Environment, words: int) -> str:
    version = next(iter(environment.packages.values()), "")
    return ", ".join([version, f"Python {environment.python}", environment.device][:words])
