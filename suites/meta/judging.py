"""What the tests of the judge share: subjects in this process, small cases, and the checks of all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from lstm_conformance import suites
from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.rounded import Rounded
from lstm_conformance.suites.harness.judge.comparison import Comparison, Statement, within
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.judge.rules import Check, Examination
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.meta import breakages, troubles

SUITES = Path(suites.__path__[0])
META = SUITES / "meta"
SMALL = configuration(4, 2, 3, 5)
NUMBERS = (0, 1, 2, 3)


CHECKS = all_checks()
EVERY_OUTPUT = CHECKS["1.1"]


def subject_of(adapter: Callable[[], Adapter]) -> Subject:
    """An adapter in this process, ready to be judged."""
    implementation = InProcess(adapter)
    return Subject(implementation, implementation.hello(), "eager")


def adapter_named(name: str) -> Adapter:
    """A wrong LSTM, the right one, or an adapter that troubles, by its name."""
    adapter: type[Adapter] = getattr(breakages, name, None) or getattr(troubles, name)
    return adapter()


def cases_of(*numbers: int) -> Cases:
    """Small cases in torch's layout."""
    return draw(SMALL, numbers, biases=2)


def verdicts(outcomes: list[Outcome]) -> list[str]:
    """What was said of each case."""
    return [outcome.verdict for outcome in outcomes]


def examined(*found: Comparison | Statement) -> Check:
    """A check that finds this, whatever it is asked."""

    def examine(_subject: Subject, _cases: Cases) -> Iterator[Comparison | Statement]:
        yield from found

    examination: Examination = examine
    return Check("1.1", lambda _: True, examination)


def compared(observed: list[float], expected: list[float], bound: list[float]) -> Comparison:
    """One number a case, with its bound."""
    zeros = np.zeros(len(observed))
    due = Rounded(np.array(expected), np.array(bound), zeros, uniform("float32"))
    return within("y", np.array(observed), due, "case")
