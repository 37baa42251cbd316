"""A failing configuration is reduced to the smallest that fails, too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration_of, departures
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.ids import configuration_called
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.options import FLAGS, SIZES, legal
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.reports.records.text import facts
from lstm_conformance.suites.harness.explain.shrinking import TRIES, Search, is_part_of
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan, Planned
from lstm_conformance.suites.harness.run.candidates import BY_NAME, candidates
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta import damage
from lstm_conformance.suites.meta.judging import CHECKS, subject_of
from lstm_conformance.suites.meta.trainable import Trainable

FAILED = Outcome(case=0, verdict="fail")
PASSED = Outcome(case=0, verdict="pass")

LARGE = configuration_of(
    {"unroll": True, "mask": "holes", "bias": False, "dtype": "float64", "stateful": True, "hidden_size": 16}
)

CONFIGURATIONS = 40
"""Of which every check is asked, by chance."""

MUTANT = "mask_forgotten_by_a_stateful_layer"


def search(
    fails: Callable[[Configuration], bool], *, tries: int = TRIES, until: float = math.inf, start: Configuration = LARGE
) -> Search:
    """A finished reduction where this is what fails."""
    found = Search(start, FAILED, lambda configuration: FAILED if fails(configuration) else PASSED, tries, until)
    found.run()
    return found


def unrolled_with_holes(configuration: Configuration) -> bool:
    """Two flags and two sizes."""
    return (
        configuration.layer.unroll
        and configuration.mask == "holes"
        and configuration.time >= 2
        and configuration.layer.hidden_size >= 3
    )


class TestSearch:
    """The way down."""

    def test_what_is_left_is_what_matters(self) -> None:
        """No flag besides, and no size larger than it must be."""
        smallest = search(unrolled_with_holes).smallest

        assert departures(smallest) == {
            "unroll": True,
            "mask": "holes",
            "time": 2,
            "batch": 1,
            "input_size": 1,
            "hidden_size": 3,
        }

    def test_what_fails_everywhere_has_no_flag_left(self) -> None:
        """And no size."""
        assert str(search(lambda _: True).smallest) == "T1-B1-I1-H1-float32-mild"

    def test_what_cannot_be_reduced_stays(self) -> None:
        """It is the smallest that fails."""
        assert search(lambda configuration: configuration == LARGE).smallest == LARGE

    def test_the_values_of_every_flag_are_tried_on_it(self) -> None:
        """Those that pass tell which defaults matter, those that fail which do not."""
        found = search(lambda configuration: configuration.layer.unroll and configuration.initial_state)

        assert any(not configuration.initial_state for configuration in found.passed)
        assert all(configuration.initial_state and configuration.layer.unroll for configuration in found.failed)
        assert {configuration.mask for configuration in found.failed} >= {"", "holes", "left"}

    def test_another_failure_is_another_finding(self) -> None:
        """An exception is no reduction of a wrong number."""
        raised = Outcome(case=0, verdict="error", detail={"raised": "ValueError"})
        found = Search(LARGE, FAILED, lambda _: raised, TRIES, math.inf)
        found.run()

        assert found.smallest == LARGE
        assert found.passed == []

    def test_only_what_goes_together_is_asked(self) -> None:
        """Without an axis of batch there is one row, whatever is left out."""
        found = search(
            lambda configuration: configuration.unbatched,
            start=configuration_of({"unbatched": True, "batch": 1, "bias": False}),
        )

        assert all(configuration.batch == 1 for configuration in [*found.failed, found.smallest])
        assert not any(configuration.mask for configuration in found.failed)

    def test_it_is_the_same_twice(self) -> None:
        """It hangs on nothing but the configuration and what fails."""
        first, second = search(unrolled_with_holes), search(unrolled_with_holes)

        assert (first.smallest, first.passed, first.failed) == (second.smallest, second.passed, second.failed)


class TestBudget:
    """It does not take for ever."""

    @pytest.mark.parametrize("budget", [{"tries": 3}, {"until": 0.0}])
    def test_what_is_cut_short_says_so(self, budget: dict[str, Any]) -> None:
        """What was found until then still fails."""
        found = search(unrolled_with_holes, **budget)

        assert found.cut_short
        assert unrolled_with_holes(found.smallest)

    def test_what_is_not_says_so_too(self) -> None:
        """And leaves tries for the next."""
        found = search(unrolled_with_holes)

        assert not found.cut_short
        assert 0 < found.tries < TRIES


@pytest.mark.parametrize(
    ("smaller", "larger", "expected"),
    [
        ({"unroll": True}, {"unroll": True, "mask": "left"}, True),
        ({"unroll": True, "time": 1}, {"unroll": True}, True),
        ({}, {}, True),
        ({"mask": "right"}, {"mask": "left"}, False),
        ({"unroll": True}, {}, False),
        ({"unroll": True}, {"unroll": True, "time": 1}, False),
    ],
)
def test_parts(smaller: dict[str, object], larger: dict[str, object], expected: bool) -> None:
    """All flags of the one are flags of the other, and no size is larger."""
    assert is_part_of(configuration_of(smaller), configuration_of(larger)) == expected


@pytest.mark.deep
class TestRun:
    """In a run, on a wrong LSTM."""

    def test_a_failing_check_tells_to_what_it_was_reduced(self) -> None:
        """The reduced configuration has an id by which it can be asked alone."""
        reduced = [configuration_called(detail["smallest"]["configuration"]) for detail in details(started())]

        assert len(reduced) > 1
        for configuration in reduced:
            assert configuration is not None
            assert set(departures(configuration)) == {"stateful", "mask", "time", "batch", "input_size", "hidden_size"}

    def test_what_was_reduced_is_not_reduced_again(self) -> None:
        """Nor what has all its flags, and others."""
        session = started()
        first = details(session)
        tries = dict(session.reductions.tries)

        assert details(session) == first
        assert session.reductions.tries == tries

    def test_what_fails_otherwise_is_reduced_by_itself(self) -> None:
        """A wrong number explains no exception, whatever flags they share."""
        session = started()
        planned, outcome = failing(session)
        raised = replace(outcome, verdict="error", detail={"raised": "ValueError"})

        assert session.reductions._known(planned, outcome)
        assert session.reductions._known(planned, raised) is None

    def test_it_is_told_in_words(self) -> None:
        """Also beside what a comparison leaves."""
        detail = details(started())[0]
        told = f"{detail['smallest']['configuration']} fails, too; nothing can be left out of it"

        assert ("smallest", told) in facts(detail)

    def test_not_where_verdicts_are_all_that_is_wanted(self) -> None:
        """`--brief` is for many runs."""
        found = details(started(brief=True))

        assert found
        assert not any("smallest" in detail for detail in found)


def started(*, brief: bool = False) -> Session:
    """A run of the wrong LSTM."""
    session = Session(plan=Plan(), brief=brief)
    session.greet(candidates(BY_NAME, f"mutants:{MUTANT}"))
    return session


def failing(session: Session) -> tuple[Planned, Outcome]:
    """A configuration that the wrong LSTM fails on, and how; it has been reduced."""
    planned = session.plan.of(all_checks()["20.1"], session.hellos.items())
    return next((each, outcome) for each in planned for outcome in session._judged(each) if outcome.verdict == "fail")


def details(session: Session) -> list[dict[str, Any]]:
    """The details of its failing checks of crossed flags."""
    planned = session.plan.of(all_checks()["20.1"], session.hellos.items())
    return [dict(check.detail or {}) for each in planned for check in session.perform(each, "") if check.message]


def drawn(offer: Offer, chance: Random, number: int, **fixed: object) -> Iterator[Configuration]:
    """So many configurations that a path offers, with some options away from their defaults by chance."""
    while number:
        values = {name: each[0] for name, each in FLAGS.items()} | fixed
        for name in chance.sample(list(FLAGS), chance.randrange(1, 6)):
            sizes = range(1, int(str(FLAGS[name][0])) + 1) if name in SIZES else FLAGS[name]
            values[name] = chance.choice(sizes)
        if legal(values) and offer.runs(configuration_of(values)):
            number -= 1
            yield configuration_of(values)


@pytest.mark.parametrize(
    ("make", "flags"),
    [(damage.Torch, {}), (damage.Keras, {}), (damage.Keras, {"stateful": True}), (Trainable, {"stateful": True})],
    ids=["torch", "keras", "keras, stateful", "torch, stateful"],
)
def test_a_check_can_be_asked_of_all_that_it_is_about(make: type[Adapter], flags: dict[str, object]) -> None:
    """As a reduction asks it, of configurations that nobody selected: nothing raises."""
    subject = subject_of(make)
    subject.model = subject_of(make)

    verdicts = set()
    for configuration in drawn(subject.hello.on("eager"), Random(1), CONFIGURATIONS, **flags):
        cases = draw(configuration, [0], biases=subject.layout.biases)
        for check in CHECKS.values():
            if check.where(configuration) and configuration.applies_to(
                subject.hello.promised, subject.hello.layout, undocumented=check.undocumented
            ):
                verdicts |= {outcome.verdict for outcome in judge(check, subject, cases, brief=True)}
    assert "pass" in verdicts
