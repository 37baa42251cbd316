"""Layers that have nothing to do with each other; all of them: `python -m lstm_conformance.suites.meta.unrelated`."""

from __future__ import annotations

import pytest

from lstm_conformance.reference.diagnosis import Diagnosis, Fit, diagnose
from lstm_conformance.suites.meta.unrelated import Pair, pairs, verdict

pytestmark = pytest.mark.deep  # two hundred mistakes each

WORK = 2e8
"""Of which there is more outside the tests."""

SOME = list(pairs(range(0, 200, 17)))


@pytest.mark.parametrize("pair", SOME, ids=[str(pair.number) for pair in SOME])
def test_an_unrelated_layer_is_neither_right_nor_a_known_mistake(pair: Pair) -> None:
    """It is said to be unknown, or that the arrays cannot tell."""
    assert verdict(diagnose(pair.evidence, work=WORK)) in {"none fits", "cannot tell"}


def test_what_fits_is_counted_as_false() -> None:
    """The count does not take every answer for a true one."""
    answers = [Diagnosis((Fit((), 0.1),), None), Diagnosis((Fit(("a",), 0.1),), None), Diagnosis((), None)]

    assert [verdict(diagnosis) for diagnosis in answers] == ["correct", "a mistake", "none fits"]
