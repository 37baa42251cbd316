"""From observations to verdicts: every case is judged alone as among others, and only for what it did itself."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.rounded import exactly
from lstm_conformance.suites.harness.judge.comparison import Statement, same, within
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.meta import breakages, troubles
from lstm_conformance.suites.meta.judging import (
    CHECKS,
    EVERY_OUTPUT,
    NUMBERS,
    cases_of,
    compared,
    examined,
    subject_of,
    verdicts,
)
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM

SMALLER = 2.0**-10
"""A bound that excludes something."""

# One configuration for each rule, the first of the quick tier; some rules speak of layers that torch does not have.
IN_TORCH = [
    (check, next(c for c in TIERS["quick"].configurations if check.where(c) and {"initial_state"} >= c.requirements))
    for check in CHECKS.values()
    if not check.paired
    if any(check.where(c) and {"initial_state"} >= c.requirements for c in TIERS["quick"].configurations)
]


class TestBatches:
    """Judging cases together is judging each."""

    @pytest.mark.parametrize(("check", "where"), IN_TORCH, ids=[check.rule for check, _ in IN_TORCH])
    @pytest.mark.parametrize("adapter", ["ReferenceLSTM", "last_row_copied", "outputs_scaled"])
    def test_a_batch_is_judged_like_its_cases(self, check: Check, where: Any, adapter: str) -> None:
        """Verdict, budget, message and details of each are the same as alone, right or wrong."""
        make = getattr(breakages, adapter)

        together = judge(check, subject_of(make), draw(where, NUMBERS, biases=2))
        alone = [judge(check, subject_of(make), draw(where, (k,), biases=2))[0] for k in NUMBERS]

        assert [str(asdict(outcome)) for outcome in together] == [
            str(asdict(each)) for each in alone
        ]  # where NaN is NaN

    def test_a_batch_can_hold_both_verdicts(self) -> None:
        """A case that fails leaves its neighbours their pass, so the test before this one means something."""
        check = examined(compared([0.0, 3 * SMALLER, SMALLER / 2], [0.0, 0.0, 0.0], [SMALLER, SMALLER, SMALLER]))

        outcomes = judge(check, subject_of(ReferenceLSTM), cases_of(5, 6, 7))

        assert [(outcome.case, outcome.verdict, outcome.budget) for outcome in outcomes] == [
            (5, "pass", 0.0),
            (6, "fail", 3.0),
            (7, "pass", 0.5),
        ]


class TestWeighing:
    """The worst of what was found decides."""

    @pytest.mark.parametrize("observed", [math.nan, math.inf, -math.inf, 2.0])
    def test_a_number_outside_its_bound_fails(self, observed: float) -> None:
        """So does one that is none."""
        check = examined(compared([observed], [0.0], [1.0]))

        assert verdicts(judge(check, subject_of(ReferenceLSTM), cases_of(0))) == ["fail"]

    @pytest.mark.parametrize("bound", [math.nan, math.inf])
    def test_a_bound_that_is_no_number_says_nothing(self, bound: float) -> None:
        """Neither that what was seen is wrong, nor that it is right."""
        check = examined(compared([0.0], [0.0], [bound]))

        (outcome,) = judge(check, subject_of(ReferenceLSTM), cases_of(0))

        assert (outcome.verdict, outcome.budget) == ("not-run", None)

    @pytest.mark.parametrize("expected", [math.nan, math.inf])
    def test_an_expectation_that_is_no_number_fails(self, expected: float) -> None:
        """Even if the same is observed: a case that overflows in the reference tests nothing."""
        check = examined(compared([expected], [expected], [1.0]))

        assert verdicts(judge(check, subject_of(ReferenceLSTM), cases_of(0))) == ["fail"]

    def test_a_bound_of_zero_holds_what_is_the_same(self) -> None:
        """And nothing else."""
        check = examined(compared([1.0, math.nextafter(1.0, 2.0)], [1.0, 1.0], [0.0, 0.0]))

        assert verdicts(judge(check, subject_of(ReferenceLSTM), cases_of(0, 1))) == ["pass", "fail"]

    @pytest.mark.parametrize("order", [1, -1])
    def test_the_worst_comparison_decides(self, order: int) -> None:
        """In whichever order they come; a number that is none is the worst of all."""
        comparisons = [compared([0.5], [0.0], [1.0]), compared([math.nan], [0.0], [1.0]), compared([3.0], [0.0], [1.0])]

        (outcome,) = judge(examined(*comparisons[::order]), subject_of(ReferenceLSTM), cases_of(0))

        assert (outcome.verdict, outcome.budget) == ("fail", math.inf)

    def test_a_statement_that_does_not_hold_fails_all_cases(self) -> None:
        """With its sentence."""
        check = examined(
            compared([0.0, 0.0], [0.0, 0.0], [1.0, 1.0]), Statement("shapes", "(2, 3), documented is (3, 2)")
        )

        outcomes = judge(check, subject_of(ReferenceLSTM), cases_of(0, 1))

        assert [(each.verdict, each.message) for each in outcomes] == [
            ("fail", "shapes: (2, 3), documented is (3, 2)"),
            ("fail", "shapes: (2, 3), documented is (3, 2)"),
        ]

    def test_what_must_be_the_same_uses_no_budget(self) -> None:
        """A pass of an exact comparison measures nothing; NaN equals NaN there."""
        numbers = np.array([1.0, math.nan])

        outcomes = judge(examined(same("h_n", numbers, numbers, "case")), subject_of(ReferenceLSTM), cases_of(0, 1))

        assert [(each.verdict, each.budget) for each in outcomes] == [("pass", None), ("pass", None)]

    def test_what_must_be_the_same_and_is_not_fails(self) -> None:
        """By however little."""
        seen = np.array([1.0, math.nextafter(1.0, 2.0), math.nan])

        outcomes = judge(examined(same("h_n", seen, np.ones(3), "case")), subject_of(ReferenceLSTM), cases_of(0, 1, 2))

        assert verdicts(outcomes) == ["pass", "fail", "fail"]

    def test_an_exact_expectation_of_the_reference_is_within_itself(self) -> None:
        """What the reference says of a case without any arithmetic has a bound that is a number."""
        expected = exactly(np.ones((1, 1)), uniform("float32"))
        check = examined(within("y", np.ones((1, 1)), expected, "case unit"))

        assert verdicts(judge(check, subject_of(ReferenceLSTM), cases_of(0))) == ["pass"]


class TestTrouble:
    """What cannot be compared is told, and costs no more than it must."""

    def test_wrong_shapes_fail_with_both(self) -> None:
        """The sentence names the documented shapes and those that came."""
        (outcome,) = judge(EVERY_OUTPUT, subject_of(troubles.Transposed), cases_of(0))

        assert outcome.verdict == "fail"
        assert outcome.message == (
            "the outputs have shapes [(5, 2, 4), (5, 2, 1), (5, 2, 1)], "
            "documented is {'output': (4, 2, 5), 'h_n': (1, 2, 5), 'c_n': (1, 2, 5)}"
        )

    def test_missing_outputs_fail_with_both(self) -> None:
        """The number of outputs is part of what is documented."""
        (outcome,) = judge(EVERY_OUTPUT, subject_of(troubles.OutputAlone), cases_of(0))

        assert outcome.verdict == "fail"
        assert "have shapes [(4, 2, 5)], documented is {'output': (4, 2, 5), 'h_n'" in str(outcome.message)

    def test_an_exception_is_an_error_of_its_case(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The other cases of the batch are judged as if nothing had happened; the message says who raised what."""
        cases = cases_of(*NUMBERS)
        monkeypatch.chdir(tmp_path)
        troubles.CULPRIT.write_text(repr(float(cases.inputs.x[0, 2].flat[0])))

        outcomes = judge(EVERY_OUTPUT, subject_of(troubles.RaisingForOne), cases)

        assert verdicts(outcomes) == ["pass", "pass", "error", "pass"]
        assert "raised RuntimeError: there is no kernel for this case" in str(outcomes[2].message)

    def test_an_error_has_one_line_and_the_whole_text(self) -> None:
        """The line for the table, the text for the reader."""
        (outcome,) = judge(EVERY_OUTPUT, subject_of(troubles.Raising), cases_of(0))

        assert "\n" not in str(outcome.message)
        assert outcome.detail is not None
        assert outcome.detail["error"] == "AdapterError"
        assert "there is no kernel for this" in outcome.detail["text"]
