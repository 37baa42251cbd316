"""What the terminal shows: a red check that can be acted on, and a summary that never hides one."""

from __future__ import annotations

from typing import Any

import pytest

from lstm_conformance.reports.publish.console import RULES, SHOWN, explained, summary
from lstm_conformance.reports.records.results import Check
from lstm_conformance.suites.meta.records import RULE, a_check, a_header
from lstm_conformance.suites.meta.stories import an_environment

COMMAND = ("python", "-m", "pytest")

ELEMENT = {"expected": 0.5, "observed": -0.25, "bound": 1e-7}
DETAIL: dict[str, Any] = {
    "measure": "y",
    "exact": False,
    "first": {"at": {"step": 1, "row": 0, "unit": 2}, "budget": 7.5e6, **ELEMENT},
    "worst": {"at": {"step": 3, "row": 1, "unit": 0}, "budget": 9.1e7, **ELEMENT},
    "elements": [6, 24],
    "spread": {"step": [3, 4], "row": [2, 2], "unit": [1, 3]},
    "by_step": [0.3, 7.5e6, 2.0, 9.1e7],
}


def a_comparison(**changes: Any) -> Check:
    """A check that failed in a comparison, with some fields changed."""
    fields: dict[str, Any] = {"verdict": "fail", "budget": 9.1e7, "message": "y uses 9e7 × the bound", "detail": DETAIL}
    return a_check(**fields | changes)


def an_error(**changes: Any) -> Check:
    """A check whose host died, with some fields changed."""
    text = "torch.nn.LSTM: the host was ended by SIGABRT; the last lines of its stderr:\n    assertion failed\n    core"
    fields: dict[str, Any] = {
        "verdict": "error",
        "budget": None,
        "measure": None,
        "message": "torch.nn.LSTM: the host was ended by SIGABRT",
        "detail": {"error": "HostDied", "text": text},
    }
    return a_check(**fields | changes)


def rows(text: str) -> dict[str, str]:
    """The lines of a failure text below its first, by their labels."""
    lines = [line[2:] for line in text.splitlines()[1:] if line]
    return {line[:11].strip(): line[11:] for line in lines if line[:11].strip()}


def lines_of(*checks: Check, **changes: Any) -> list[str]:
    """The lines of a summary, with every run of spaces as one."""
    return [" ".join(line.split()) for line in summary(checks, a_header(**changes))]


class TestFailure:
    """The text of one red check."""

    def test_the_first_line_stands_alone(self) -> None:
        """Rule, its title, and what is wrong, as tools show it that show one line; an empty line follows."""
        lines = explained(a_comparison(), RULE, COMMAND).splitlines()

        assert lines[:2] == ["2.1 one step: y uses 9e7 × the bound", ""]

    @pytest.mark.parametrize(
        ("label", "text"),
        [
            ("rule", "c_t = f ⊙ c_(t-1) + i ⊙ g."),
            ("source", "https://example.org/paper"),
            ("case", "torch.nn.LSTM eager  T7-B3-I5-H4-float32  case 0"),
            ("first bad", "step=1 row=0 unit=2   expected +0.5  got -0.25  (8e6 × the bound of 1.0e-07)"),
            ("worst", "step=3 row=1 unit=0   expected +0.5  got -0.25  (9e7 × the bound of 1.0e-07)"),
            ("spread", "6 of 24 elements (25%); 3/4 steps, 2/2 rows, 1/3 units"),
            ("by step", "·▇▁█  (largest error per step, log scale; · inside the bound)"),
        ],
    )
    def test_every_part_has_its_line(self, label: str, text: str) -> None:
        """With a label that the eye finds."""
        assert rows(explained(a_comparison(), RULE, COMMAND))[label] == text

    def test_the_last_line_reproduces_it(self) -> None:
        """The whole command, quoted for a shell."""
        assert explained(a_comparison(), RULE, COMMAND).splitlines()[-1] == (
            "  reproduce  python -m pytest 'suites/test_equations.py::test_step[T7]'"
            " --case torch.nn.LSTM/eager/2.1/T7-B3-I5-H4-float32/0"
        )

    def test_what_must_be_the_same_shows_no_bound(self) -> None:
        """A bound of zero is none."""
        same = {**DETAIL, "first": {**DETAIL["first"], "bound": 0.0}, "exact": True}

        text = rows(explained(a_comparison(detail=same), RULE, COMMAND))["first bad"]

        assert text == "step=1 row=0 unit=2   expected +0.5  got -0.25"

    def test_numbers_that_json_does_not_know_are_shown(self) -> None:
        """As they are read back from a file: a NaN, and an infinite budget."""
        element = {"at": {"unit": 0}, "expected": 0.5, "observed": "nan", "bound": 1e-7, "budget": "inf"}
        detail = {**DETAIL, "first": element, "by_step": ["inf", 0.5]}

        shown = rows(explained(a_comparison(detail=detail, budget=float("inf")), RULE, COMMAND))

        assert shown["first bad"] == "unit=0   expected +0.5  got +nan  (∞ × the bound of 1.0e-07)"
        assert shown["by step"].startswith("█·")

    def test_without_its_rule_it_is_still_told(self) -> None:
        """The number stands for it."""
        text = explained(a_comparison(rule="99.9"), None, COMMAND)

        assert text.startswith("99.9: y uses 9e7 × the bound\n")
        assert {"case", "first bad", "reproduce"} <= set(rows(text))
        assert "rule" not in rows(text)

    def test_an_error_shows_its_whole_text(self) -> None:
        """The last lines of the host are what tells why."""
        text = explained(an_error(), RULE, COMMAND)

        assert text.startswith("2.1 one step: torch.nn.LSTM: the host was ended by SIGABRT\n")
        assert rows(text)["error"] == "HostDied"
        assert "    assertion failed\n" in text
        assert "    core\n" in text

    def test_a_failure_without_details_is_told(self) -> None:
        """A statement has a sentence and nothing more."""
        text = explained(a_comparison(message="shapes: (2,), documented is (3,)", detail=None), RULE, COMMAND)

        assert list(rows(text)) == ["rule", "source", "case", "reproduce"]


class TestSummary:
    """A line for every implementation and path."""

    def test_what_was_asked_is_said(self) -> None:
        """How much of it was as large as what people use, and what is not claimed."""
        small, usual = {"time": 5, "batch": 3, "hidden_size": 7}, {"time": 33, "batch": 17, "hidden_size": 64}
        names = ("layers", "masks", "lengths", "stateful", "dropout", "gradients", "cell")
        header = a_header(
            environments=(an_environment(unclaimed={"eager": names}, requirements=9),),
            configurations={"small": small, "usual": usual},
        )
        checks = [
            a_check(0, configuration="small"),
            a_check(1, configuration="usual"),
            a_check(2, configuration="usual"),
        ]

        assert summary(checks, header)[-2] == (
            "  asked 2 configurations, 1 of them at sizes that people use; claims 2 of 9 requirements; "
            "not asked: layers, masks, lengths, stateful, dropout and 2 more"
        )

    def test_a_pass_says_how_close_it_was(self) -> None:
        """The largest budget used, and by which rule."""
        (line, _) = lines_of(a_check(0, budget=0.1), a_check(1, budget=0.42))

        assert line == "torch.nn.LSTM 2.13.0 eager ok 2 checks, largest budget used 0.42 (rule 2.1)"

    def test_one_red_check_among_passes_is_a_failure(self) -> None:
        """FAIL, with the numbers of each verdict, and the failing rule below."""
        line, rule, _ = lines_of(a_check(0), a_comparison(case=1), a_check(2))

        assert line.startswith("torch.nn.LSTM 2.13.0 eager FAIL 3 checks, 1 fail, largest budget used 0.25")
        assert rule == "✗ 2.1 one step 1/3 checks 9e7 × y uses 9e7 × the bound"

    @pytest.mark.parametrize("check", [a_comparison(), an_error(), a_comparison(verdict="unstable")])
    def test_every_red_verdict_is_a_failure(self, check: Check) -> None:
        """A failure, an error and an unstable check alike, each with its sentence."""
        line, rule, _ = lines_of(check)

        assert f"FAIL 1 check, 1 {check.verdict}" in line
        assert rule.endswith(str(check.message))

    @pytest.mark.parametrize(
        ("controls", "line"),
        [
            ({"a": "1.1", "b": "2.1"}, "wrong LSTMs caught first: 2 of 2 (a by rule 1.1, b by rule 2.1)"),
            ({"a": "1.1", "b": None}, "wrong LSTMs caught first: 1 of 2 (a by rule 1.1)"),
            ({"a": None}, "wrong LSTMs caught first: 0 of 1 (none)"),
        ],
    )
    def test_it_begins_with_the_wrong_ones_that_were_caught(self, controls: dict[str, str | None], line: str) -> None:
        """How many of how many, and by which rules."""
        assert lines_of(a_check(), controls=controls)[0] == line

    def test_paths_are_apart(self) -> None:
        """One path's failure is not another's."""
        eager, compiled, _, _ = lines_of(a_check(), a_comparison(path="torch.compile"))

        assert " eager ok " in eager
        assert " torch.compile FAIL " in compiled

    def test_what_was_not_run_is_no_pass(self) -> None:
        """Neither alone, nor among passes."""
        (alone, _) = lines_of(a_check(verdict="not-run", budget=None))
        (among, _) = lines_of(a_check(0), a_check(1, verdict="not-run", budget=None))

        assert alone == "torch.nn.LSTM 2.13.0 eager not run 1 check, 1 not-run"
        assert among.startswith("torch.nn.LSTM 2.13.0 eager ok 2 checks, 1 not-run,")

    def test_what_is_absent_is_named_with_its_reason(self) -> None:
        """In a line of its own, also when nothing was run."""
        assert lines_of() == ["keras.layers.LSTM absent keras is not installed"]

    def test_causes_are_counted_beyond_some(self) -> None:
        """The summary stays a summary."""
        failures = [a_comparison(rule=f"2.{k}") for k in range(SHOWN + 3)]

        lines = lines_of(*failures)

        assert sum(line.startswith("✗ ") for line in lines) == SHOWN
        assert "… and 3 more causes" in lines

    def test_a_failing_rule_shows_no_budget_of_a_pass(self) -> None:
        """An error measures nothing; what its neighbours used says nothing about it."""
        _, rule, _ = lines_of(a_check(0, budget=0.25), an_error(case=1))

        assert "0.25" not in rule

    def test_one_exception_is_one_cause_whatever_its_numbers(self) -> None:
        """Of several rules it is told in one line, with how many checks there were of them."""
        errors = [
            an_error(rule=f"2.{k}", detail={"raised": "ValueError"}, message=f"no {k} states (mine.py:33 in run)")
            for k in range(RULES + 2)
        ]

        lines = lines_of(*errors, an_error(rule="2.1", message="no 3 states (mine.py:35 in run)"), a_check(rule="2.0"))

        rules = ", ".join(f"2.{k}" for k in range(RULES))
        assert f"✗ rules {rules} and 2 more 7/8 checks no 0 states (mine.py:33 in run)" in lines
        assert len([line for line in lines if line.startswith("✗ ")]) == 2

    def test_what_one_mistake_explains_is_one_cause(self) -> None:
        """Also where only some failures were diagnosed, if all of those say the same."""
        told = {**DETAIL, "diagnosis": {"named": "gates exchanged", "sentence": "fits", "reasons": []}}
        other = {**DETAIL, "diagnosis": {"named": "bias missing", "sentence": "fits", "reasons": []}}
        failures = [a_comparison(rule="1.1", detail=told), a_comparison(rule="1.2"), a_comparison(rule="1.3")]

        alike = lines_of(*failures)
        different = lines_of(*failures, a_comparison(rule="1.4", detail=other))

        assert [line[:25] for line in alike if line.startswith("✗ ")] == ["✗ rules 1.1, 1.2, 1.3 3/3"]
        assert len([line for line in different if line.startswith("✗ ")]) == SHOWN
        assert "… and 1 more causes" in different
