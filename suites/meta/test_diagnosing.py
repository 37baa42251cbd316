"""A failing check is diagnosed once a rule, and only where numbers were wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lstm_conformance.reference.diagnosis import Diagnosis, reason
from lstm_conformance.reports.publish.console import explained, summary
from lstm_conformance.reports.records.failing import cause
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.harness.explain import diagnosing
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta import reference_adapter, troubles
from lstm_conformance.suites.meta.judging import CHECKS
from lstm_conformance.suites.meta.records import a_header

WRONG = "lstm_conformance.fixtures.implementations.mutants:recurrent_bias_missing"


@pytest.fixture
def session() -> Iterator[Session]:
    """A run of a layer that forgets a bias."""
    session = Session(plan=Plan(), in_process=True)
    session.greet([Candidate(BY_NAME, WRONG)])
    yield session
    session.close()


def items(session: Session, rule: str) -> list[Planned]:
    """What is planned of a rule."""
    return session.plan.of(CHECKS[rule], session.hellos.items())


def diagnoses(checks: list[Check]) -> list[str]:
    """The sentences among the details."""
    return [check.detail["diagnosis"]["sentence"] for check in checks if check.detail and "diagnosis" in check.detail]


def test_the_first_failing_case_of_a_rule_is_diagnosed(session: Session) -> None:
    """The others of the rule are not."""
    first, second = items(session, "1.1")[:2]
    checks = session.perform(first, "")

    assert len(checks) > 1
    assert diagnoses(checks[:1])[0].startswith("fits recurrent bias missing, ")
    assert diagnoses(checks[1:] + session.perform(second, "")) == []


def test_a_case_is_diagnosed_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that share a case share its diagnosis."""
    known = session.perform(items(session, "1.1")[0], "")
    monkeypatch.setattr(diagnosing, "diagnose", None)

    assert diagnoses(session.perform(items(session, "1.2")[0], "")) == diagnoses(known)


def test_what_nobody_knows_is_not_looked_for_in_every_rule(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three diagnoses that name nothing, there are no more of the path."""
    monkeypatch.setattr(diagnosing, "diagnose", lambda *_args, **_options: Diagnosis((), None))
    found = [diagnoses(session.perform(items(session, rule)[0], "")) for rule in ("1.1", "6.1", "7.1", "8.1", "8.2")]

    assert [len(each) for each in found] == [1, 1, 1, 0, 0]


def test_a_brief_run_has_no_diagnoses(session: Session) -> None:
    """Verdicts are all that is wanted."""
    session.brief = True
    checks = session.perform(items(session, "1.1")[0], "")

    assert [check.verdict for check in checks] == ["fail"] * len(checks)
    assert diagnoses(checks) == []


@pytest.mark.parametrize(
    ("outcome", "measured"),
    [
        (Outcome(case=0, verdict="fail", detail={"worst": {}}), True),
        (Outcome(case=0, verdict="unstable", detail={"worst": {}}), False),
        (Outcome(case=0, verdict="fail", detail={"raised": "none"}), False),
        (Outcome(case=0, verdict="fail", detail={"error": "WrongOutputs", "text": "shapes"}), False),
        (Outcome(case=0, verdict="fail"), False),
        (Outcome(case=0, verdict="error", detail={"error": "HostDied", "text": ""}), False),
        (Outcome(case=0, verdict="pass"), False),
    ],
)
def test_what_is_diagnosed(outcome: Outcome, measured: bool) -> None:
    """Failures of numbers, and nothing else."""
    assert diagnosing.is_measured(outcome) is measured


def test_the_summary_says_what_most_diagnoses_name(session: Session) -> None:
    """Below the implementation, in a line."""
    checks = [check for rule in ("1.1", "1.2") for check in session.perform(items(session, rule)[0], "")]

    assert "  diagnosis: recurrent bias missing (2 of 2 diagnoses)" in summary(checks, a_header())


def test_a_terminal_shows_the_diagnosis_and_how_one_gets_there(session: Session) -> None:
    """In the rows of a red check."""
    text = explained(session.perform(items(session, "1.1")[0], "")[0], None, ["test"])

    assert "\n  diagnosis  fits recurrent bias missing, " in text
    assert reason("recurrent_bias_missing") in text


@pytest.fixture(scope="module")
def flushed() -> list[Check]:
    """Rule 13.2 on a right LSTM that flushes the smallest numbers."""
    session = Session(plan=Plan(), in_process=True)
    session.greet([Candidate(BY_NAME, f"{troubles.__file__}:FlushedTanh")])
    return session.perform(items(session, "13.2")[0], "")


class TestFlushedActivation:
    """A right LSTM, but for the tanh of numbers that no ordinary case has."""

    def test_the_number_is_told(self, flushed: list[Check]) -> None:
        """And what it came out as: in units of roundoff, an error that is all of a number says nothing."""
        assert flushed[0].verdict == "fail"
        assert flushed[0].message is not None
        assert re.match(
            r"tanh of [gc], where tanh\(-?[\d.]+e-\d+\) came out as -?0, not -?[\d.]+e-\d+, uses ",
            flushed[0].message,
        )

    def test_nothing_is_diagnosed(self, flushed: list[Check]) -> None:
        """A failing check is no correct LSTM; what the case alone shows is said as that."""
        assert diagnoses(flushed) == [diagnosing.ELSEWHERE]
        assert not any("diagnosis" in line for line in summary(flushed, a_header()))
        assert cause(flushed[0]) == flushed[0].message


def test_an_activation_that_holds_is_measured_in_roundoffs() -> None:
    """As ever."""
    session = Session(plan=Plan(), in_process=True)
    session.greet([Candidate(BY_NAME, f"{reference_adapter.__file__}:ReferenceLSTM")])

    measures = {check.measure or "" for check in session.perform(items(session, "13.2")[0], "")}

    assert all(re.fullmatch(r"tanh of [gc]: at most \d\.\d\d u relative", each) for each in measures)


def of_gradients(name: str, rule: str) -> list[str]:
    """The diagnoses of a layer whose way back is wrong."""
    session = Session(plan=Plan(), in_process=True)
    session.greet([Candidate(BY_NAME, name)])
    found = diagnoses(session.perform(items(session, rule)[0], ""))
    session.close()
    return found


@pytest.mark.parametrize(
    ("wrong", "rule", "begins"),
    [
        (
            "recurrent_kernel_gradient_without_the_first_step",
            "23.1",
            "fits recurrent kernel gradient without the first",
        ),
        (
            "recurrent_kernel_gradient_without_the_first_step",
            "23.4",
            "fits recurrent kernel gradient without the first",
        ),
        ("gradient_through_the_forget_gate_missing", "23.2", "fits gradient through the forget gate missing, "),
        ("input_gradient_kept_from_zero", "23.6", diagnosing.ELSEWHERE_ON_THE_WAY_BACK),
    ],
)
def test_a_wrong_way_back_is_named(wrong: str, rule: str, begins: str) -> None:
    """The known ones are tried; what is right in a single step is said to be."""
    (sentence,) = of_gradients(f"lstm_conformance.fixtures.implementations.mutants:{wrong}", rule)

    assert sentence.startswith(begins)


def test_a_way_back_that_nobody_knows_is_not_named() -> None:
    """The closest one is; there are no pairs."""
    (sentence,) = of_gradients("lstm_conformance.suites.meta.trainable:Trainable", "23.1")

    assert re.match(r"no single known mistake fits; closest: ", sentence)
