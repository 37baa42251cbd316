"""`--once`: which rules catch a wrong LSTM in which dtypes is the same, and less is asked."""

from __future__ import annotations

import pytest

from lstm_conformance.reports.mutation_score.killed import NEAR, kills_of
from lstm_conformance.suites.harness.judge.judge import Outcome
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import BY_NAME, candidates
from lstm_conformance.suites.harness.run.once import REASON, Once
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.running import Run, conformance

pytestmark = pytest.mark.deep  # three runs

NAMES = ("lengths_ignored", "outputs_off_by_two_millionths", "use_bias_not_in_config", "summed_backwards")
OF = ("suites/test_00_smoke.py", "suites/test_01_outputs.py", "suites/test_14_masks.py", "suites/test_22_life_cycle.py")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Some wrong LSTMs and a right one, with the option and without it."""
    named = [word for name in NAMES for word in (BY_NAME, f"mutants:{name}")]
    ways = {"once": ["--once"], "always": [], "first": ["--until-caught"]}
    return [
        conformance(tmp_path_factory.mktemp(way), *named, "--brief", *options, of=OF) for way, options in ways.items()
    ]


def test_what_is_caught_is_the_same(runs: list[Run]) -> None:
    """By the same rules, in the same dtypes; the right one is asked all."""
    once, always, _ = ({kill.name: kill for kill in kills_of(run.results).all} for run in runs)

    assert len(once) == len(NAMES)
    for name, kill in always.items():
        assert (once[name].rules, once[name].caught, once[name].near) == (kill.rules, kill.caught, kill.near)
    assert once["mutants.summed_backwards"] == always["mutants.summed_backwards"]


def test_less_is_asked(runs: list[Run]) -> None:
    """What is not says why; the checks are those that were planned."""
    once, always, _ = ({check.id: check for check in run.results.checks} for run in runs)
    other = [each for name, each in once.items() if each.verdict != always[name].verdict]

    assert once.keys() == always.keys()
    assert {(check.verdict, check.message) for check in other} == {("not-run", REASON)}
    assert len(other) > 50


def test_until_caught_it_is_caught_all_the_same(runs: list[Run]) -> None:
    """In the same dtypes, by one of the rules; the right one is asked all."""
    _, always, first = ({kill.name: kill for kill in kills_of(run.results).all} for run in runs)

    for name, kill in always.items():
        assert (first[name].caught, first[name].near) == (kill.caught, kill.near)
        assert set(first[name].rules) <= set(kill.rules)
        assert bool(first[name].rules) == bool(kill.rules)
    assert first["mutants.summed_backwards"] == always["mutants.summed_backwards"]
    assert [kills_of(run.results).until_caught for run in runs] == [False, False, True]


def planned() -> list[Planned]:
    """What a rule asks a wrong LSTM, in several dtypes."""
    session = Session(plan=Plan())
    session.greet(candidates(BY_NAME, "mutants:state_kept"))
    return session.plan.of(all_checks()["1.1"], session.hellos.items())


@pytest.mark.parametrize(
    ("outcome", "enough"),
    [
        (Outcome(case=0, verdict="fail", budget=2 * NEAR), True),
        (Outcome(case=0, verdict="fail", budget=float("nan")), True),
        (Outcome(case=0, verdict="fail"), True),
        (Outcome(case=0, verdict="fail", budget=NEAR / 2), False),
        (Outcome(case=0, verdict="pass", budget=0.5), False),
        (Outcome(case=0, verdict="error"), False),
    ],
)
def test_a_clear_failure_is_enough(outcome: Outcome, enough: bool) -> None:
    """In its own dtype, and only if that is wanted."""
    first, *others = planned()
    same = next(each for each in others if each.configuration.dtype == first.configuration.dtype)
    another = next(each for each in others if each.configuration.dtype != first.configuration.dtype)
    once, never = Once(wanted=True), Once()
    for each in (once, never):
        each.saw(first, [Outcome(case=1, verdict="pass"), outcome])

    assert (once.is_enough(same), once.is_enough(another), never.is_enough(same)) == (enough, False, False)


def test_what_is_spared_is_not_run() -> None:
    """Every case of it."""
    first, *_ = planned()

    assert [(outcome.case, outcome.verdict) for outcome in Once(wanted=True).spared(first)] == [
        (number, "not-run") for number in first.numbers
    ]
