"""Cases are drawn once, and are the ones that would be drawn anew."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.suites.harness.plan.case_cache import MEMORY, Drawn
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.meta.judging import subject_of
from lstm_conformance.suites.meta.reference_adapter import ReferenceLSTM

SMALL = configuration(4, 2, 3, 5)
NUMBERS = (0, 1)


def test_what_is_kept_is_what_is_drawn() -> None:
    """Number for number, however often it is asked for."""
    drawn, anew = Drawn(), draw(SMALL, NUMBERS, biases=2)

    again = [drawn.cases(SMALL, NUMBERS, 2) for _ in range(2)][-1]

    assert again.key == anew.key
    np.testing.assert_array_equal(again.inputs.x, anew.inputs.x)
    np.testing.assert_array_equal(again.weights[0][0].recurrent_kernel, anew.weights[0][0].recurrent_kernel)


@pytest.mark.parametrize(
    "other", [(configuration(4, 2, 3, 5, dtype="float64"), NUMBERS, 2), (SMALL, (0, 2), 2), (SMALL, NUMBERS, 1)]
)
def test_others_are_other_ones(other: tuple[object, ...]) -> None:
    """Of another configuration, of other numbers, of another layout."""
    drawn = Drawn()

    assert drawn.cases(SMALL, NUMBERS, 2) is drawn.cases(SMALL, NUMBERS, 2)
    assert drawn.cases(*other) is not drawn.cases(SMALL, NUMBERS, 2)  # type: ignore[arg-type]


def test_nobody_can_change_them() -> None:
    """A rule that writes into its case would change that of the next one."""
    cases = Drawn().cases(SMALL, NUMBERS, 2)

    with pytest.raises(ValueError, match="read-only"):
        cases.weights[0][0].kernel[...] = 0
    with pytest.raises(ValueError, match="read-only"):
        cases.inputs.x[...] = 0


def test_nobody_can_change_a_mask() -> None:
    """Nor which steps of it count."""
    cases = Drawn().cases(configuration(4, 2, 3, 5, mask="right"), NUMBERS, 2)

    assert cases.mask is not None
    with pytest.raises(ValueError, match="read-only"):
        cases.mask[...] = True


def test_nobody_can_change_an_answer() -> None:
    """It is kept for other rules."""
    seen = subject_of(ReferenceLSTM).run(Drawn().cases(SMALL, NUMBERS, 2))

    with pytest.raises(ValueError, match="read-only"):
        seen.native[0][...] = 0
    with pytest.raises(ValueError, match="read-only"):
        seen.weights["weight_ih_l0"][...] = 0


def test_what_does_not_fit_is_drawn_again() -> None:
    """It costs time, and no memory."""
    drawn = Drawn(memory=100)

    assert drawn.cases(SMALL, NUMBERS, 2) is not drawn.cases(SMALL, NUMBERS, 2)


def test_the_quick_tier_fits() -> None:
    """For the layouts with one and with two biases."""
    drawn = Drawn()
    asked = [(each, Plan()._numbers(each), biases) for each in TIERS["quick"].configurations for biases in (1, 2)]
    first = [drawn.cases(*each) for each in asked]

    assert MEMORY < 2**27
    assert all(drawn.cases(*each) is cases for each, cases in zip(asked, first, strict=True))
