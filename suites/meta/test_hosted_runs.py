"""What becomes of a run when a host is killed, crashes, hangs or makes a noise: here with real processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites import test_01_outputs as outputs
from lstm_conformance.suites import test_12_refusals as refusals
from lstm_conformance.suites.harness.judge.rules import Check as RuleCheck
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta import troubles
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM

META = Path(troubles.__file__).parent
SMALL = configuration(4, 2, 3, 5)
NUMBERS = (0, 1, 2, 3)
CULPRIT = 2
EVERY_OUTPUT = outputs.test_every_output_follows_from_the_one_before.check
DEADLINE = 2.0
"""Of a request that hangs: far more than a small case takes."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hosts and tests share a folder of their own; the culprit is known there."""
    monkeypatch.chdir(tmp_path)
    cases = draw(SMALL, NUMBERS, biases=2)
    troubles.CULPRIT.write_text(repr(float(cases.inputs.x[0, CULPRIT].flat[0])))
    return tmp_path


@contextmanager
def session_with(adapter: type, deadline: float = 60.0) -> Iterator[Session]:
    """A run in which this adapter is in a host."""
    file = f"{adapter.__module__.rpartition('.')[2]}.py"
    session = Session(plan=Plan(), deadline=deadline)
    session.greet([Candidate(BY_NAME, f"{META / file}:{adapter.__name__}")])
    try:
        yield session
    finally:
        session.close()


def performed(session: Session, check: RuleCheck = EVERY_OUTPUT) -> list[Check]:
    """The records of one item: a rule on the small cases."""
    (name,) = session.hellos
    planned = Planned(implementation=name, path="eager", check=check, configuration=SMALL, numbers=NUMBERS)
    return session.perform(planned, "")


def verdicts(checks: list[Check]) -> list[str]:
    """What was said of each case."""
    return [check.verdict for check in checks]


def kill_when_it_computes() -> None:
    """Kill the host that leaves its process id in the folder, as soon as it does."""
    while not (troubles.PID.exists() and troubles.PID.read_text()):
        time.sleep(0.01)
    os.kill(int(troubles.PID.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("check", [EVERY_OUTPUT, outputs.test_one_step_at_a_time.check], ids=["whole", "in steps"])
def test_a_host_that_is_killed_once_costs_nothing(check: RuleCheck) -> None:
    """The batch is repeated in a fresh host, and everything passes."""
    with session_with(troubles.KilledOnce) as session:
        assert verdicts(performed(session, check)) == ["pass"] * 4

    assert troubles.KILLED.exists()


def test_a_host_that_is_killed_from_outside_costs_nothing() -> None:
    """Whoever killed it, and wherever it was."""
    killer = threading.Thread(target=kill_when_it_computes, daemon=True)

    with session_with(troubles.SlowlyComputing) as session:
        killer.start()
        checks = performed(session)
        killer.join()

    assert verdicts(checks) == ["pass"] * 4


def test_a_crash_costs_only_the_culprit() -> None:
    """The message says by what the host was ended, the details what it said last."""
    with session_with(troubles.AbortingForOne) as session:
        checks = performed(session)

    assert verdicts(checks) == ["pass", "pass", "error", "pass"]
    assert "the host was ended by SIGABRT before it answered 'run'" in str(checks[CULPRIT].message)
    assert "assertion failed: rows > 0" in (checks[CULPRIT].detail or {})["text"]


def test_a_hang_costs_only_the_culprit() -> None:
    """And twice the deadline: for its batch, and for itself."""
    with session_with(troubles.HangingForOne, DEADLINE) as session:
        checks = performed(session)
        started = time.monotonic()
        again = performed(session, outputs.test_the_final_cell_state.check)
        seconds = time.monotonic() - started

    assert verdicts(checks) == ["pass", "pass", "error", "pass"]
    assert f"no answer to 'run' within {DEADLINE:g} s" in str(checks[CULPRIT].message)
    assert verdicts(again) == ["pass", "pass", "error", "pass"]
    assert seconds < DEADLINE


def test_a_crash_instead_of_a_refusal_is_one_error() -> None:
    """The mistake is made again, once: whatever killed the host may have been something else."""
    mistaken = configuration(4, 3, 5, 6, invalid_input="x_too_wide")
    with session_with(troubles.DyingOfMistakes) as session:
        planned = Planned(
            implementation="troubles.DyingOfMistakes",
            path="eager",
            check=refusals.test_the_features_of_the_input.check,
            configuration=mistaken,
            numbers=(0,),
        )
        (check,) = session.perform(planned, "")

    assert check.verdict == "error"
    assert "SIGABRT" in (check.message or "")


def test_an_exception_costs_only_the_culprit() -> None:
    """No host has to end for it."""
    with session_with(troubles.RaisingForOne) as session:
        checks = performed(session)

    assert verdicts(checks) == ["pass", "pass", "error", "pass"]
    assert "there is no kernel for this case" in str(checks[CULPRIT].message)


def test_noise_disturbs_nothing() -> None:
    """Prints to stdout and megabytes on stderr leave verdicts and budgets what they are without."""
    with session_with(troubles.Noisy) as session:
        noisy = performed(session)
    with session_with(ReferenceLSTM) as session:
        quiet = performed(session)

    assert [(c.verdict, c.budget) for c in noisy] == [(c.verdict, c.budget) for c in quiet]


def test_a_host_that_does_not_start_is_broken() -> None:
    """It is named with its exit status and its last words."""
    with session_with(troubles.NotStarting) as session:
        (reason,) = session.broken.values()

    assert "the host ended with exit status 7 before it answered 'hello'" in reason
    assert "no licence found" in reason
