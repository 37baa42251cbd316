"""The state of a run in one process: implementations in their hosts, subjects, and the records made."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from lstm_conformance.fixtures.cases import draw
from lstm_conformance.fixtures.hosts import Hello, Hosted, HostError, Implementation, InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.protocol import VERSION
from lstm_conformance.reports.results import Check
from lstm_conformance.suites.judge import Outcome, confirm, judge
from lstm_conformance.suites.planning import Plan, Planned
from lstm_conformance.suites.subject import Subject

REPEATS = 5
"""Failing items of one implementation and path that are repeated in a fresh host, which takes seconds to start."""


IS_CHECKOUT = Path(__file__).resolve().parent.parent.joinpath("pyproject.toml").is_file()
"""Node ids are relative to the checkout, where pytest is started; of an installed suite they would name its folder."""


@dataclass(kw_only=True)
class Session:
    """What the tests of a run share. Hosts are started when they are first needed."""

    plan: Plan
    deadline: float
    in_process: bool = False
    python: str = sys.executable
    hellos: dict[str, Hello] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    _implementations: dict[str, Implementation] = field(default_factory=dict)
    _subjects: dict[tuple[str, str], Subject] = field(default_factory=dict)
    _repeats: Counter[tuple[str, str]] = field(default_factory=Counter)

    def greet(self, wanted: tuple[str, ...]) -> None:
        """Start the wanted implementations (all that the suite brings, if none is named), and ask who they are."""
        started = dict(self._wanted(wanted))
        for implementation in started.values():
            if isinstance(implementation, Hosted):
                implementation.start()  # side by side: importing a framework takes seconds
        for name, implementation in started.items():
            try:
                hello = implementation.hello()
            except HostError as error:
                self.broken[name] = str(error)
                continue
            self.hellos[hello.implementation] = hello
            self._implementations[hello.implementation] = implementation

    def adopt(self, handed_over: str) -> None:
        """Take over from the controlling process who the implementations are, without starting them."""
        for wanted, fields in json.loads(handed_over).items():
            hello = Hello.from_header(fields, wanted)
            self.hellos[hello.implementation] = hello
            self._implementations[hello.implementation] = self._implementation(wanted)

    def handed_over(self) -> str:
        """What `adopt` takes: the answer to hello of every implementation, under the name it was wanted by."""
        hellos = {each.name: asdict(self.hellos[name]) for name, each in self._implementations.items()}
        return json.dumps({name: {"protocol": VERSION, **fields} for name, fields in hellos.items()})

    def command(self, name: str) -> tuple[str, ...]:
        """The words of the command line that tests an implementation as it was tested here."""
        program = ("python", "-m", "pytest") if IS_CHECKOUT else ("lstm-conformance", "test")
        wanted = self._implementations[name].name
        options = [] if wanted == name else ["--implementation", wanted]
        options += [] if self.python == sys.executable else ["--python", self.python]
        return (*program, *options)

    def perform(self, planned: Planned, nodeid: str) -> list[Check]:
        """Run one item: a record for every case."""
        started = time.perf_counter()
        outcomes = self._judged(planned)
        seconds = (time.perf_counter() - started) / len(outcomes)
        return [_record(planned, outcome, nodeid, seconds) for outcome in outcomes]

    def close(self) -> None:
        """End all hosts."""
        for implementation in self._implementations.values():
            implementation.close()

    def _judged(self, planned: Planned) -> list[Outcome]:
        subject = self._subject(planned.implementation, planned.path)
        cases = draw(planned.configuration, planned.numbers, biases=subject.layout.biases)
        outcomes = judge(planned.check, subject, cases)
        where = (planned.implementation, planned.path)
        if any(outcome.verdict == "fail" for outcome in outcomes) and self._repeats[where] < REPEATS:
            self._repeats[where] += 1
            return confirm(planned.check, subject, cases, outcomes)
        return outcomes

    def _subject(self, name: str, path: str) -> Subject:
        if (name, path) not in self._subjects:
            subject = Subject(self._implementations[name], self.hellos[name], path, self.deadline)
            self._subjects[name, path] = subject
        return self._subjects[name, path]

    def _wanted(self, wanted: tuple[str, ...]) -> Iterator[tuple[str, Implementation]]:
        for name in wanted or tuple(IMPLEMENTATIONS):
            reason = None if self.python != sys.executable else _why_absent(name)
            if reason is None:
                yield name, self._implementation(name)
            elif wanted:
                raise pytest.UsageError(f"--implementation {name}: {reason}")
            else:
                self.absent[name] = reason

    def _implementation(self, name: str) -> Implementation:
        spec = IMPLEMENTATIONS[name].spec if name in IMPLEMENTATIONS else name
        return InProcess(spec, name=name) if self.in_process else Hosted(spec, python=self.python, name=name)


def _why_absent(name: str) -> str | None:
    """Why an implementation cannot be run by this Python, which is asked without importing anything."""
    if name not in IMPLEMENTATIONS:
        return None
    missing = [package for package in IMPLEMENTATIONS[name].packages if find_spec(package) is None]
    return f"{', '.join(missing)} is not installed" if missing else None


def _record(planned: Planned, outcome: Outcome, nodeid: str, seconds: float) -> Check:
    return Check(
        implementation=planned.implementation,
        path=planned.path,
        rule=planned.check.rule,
        configuration=str(planned.configuration),
        case=outcome.case,
        nodeid=nodeid,
        verdict=outcome.verdict,
        budget=outcome.budget,
        measure=outcome.measure,
        message=outcome.message,
        detail=outcome.detail,
        seconds=seconds,
    )
