"""Many failing configurations are one finding: what they share, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lstm_conformance.reports.page.document import Story
from lstm_conformance.reports.page.page import render
from lstm_conformance.reports.publish.console import summary
from lstm_conformance.reports.records.clustering import shared
from lstm_conformance.reports.records.combine import combine
from lstm_conformance.reports.records.results import Check, Header
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import BY_NAME, candidates
from lstm_conformance.suites.harness.run.recording import Record, header_of
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.records import a_check, a_failure, a_header, results_of

DEFAULTS = {"unroll": False, "stateful": False, "bias": True, "mask": "", "layers": 1}

Flags = Mapping[str, Any]


def told(
    failing: Mapping[str, Flags], passing: Mapping[str, Flags], details: Mapping[str, Any] | None = None
) -> str | None:
    """The sentence on these configurations, of which those flags are given that are not at their defaults."""
    header = a_header(flags=DEFAULTS, configurations={**failing, **passing})
    checks = [a_failure(configuration=name, detail=(details or {}).get(name)) for name in failing]
    return shared([*checks, *(a_check(configuration=name) for name in passing)], header)


PASSING: Mapping[str, Flags] = {
    "plain": {"time": 5},
    "unrolled": {"unroll": True, "time": 5},
    "masked": {"mask": "holes", "bias": False, "time": 5},
    "unrolled left": {"unroll": True, "mask": "left", "time": 5},
    "kept": {"stateful": True, "time": 1},
}

TWO: Mapping[str, Flags] = {
    "a": {"unroll": True, "mask": "holes", "stateful": True, "time": 5},
    "b": {"unroll": True, "mask": "holes", "bias": False, "time": 1},
}


def test_the_smallest_set_that_all_failing_and_no_passing_share() -> None:
    """Neither flag alone."""
    assert told(TWO, PASSING) == "fails wherever unroll and mask=holes, 2 of 2; nowhere else"


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        ({"layers": 2}, "layers=2"),
        ({"stateful": True, "bias": False}, "stateful and not bias"),
        ({"mask": "rows"}, "mask=rows"),
    ],
)
def test_flags_in_words(failing: Flags, expected: str) -> None:
    """As the frameworks call them."""
    each = {"a": {**failing, "time": 5}, "b": {**failing, "time": 1}}

    assert told(each, PASSING) == f"fails wherever {expected}, 2 of 2; nowhere else"


def test_two_causes_are_two_groups() -> None:
    """The wider one first."""
    other = {"c": {"layers": 2, "time": 5}}

    assert told({**TWO, **other}, PASSING) == (
        "fails wherever unroll and mask=holes, 2 of 3; wherever layers=2, 1 of 3; nowhere else"
    )


def test_what_shares_nothing_is_counted() -> None:
    """A configuration that fails although three like it pass."""
    plain = {"time": 5}

    assert told({**TWO, "c": plain}, {**PASSING, "d": plain, "e": plain}) == (
        "fails wherever unroll and mask=holes, 2 of 3; 1 of 3 share nothing with these"
    )


def test_exceptions_are_told() -> None:
    """Where a few passing configurations stand against what all failing ones share."""
    failing = {"a": {"unroll": True, "mask": "holes", "time": 5}, "b": {"unroll": True, "mask": "holes", "time": 1}}

    assert told(failing, {**PASSING, "c": failing["a"], "d": failing["b"]}) == (
        "fails wherever unroll and mask=holes, 2 of 2, but passes in 2 with these; nowhere else"
    )


def test_everything_fails() -> None:
    """Then flags have nothing to do with it."""
    assert told(TWO, {}) == "fails in all configurations, 2 of 2"


def test_one_failure_says_nothing() -> None:
    """Anything could be its cause."""
    assert told({"a": TWO["a"]}, PASSING) is None


def test_unless_it_was_reduced() -> None:
    """What passed and what failed on the way tells which flags matter: which mask does not."""
    detail = {
        "smallest": {
            "configuration": "smaller",
            "flags": {"unroll": True, "mask": "holes", "time": 1},
            "passing": [{"unroll": True, "time": 1}, {"mask": "holes", "time": 1}, {**TWO["b"]}],
            "failing": [
                {"unroll": True, "mask": "left", "time": 1},
                {"unroll": True, "mask": "holes", "layers": 2, "time": 1},
            ],
            "cut_short": False,
        }
    }

    assert told({"a": TWO["a"]}, {"plain": {"time": 5}}, {"a": detail}) == (
        "fails wherever unroll and any mask and bias, 1 of 1; nowhere else"
    )


@pytest.mark.parametrize(
    "detail", [{"smallest": 3}, {"smallest": {}}, {"smallest": {"flags": 1, "passing": 2}}, {}, None]
)
def test_a_detail_of_another_form_says_nothing(detail: Any) -> None:
    """Details are free."""
    assert told({"a": TWO["a"]}, PASSING, {"a": detail}) is None


def test_records_without_flags_say_nothing() -> None:
    """Older files have none."""
    assert shared([a_failure(configuration="a"), a_failure(configuration="b"), a_check()], a_header()) is None


class TestProducts:
    """Wrong LSTMs whose mistake shows only where flags meet: caught by the crossing alone, and told as one finding."""

    @pytest.mark.parametrize(
        ("name", "expected"),
        in_part(
            [
                ("given_states_ignored_by_an_unrolled_stateful_layer", {"stateful", "unroll", "initial_state"}),
                ("mask_forgotten_by_a_stateful_layer", {"stateful", "mask"}),
                ("states_not_cleared_under_a_projection", {"proj_size", "not initial_state"}),
                ("mask_ignored_by_the_first_implementation", {"implementation=1", "mask"}),
            ],
            4,
        ),
    )
    def test_they_are_told_by_their_flags(self, name: str, expected: set[str]) -> None:
        """And by no flag that has nothing to do with it, but for sizes at which masks have no effect."""
        checks, header = performed(name, "20.1")

        sentence = shared(checks, header)
        assert sentence is not None
        first = sentence.removeprefix("fails wherever ").partition(", ")[0]
        named = [word for word in first.split(" and ") if ">1" not in word]
        assert all(any(flag in word for flag in expected) for word in named)
        assert len(named) == len(expected)

    @pytest.mark.parametrize("rule", ["1.1", "9.3", "14.1", "15.1", "15.3"])
    def test_the_rules_of_each_flag_do_not_notice(self, rule: str) -> None:
        """Each flag alone is right."""
        checks, _ = performed("given_states_ignored_by_an_unrolled_stateful_layer", rule)

        assert {check.verdict for check in checks} == {"pass"}


def test_the_summary_and_the_page_tell_it(tmp_path: Path) -> None:
    """Below the rule that fails."""
    checks, header = performed("states_not_cleared_under_a_projection", "20.1")
    results = results_of(tmp_path / "results.jsonl", *checks, header=header)

    sentence = "fails wherever proj_size=3 and not initial_state, "
    assert any(sentence in line for line in summary(results.checks, results.header))
    assert sentence in render(Story(report=combine({"run": results})))


def performed(name: str, rule: str) -> tuple[list[Check], Header]:
    """The checks of a rule on a wrong LSTM, and the header of the run."""
    session = Session(plan=Plan(tier="small"))
    session.greet(candidates(BY_NAME, f"mutants:{name}"))
    planned = session.plan.of(all_checks()[rule], session.hellos.items())
    record = Record()
    record.planned.add((each, "") for each in planned)
    checks = [check for each in planned for check in session.perform(each, "")]
    header = header_of(session)
    return checks, Header(**{**vars(header), "configurations": record.configurations()})
