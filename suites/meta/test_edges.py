"""Chapter 17: a right LSTM passes at every edge, and one that is wrong at one is caught there."""

from __future__ import annotations

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.rejection import _mistaken
from lstm_conformance.suites.meta import edged
from lstm_conformance.suites.meta.judging import CHECKS, subject_of

SMALL, LONG = configuration(4, 3, 5, 6), configuration(300, 1, 2, 6)
ROWLESS = configuration(4, 3, 5, 8, invalid_input="no_rows")
ASKED = {
    "17.1": configuration(4, 1, 1, 1),
    "17.2": ROWLESS,
    **dict.fromkeys(("17.3", "17.4", "17.5", "17.6"), SMALL),
    "17.7": LONG,
}


def outcome(adapter: str, rule: str, dtype: str = "float32") -> Outcome:
    """The outcome of one case."""
    called = configuration(4, 3, 5, 6, dtype=dtype) if ASKED[rule] == SMALL else ASKED[rule]
    assert CHECKS[rule].where(called)
    (found,) = judge(CHECKS[rule], subject_of(getattr(edged, adapter)), draw(called, (0,), biases=2))
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rule", ASKED)
def test_a_right_lstm_passes(rule: str, dtype: str) -> None:
    """At every edge."""
    assert outcome("Edged", rule, dtype).message is None


@pytest.mark.parametrize(
    ("adapter", "rule", "expected"),
    [
        ("Flattening", "17.2", r"shapes: [(4, 0), (1, 0), (1, 0)], documented is [(4, 0, 8), (1, 0, 8), (1, 0, 8)]"),
        ("Overflowing", "17.3", "NaN and ∞ in y differs where it must be the same, first at step 1"),
        ("Saturating", "17.4", "NaN and ∞ in c_n of layer 0 differs"),
        ("Enlarging", "17.5", "uses"),
        ("Clearing", "17.6", "NaN and ∞ in y differs where it must be the same, first at step 2"),
        ("Spreading", "17.6", "NaN and ∞ in y differs where it must be the same, first at step"),
        ("Drifting", "17.7", "× the bound, first at step 100"),
    ],
)
def test_a_wrong_one_is_caught(adapter: str, rule: str, expected: str) -> None:
    """With the place."""
    found = outcome(adapter, rule)

    assert found.verdict == "fail"
    assert expected in (found.message or "")


@pytest.mark.parametrize(
    ("adapter", "measure"),
    [
        ("Edged", "undocumented: a batch of no rows is answered"),
        ("Declining", "undocumented: a batch of no rows is refused with LookupError"),
    ],
)
def test_what_is_undocumented_is_told(adapter: str, measure: str) -> None:
    """In the record of a check that passes either way."""
    found = outcome(adapter, "17.2")

    assert (found.verdict, found.measure) == ("pass", measure)


@pytest.mark.parametrize("name", [name for name, invalid_input in INVALID_INPUTS.items() if invalid_input.valid])
def test_a_mistake_about_lengths_or_masks_is_one(name: str) -> None:
    """What is sent differs from what is right in this array, and in this one only."""
    layout = next(layout for layout, each in LAYOUTS.items() if each.told_by == INVALID_INPUTS[name].told_by)
    cases = draw(configuration(4, 3, 5, 6, mask="sorted", invalid_input=name), (0,), biases=LAYOUTS[layout].biases)
    subject = subject_of(edged.Edged)
    subject.hello.__dict__["layout"] = layout

    sent = _mistaken(subject, cases, INVALID_INPUTS[name])

    assert cases.mask is not None
    array, right = LAYOUTS[layout].native_mask(cases.configuration.layer, cases.mask)
    assert sent[array].shape != right.shape or sent[array].dtype != right.dtype or np.any(sent[array] != right)
    assert np.array_equal(LAYOUTS[layout].native_inputs(cases.configuration.layer, cases.inputs).x, sent["x"])
