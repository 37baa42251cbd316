"""The state of a run in one process: implementations in their hosts, subjects, and the records made."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from lstm_conformance.fixtures.hosting.client import AdapterError, Hello, Hosted, HostError, Implementation
from lstm_conformance.fixtures.implementations import entry_of, unnamed
from lstm_conformance.fixtures.implementations.adapter import NoDevice
from lstm_conformance.reports.records.results import KERNELS, RED, Check
from lstm_conformance.suites.harness.explain.deviations import Deviations, held_against
from lstm_conformance.suites.harness.explain.diagnosing import Diagnoses
from lstm_conformance.suites.harness.explain.shrinking import Reductions
from lstm_conformance.suites.harness.judge.expectations import Expectations
from lstm_conformance.suites.harness.judge.judge import Outcome, confirm, judge
from lstm_conformance.suites.harness.judge.memory import Memory
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.case_cache import Drawn
from lstm_conformance.suites.harness.plan.planning import Plan, Planned, Where
from lstm_conformance.suites.harness.run.brevity import Brevity
from lstm_conformance.suites.harness.run.candidates import BY_NAME, STARTING, Candidate, stand_in, unusable
from lstm_conformance.suites.harness.run.kernels import kernels
from lstm_conformance.suites.harness.run.once import Once
from lstm_conformance.suites.harness.run.refusing import refused
from lstm_conformance.suites.harness.run.resuming import Kept

REPEATS = 5
"""Failing items of one implementation and path that are repeated in a fresh host, which takes seconds to start."""

SMOKED = "smoke failed: "
"""How the message begins of what is not asked because the smoke check failed."""

DEADLINE = 120.0
"""Seconds that a host may take for one request, unless another number is given."""


@dataclass(kw_only=True)
class Session:
    """What the tests of a run share. Hosts are started when they are first needed.

    `program`: the words that start the suite, for reproductions.
    `smoked`: where something is red, or will be, if the smoke check fails.
    `brief`: verdicts and budgets are all that is wanted.
    `threads`: on how many a host may compute.
    """

    plan: Plan
    deadline: float = DEADLINE
    in_process: bool = False
    threads: int = 1
    brief: bool = False
    once: Once = field(default_factory=Once)
    kept: Kept = field(default_factory=Kept)
    python: str = sys.executable
    program: tuple[str, ...] = ("lstm-conformance", "test")
    hellos: dict[str, Hello] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    smoked: set[Where] = field(default_factory=set)
    deviations: Deviations = field(default_factory=Deviations)
    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    reductions: Reductions = field(default_factory=Reductions)
    _candidates: dict[str, Candidate] = field(default_factory=dict)
    _implementations: dict[str, Implementation] = field(default_factory=dict)
    _subjects: dict[Where, Subject] = field(default_factory=dict)
    _memory: Memory = field(default_factory=Memory)
    _expectations: Expectations = field(default_factory=Expectations)
    _left: Counter[str] = field(default_factory=Counter)
    _smoke: dict[Where, Outcome] = field(default_factory=dict)
    _first: dict[Where, Planned] = field(default_factory=dict)
    _drawn: Drawn = field(default_factory=Drawn)
    _brevity: Brevity = field(default_factory=Brevity)
    _repeats: Counter[Where] = field(default_factory=Counter)

    def greet(self, wanted: Sequence[Candidate]) -> None:
        """Start the wanted implementations (all that the suite brings, if none is named), and ask who they are.

        Raises pytest.UsageError for one that is not there at all; one that does not answer as it should is broken.
        """
        with ExitStack() as started:
            implementations = self._started(wanted, started)
            for candidate, implementation in implementations.items():
                self._greet(candidate, implementation, named=bool(wanted))
            started.pop_all()

    def adopt(self, handed_over: str) -> None:
        """Take over from the controlling process who the implementations are, without starting them."""
        for option, value, fields, reason in json.loads(handed_over):
            candidate = Candidate(option, value)
            self._register(candidate, self._implementation(candidate), Hello.from_header(fields, value), reason)

    def handed_over(self) -> str:
        """What `adopt` takes: of every implementation how it was named, its answer to hello, why it is broken."""
        hellos = {name: hello.to_header() for name, hello in self.hellos.items()}
        return json.dumps([(*self._candidates[name], hello, self.broken.get(name)) for name, hello in hellos.items()])

    def mutants(self) -> dict[str, str]:
        """The implementations that are wrong LSTMs, and their names in the catalogue."""
        named = {name: candidate.mutant for name, candidate in self._candidates.items()}
        return {name: mutant for name, mutant in named.items() if mutant is not None}

    def command(self, name: str) -> tuple[str, ...]:
        """The words of the command line that tests an implementation as it was tested here."""
        candidate = self._candidates[name]
        options = [] if candidate == (BY_NAME, name) and entry_of(name) else list(candidate)
        options += [] if self.python == sys.executable else ["--python", self.python]
        options += [] if self.deadline == DEADLINE else ["--deadline", f"{self.deadline:g}"]
        options += ["--in-process"] if self.in_process else []
        options += [] if self.threads == 1 else ["--threads", str(self.threads)]
        options += [word for file in self.deviations.files for word in ("--deviations", file)]
        return (*self.program, *options)

    def perform(self, planned: Planned, nodeid: str) -> list[Check]:
        """Run one item: a record for every case; what an earlier run had judged is not asked again."""
        kept = self.kept.of(planned)
        if len(kept) == len(planned.numbers):
            return self._recalled(planned, list(kept.values()))
        started = time.perf_counter()
        outcomes = [self._brevity.shortened(planned.implementation, outcome) for outcome in self._outcomes(planned)]
        seconds = (time.perf_counter() - started) / len(outcomes)
        return [kept.get(outcome.case) or _record(planned, outcome, nodeid, seconds) for outcome in outcomes]

    def expect(self, items: Iterable[Collection[str]]) -> None:
        """Count the items of each implementation, from the names of those that each item asks."""
        self._left.update(name for names in items for name in names)

    def select(self, planned: Iterable[Planned]) -> None:
        """Find out what would be red in the place of a smoke check, whichever worker asks it."""
        for item in planned:
            where = (item.implementation, item.path)
            if item.check.rule == smoke.RULE:
                self.smoked.add(where)
            elif len(self.kept.of(item)) < len(item.numbers):
                self._first.setdefault(where, item)

    def done(self, names: Collection[str]) -> None:
        """An item has asked these implementations; with its last item, everything of an implementation is let go."""
        self._left.subtract(names)
        for name in names:
            if self._left[name] == 0:
                self._let_go(name)

    def stillborn(self) -> list[Check]:
        """The smoke checks of implementations that did not start, for a run that has selected none of them."""
        return [self.perform(self.plan.smoke(name, self.hellos[name].on(STARTING)), "")[0] for name in self.broken]

    def covers(self, check: Check) -> bool:
        """Whether a recorded deviation is about a check."""
        hello = self.hellos[check.implementation]
        return bool(self.deviations.of(hello, check.path, check.rule, check.configuration))

    def close(self) -> None:
        """End all hosts."""
        for implementation in self._implementations.values():
            implementation.close()

    def _recalled(self, planned: Planned, kept: list[Check]) -> list[Check]:
        """What was judged before decides, as if it had been now, what is asked next."""
        self.once.saw(planned, [Outcome(case=check.case, verdict=check.verdict, budget=check.budget) for check in kept])
        if any((check.message or "").startswith(SMOKED) for check in kept):
            self.smoked.add((planned.implementation, planned.path))
        return kept

    def _outcomes(self, planned: Planned) -> list[Outcome]:
        """The smoke check comes first, whatever is selected; where it fails, nothing else is asked."""
        where = (planned.implementation, planned.path)
        if where not in self._smoke:
            self._smoke[where] = self._smoke_outcome(*where)
        smoked = self._smoke[where]
        if planned.check.rule == smoke.RULE:
            return [smoked]
        if smoked.verdict != "pass":
            return self._not_asked(planned, smoked)
        if self.once.is_enough(planned):
            return self.once.spared(planned)
        outcomes = self._judged(planned)
        self.once.saw(planned, outcomes)
        return outcomes

    def _smoke_outcome(self, name: str, path: str) -> Outcome:
        planned = self.plan.smoke(name, self.hellos[name].on(path))
        if name in self.broken:
            return _broken(planned.numbers[0], self.broken[name])
        outcome = self._judged(planned)[0]
        if outcome.verdict != "pass" or self.brief:
            return outcome
        shown = kernels(self._subject(name, path), self.hellos[name].on(path))
        return replace(outcome, detail={KERNELS: shown}) if shown else outcome

    def _not_asked(self, planned: Planned, smoked: Outcome) -> list[Outcome]:
        """Not run; but where the smoke check itself is not selected, the first check is red in its place."""
        where = (planned.implementation, planned.path)
        message = f"{SMOKED}{smoked.message}"
        outcomes = [Outcome(case=case, verdict="not-run", message=message) for case in planned.numbers]
        if smoked.verdict in RED and where not in self.smoked and self._first.get(where, planned) == planned:
            outcomes[0] = replace(outcomes[0], verdict="error")
            self.smoked.add(where)
        return outcomes

    def _judged(self, planned: Planned) -> list[Outcome]:
        subject = self._subject(planned.implementation, planned.path)
        if planned.model is not None:
            subject = replace(subject, model=self._subject(*planned.model))
        recorded = self.deviations.of(subject.hello, planned.path, planned.check.rule, str(planned.configuration))
        numbers = self.plan.numbers_beside(planned) if recorded else planned.numbers
        cases = self._drawn.cases(planned.configuration, numbers, subject.layout.biases)
        outcomes = judge(planned.check, subject, cases, brief=self.brief)
        if recorded:  # what is known is not repeated in a fresh host
            return [outcome for outcome in held_against(recorded, outcomes) if outcome.case in planned.numbers]
        if self.brief:
            return outcomes
        where = (planned.implementation, planned.path)
        if any(outcome.verdict == "fail" for outcome in outcomes) and self._repeats[where] < REPEATS:
            self._repeats[where] += 1
            outcomes = confirm(planned.check, subject, cases, outcomes)
        outcomes = self.diagnoses.added(planned, subject, cases, outcomes)
        return self.reductions.added(planned, subject, outcomes)

    def _subject(self, name: str, path: str) -> Subject:
        if (name, path) not in self._subjects:
            subject = Subject(self._implementations[name], self.hellos[name], path, self.deadline)
            shared = replace(subject, memory=self._memory, expectations=self._expectations)
            self._subjects[name, path] = shared
        return self._subjects[name, path]

    def _let_go(self, name: str) -> None:
        """End the host, and keep nothing of what it has answered. If it is asked again, all begins anew."""
        self._implementations[name].close()
        for where in [where for where in self._subjects if where[0] == name]:
            self._memory.forget(self._subjects.pop(where).where)

    def _started(self, wanted: Sequence[Candidate], closing: ExitStack) -> dict[Candidate, Implementation]:
        """The implementations, starting side by side, because importing a framework takes seconds."""
        started = {}
        for candidate in dict.fromkeys(wanted or [Candidate(BY_NAME, name) for name in unnamed()]):
            reason = candidate.missing() if self.python == sys.executable else None
            if reason is None:
                started[candidate] = self._start(candidate)
                closing.callback(started[candidate].close)
            elif wanted:
                raise refused(f"{candidate}: {reason}")
            else:
                self.absent[candidate.value] = reason
        return started

    def _start(self, candidate: Candidate) -> Implementation:
        try:
            implementation = self._implementation(candidate)
            if isinstance(implementation, Hosted):
                implementation.start()
        except (HostError, ValueError) as error:
            raise refused(f"{candidate}: {error}") from None
        return implementation

    def _greet(self, candidate: Candidate, implementation: Implementation, *, named: bool) -> None:
        try:
            hello = implementation.hello()
        except HostError as error:
            if isinstance(error, AdapterError) and error.type == "SpecError":
                raise refused(f"{candidate}: {error.message}") from None
            if isinstance(error, AdapterError) and error.type == NoDevice.__name__:
                self.absent[candidate.value] = error.message
            elif isinstance(error, AdapterError) and error.type == "ModuleNotFoundError" and not named:
                self.absent[candidate.value] = f"not installed: {error.message}"
            else:
                self._register(candidate, implementation, stand_in(candidate.value), str(error))
            return
        reason = unusable(hello) or candidate.poses(hello.implementation)
        if reason is None:
            self._register(candidate, implementation, hello, None)
        else:
            self._register(candidate, implementation, stand_in(candidate.value), f"{candidate.value}: {reason}")

    def _register(self, candidate: Candidate, implementation: Implementation, hello: Hello, reason: str | None) -> None:
        """Keep an implementation under its name, with the reason if it is broken."""
        name = hello.implementation
        if name in self._candidates:
            raise refused(
                f"{self._candidates[name]} and {candidate} are both called {name!r}: give each a `name` of its own"
            )
        self._candidates[name], self._implementations[name], self.hellos[name] = candidate, implementation, hello
        if reason is not None:
            self.broken[name] = reason

    def _implementation(self, candidate: Candidate) -> Implementation:
        return candidate.implementation(self.python, in_process=self.in_process, threads=self.threads)


def _broken(case: int, reason: str) -> Outcome:
    """The outcome of an implementation that did not start, or did not say who it is as it should."""
    message = " ".join(reason.split("\n", 1)[0].split())
    return Outcome(case=case, verdict="error", message=message, detail={"error": "HostError", "text": reason})


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
        deviation=outcome.deviation,
        seconds=seconds,
    )
