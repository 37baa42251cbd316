"""Checkers of frameworks: right layers content them, and a wrong way back is noticed, if it is wrong by enough."""

from __future__ import annotations

import pytest

from lstm_conformance.reference.mutants.base import LSTMWithGradients
from lstm_conformance.suites.meta.differentiable import WRONG
from lstm_conformance.suites.meta.gradient_checkers import CHECKERS, LAYERS, SEEN, Function

PLAIN, CELL = LAYERS[0]


@pytest.mark.deep
@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (LSTMWithGradients, True),
        (WRONG["slopes_at_the_gates"], False),
        (WRONG["weight_gradients_averaged"], False),
        (WRONG["kernel_gradient_off_in_the_thirteenth_digit"], True),
    ],
    ids=["right", "slopes", "averaged", "thirteenth digit"],
)
def test_checkers_notice_what_is_wrong_by_much(checker: str, kind: type[LSTMWithGradients], content: bool) -> None:
    """At their own tolerances; the thirteenth digit is none of theirs."""
    assert CHECKERS[checker](Function(PLAIN, kind(PLAIN.layer, CELL), CELL)) is content


def test_what_is_left_behind_is_not_counted() -> None:
    """No checker looks at what becomes of weights and inputs."""
    assert sorted(set(WRONG) - set(SEEN)) == ["input_cleared_by_the_way_back", "weights_moved_by_the_way_back"]
