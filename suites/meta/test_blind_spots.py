"""No layer may be wrong at the sizes that people use, with an option that they use, and green here."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, values_of
from lstm_conformance.fixtures.cases.constraints import choices_of
from lstm_conformance.fixtures.cases.crossing import AS_USED, BY_THEMSELVES, LIST, ORDINARY, OTHERS, WIDE
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.meetings import (
    CLASSES,
    EMPTY,
    FAR,
    JUDGED,
    LONGEST,
    NEVER,
    ONE,
    USUAL,
    WIDELY,
    Meeting,
    line_of,
    mapped,
    meetings,
)
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.cases.options import SIZES
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS, adapter_of
from lstm_conformance.reference.arithmetic import QUANTISED
from lstm_conformance.reference.mutants import BENIGN
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithDerivatives
from lstm_conformance.reference.mutants.dropping import LSTMWithDropout
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.meta.blind_spots import ORDINARILY, met, survivors
from lstm_conformance.suites.meta.judging import subject_of
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.running import conformance

CHECK = all_checks()["20.1"]
QUICK = TIERS["quick"]
IN_BOTH = ("float32", "float64")


class LikeKeras(LSTM):
    """A right LSTM, put under test with the options of Keras."""

    layout = "keras"


RIGHT: type[Adapter] = adapter_of("right", LikeKeras)


class Zeros(RIGHT):  # type: ignore[misc, valid-type]
    """Has the shapes and dtypes of the right one, and no other number than zero."""

    def call_masked(self, *given: Any) -> list[Any]:
        """Compute, and forget."""
        return [np.zeros_like(a) for a in super().call_masked(*given)]

    def call(self, *given: Any) -> list[Any]:
        """Compute, and forget."""
        return [np.zeros_like(a) for a in super().call(*given)]


class ZerosForOrdinaryBatches(RIGHT):  # type: ignore[misc, valid-type]
    """Is right but for 5 to 127 rows."""

    def call(self, built: Any, x: Any, states: Any) -> list[Any]:
        """Compute, and forget if there are so many rows."""
        return [a * (0 if 5 <= x.shape[0] < 128 else 1) for a in super().call(built, x, states)]


def offers(*dtypes: str) -> list[Any]:
    """The paths of the bundled adapters on which a new configuration costs next to nothing, and dtypes.

    Of quantised layers no options are crossed.
    """
    every = [
        (name, offer)
        for name in IMPLEMENTATIONS
        for offer in declared(name).offers
        if offer.cost == "call" and not QUANTISED.keys() >= set(offer.dtypes)
    ]
    return [
        pytest.param(offer, dtype, id=f"{name}/{offer.path}/{dtype}")
        for name, offer in every
        for dtype in dtypes
        if dtype in {"", *offer.dtypes}
    ]


@pytest.mark.parametrize(("offer", "dtype"), in_part(offers(*IN_BOTH), 3))
def test_every_option_meets_the_usual_sizes(offer: Offer, dtype: str) -> None:
    """In the quick tier: no layer may be wrong where people are, and green here."""
    sizes = (*USUAL, *FAR, *WIDELY, *(LONGEST if dtype == "float32" else ())) if not offer.only else ()
    plain = [Meeting((), size) for size in sizes]

    assert survivors(offer, QUICK.crossed(offer), [*plain, *meetings(offer, USUAL, dtype)], dtype) == []


@pytest.mark.parametrize(("offer", "dtype"), offers("float32"))
def test_every_option_meets_many_units(offer: Offer, dtype: str) -> None:
    """But for regimes, structures and all masks but one: as many as layers of language and speech have."""
    wrong = [
        meeting
        for meeting in meetings(offer, WIDELY, dtype)
        if not any(value not in WIDE.get(name, (value,)) for name, value in meeting.options)
    ]

    assert wrong
    assert survivors(offer, QUICK.crossed(offer), wrong, dtype) == []


@pytest.mark.parametrize(("offer", "dtype"), offers(""))
def test_every_option_meets_sizes_of_one(offer: Offer, dtype: str) -> None:
    """In some dtype."""
    assert survivors(offer, QUICK.crossed(offer), meetings(offer, ONE), dtype) == []


@pytest.mark.parametrize(
    ("offer", "dtype"),
    [each for each in offers(*IN_BOTH) if each.id.split("/")[0] in {"torch.nn.LSTM", "keras.layers.LSTM"}],
)
def test_every_two_options_meet_at_ordinary_sizes(offer: Offer, dtype: str) -> None:
    """But for regimes, structures and the way back: no layer may be wrong in two that are usual together, and green."""
    every = meetings(offer, ORDINARILY, dtype, count=2)
    wrong = [meeting for meeting in every if not any(name in BY_THEMSELVES for name, _ in meeting.options)]

    assert len(wrong) > 50
    assert survivors(offer, QUICK.crossed(offer), wrong, dtype) == []


ALONG_THE_STEPS = {"mask": "right", "bidirectional": True, "num_layers": 2, "go_backwards": True}
"""Options by which something goes from step to step, from layer to layer or from end to end in another way."""


@pytest.mark.parametrize(("offer", "dtype"), offers("float32"))
def test_what_goes_along_the_steps_meets_many(offer: Offer, dtype: str) -> None:
    """More than a hundred: texts are long, and are padded."""
    due = ALONG_THE_STEPS.items()
    wrong = [meeting for meeting in meetings(offer, FAR[:1], dtype) if meeting.options[0] in due]

    assert {meeting.size.reason for meeting in wrong} <= {"T > 100"}
    assert len(wrong) == sum(value in choices_of(offer).values[name][1:] for name, value in due)
    assert survivors(offer, QUICK.crossed(offer), wrong, dtype) == []


def _is_padded(offer: Offer) -> bool:
    """Whether rows of other lengths are asked, and anything may be asked with them."""
    return "right" in choices_of(offer).values.get("mask", ()) and not offer.only


@pytest.mark.parametrize(("offer", "dtype"), [each for each in offers("float32") if _is_padded(each.values[0])])
def test_padded_rows_may_be_many(offer: Offer, dtype: str) -> None:
    """More than a byte can count: rows are sorted, packed and put back into their order."""
    wrong = [Meeting((("mask", "right"),), size) for size in FAR if size.reason == "B > 256"]

    assert len(wrong) == 1
    assert survivors(offer, QUICK.crossed(offer), wrong, dtype) == []


def test_stacks_have_more_layers_than_three() -> None:
    """In one direction and in both: what is right for the first layers may be wrong for the fourth."""
    stacks = {
        (configuration.layer.num_layers > 3, configuration.layer.bidirectional)
        for configuration in QUICK.configurations
    }

    assert {(True, True), (True, False)} <= stacks


ON_THE_WAY_BACK = ("bidirectional", "proj_size", "mask", "unroll", "go_backwards", "num_layers")
"""Options for which kernels have a way back of its own."""


def _goes_back(offer: Offer) -> bool:
    """Whether gradients are asked, and anything may be asked with them."""
    return "gradients" in offer.claims and "float32" in offer.dtypes and not offer.only


@pytest.mark.parametrize(("offer", "dtype"), [each for each in offers("") if _goes_back(each.values[0])])
def test_the_way_back_meets_ordinary_sizes_with_options(offer: Offer, dtype: str) -> None:
    """In some dtype; of masks, where steps count at the end of a row and where they are strewn."""
    every = meetings(offer, ORDINARILY, count=2)
    wrong = [meeting for meeting in every if ("trained", True) in meeting.options and _is_of_the_way_back(meeting)]

    assert survivors(offer, QUICK.crossed(offer), [*_trained(), *wrong], dtype) == []


FAR_BACK = tuple(size for size in FAR if size.reason in {"T > 100", "B > 256"})
"""Classes that a plain layer meets on the way back: where sums over steps and rows are cut, or split into parts."""


@pytest.mark.parametrize(("offer", "dtype"), [each for each in offers("float32") if _goes_back(each.values[0])])
def test_the_way_back_meets_many_steps_and_many_rows(offer: Offer, dtype: str) -> None:
    """No layer may forget the steps or rows behind the first hundred in its gradients, and be green."""
    wrong = [Meeting((("trained", True),), size) for size in FAR_BACK]

    assert len(wrong) == 2
    assert survivors(offer, QUICK.crossed(offer), wrong, dtype) == []


@pytest.mark.parametrize("cost", ["trace", "compile"])
def test_the_way_back_meets_ordinary_sizes_where_that_takes_long(cost: str) -> None:
    """Once, on every path that goes back."""
    every = [(name, offer) for name in IMPLEMENTATIONS for offer in declared(name).offers if offer.cost == cost]
    blind = {
        f"{name}/{offer.path}"
        for name, offer in every
        if _goes_back(offer) and survivors(offer, QUICK.crossed(offer), _trained())
    }

    assert blind == set()


def _trained() -> list[Meeting]:
    """Wrong at ordinary sizes, where all other options are at their defaults."""
    return [Meeting((("trained", True),), *ORDINARILY)]


def _is_of_the_way_back(meeting: Meeting) -> bool:
    return any(name in ON_THE_WAY_BACK and value in {True, 2, 3, "right", "holes"} for name, value in meeting.options)


@pytest.mark.parametrize(("offer", "dtype"), offers("float32"))
def test_layers_are_asked_as_they_are_used(offer: Offer, dtype: str) -> None:
    """For the last output alone, the rows first, without states, where there is a choice; with one row or one step.

    A path of projections alone is not asked where a projection would not be smaller than the hidden state.
    """
    del dtype
    rows, offered = list(map(values_of, QUICK.crossed(offer))), choices_of(offer).values
    used = {name: first for name, (first, _) in AS_USED.items() if first in offered[name]}

    for sizes in ({name: ORDINARY[name] for name in SIZES}, *OTHERS):
        if offer.only == ("projection",) and sizes["hidden_size"] <= ORDINARY["proj_size"][-1:]:
            continue
        due = used | {name: size for name, (size,) in sizes.items()}
        assert any(due.items() <= row.items() for row in rows), due


@pytest.mark.parametrize(
    ("offer", "dtype"),
    [
        pytest.param(*each.values, id=each.id, marks=[pytest.mark.deep] if each.id.startswith("tf_keras") else [])
        for each in offers("")
        if each.id.split("/")[0] in {"torch.nn.LSTM", "tf_keras.layers.LSTM"}
    ],
)
def test_every_two_options_meet_at_ordinary_sizes_in_the_full_tier(offer: Offer, dtype: str) -> None:
    """In some dtype."""
    assert survivors(offer, TIERS["full"].crossed(offer), meetings(offer, ORDINARILY, count=2), dtype) == []


@pytest.mark.parametrize(
    "offer",
    [
        pytest.param(
            each.values[0], id=each.id, marks=[] if each.id.startswith("torch.nn.LSTM/") else [pytest.mark.deep]
        )
        for each in offers("")
        if not each.values[0].only
    ],
)
def test_nearly_every_three_options_meet_at_ordinary_sizes_in_the_full_tier(offer: Offer) -> None:
    """In some dtype: 95 % of those that can, on every path on which a configuration costs next to nothing."""
    found = met(offer, TIERS["full"].crossed(offer), ORDINARILY, 3)

    assert found.dead >= 0.95 * found.all > 1


def test_what_meets_is_counted_as_it_dies() -> None:
    """Two options, by what is counted and by the family; three are so many that they are counted alone."""
    offer = declared("torch.nn.LSTM").on("eager")
    asked = QUICK.crossed(offer)
    wrong = list(meetings(offer, ORDINARILY, count=2))

    assert met(offer, asked, ORDINARILY, 2) == (len(wrong) - len(survivors(offer, asked, wrong)), len(wrong))
    assert 0 < met(offer, asked, ORDINARILY, 3).dead < met(offer, asked, ORDINARILY, 3).all


def test_the_map_shows_what_is_measured() -> None:
    """Of every meeting that there can be on a path, whether it was judged; and what there is not, it leaves blank."""
    offer = declared("torch.nn.LSTM").on("eager")
    small = [configuration for configuration in QUICK.crossed(offer) if configuration.time <= 5]
    lines, every = mapped(offer, small), list(meetings(offer, (*ONE, *USUAL)))

    shown = {meeting: lines[line_of(*meeting.options[0])][CLASSES.index(meeting.size)] for meeting in every}

    empty = [f"zeros where {meeting} live in every dtype" for meeting in every if shown[meeting] == EMPTY]
    assert empty == survivors(offer, small, every)
    assert set(shown.values()) == {JUDGED, EMPTY}
    assert [line[: len(ONE)] for line in (lines["unbatched"], lines["mask_right"])] == ["xxxx", f"{NEVER * 2}xx"]
    assert set("".join(mapped(offer, []).values())) == {EMPTY, NEVER}


def test_a_tier_that_does_not_look_is_found() -> None:
    """The negative twin: small sizes alone leave all of the family alive."""
    offer = declared("torch.nn.LSTM").on("eager")
    small = [configuration for configuration in QUICK.crossed(offer) if configuration.time <= 5]
    wrong = list(meetings(offer, USUAL, "float64"))

    assert len(wrong) > 100
    assert len(survivors(offer, small, wrong, "float64")) > len(wrong) // 2


def verdict_of(subject: Subject, configuration: Configuration) -> str:
    """What rule 20.1 says of the first case."""
    return judge(CHECK, subject, draw(configuration, [0], biases=subject.layout.biases))[0].verdict


def drawn() -> list[Configuration]:
    """For forty of the family, drawn by the list of configurations, one in which it is wrong."""
    offer = subject_of(RIGHT).hello.on("eager")
    asked = [
        configuration
        for configuration in QUICK.crossed(offer)
        if not configuration.drops and configuration.dtype in IN_BOTH
    ]
    chosen = random.Random(LIST.read_text("utf-8")).sample(list(meetings(offer, USUAL)), 40)
    shown = ([c for c in asked if meeting.is_in(values_of(c))] for meeting in chosen)
    return list(dict.fromkeys(configurations[0] for configurations in shown))


def test_they_die_as_the_plan_says() -> None:
    """Forty of them, run for real: zeros are red where the plan says so, and a right layer is green there."""
    wrong, right = subject_of(Zeros), subject_of(RIGHT)

    verdicts = {
        str(configuration): (verdict_of(wrong, configuration), verdict_of(right, configuration))
        for configuration in drawn()
    }

    assert len(verdicts) > 10
    assert verdicts == dict.fromkeys(verdicts, ("fail", "pass"))


def test_zeros_for_ordinary_batches_are_red(tmp_path: Path) -> None:
    """In the quick tier, as a user runs it."""
    options = ("--tier", "quick", "--in-process", "--brief", "--until-caught", "--tb=no", "-rN")
    adapter = f"{__file__}:ZerosForOrdinaryBatches"
    run = conformance(tmp_path, "--implementation", adapter, *options, of=["suites/test_20_crossing.py"])

    assert run.status == 1
    assert {check.verdict for check in run.results.checks} >= {"pass", "fail"}
    assert set("".join(run.results.header.environments[0].sizes["eager"].values())) == {JUDGED, EMPTY, NEVER}


NOT_CROSSED = (LSTMWithDropout, LSTMWithDerivatives)
"""What drops is crossed by itself, and what is asked for derivatives alone is not crossed at all."""

RIGHT_ONES = [name for name, right in BENIGN.items() if not issubclass(right, NOT_CROSSED)]


@pytest.mark.parametrize("name", [*RIGHT_ONES[:3], *(pytest.param(n, marks=pytest.mark.deep) for n in RIGHT_ONES[3:])])
def test_right_ones_are_green_at_these_sizes(name: str) -> None:
    """However they compute: some options by themselves, drawn by the name, of those that are asked in float32."""
    subject = subject_of(ADAPTERS[name])
    at_sizes = QUICK.crossing.at_sizes(subject.hello.on("eager"))
    asked = random.Random(name).sample(
        [configuration for configuration in at_sizes if configuration.dtype == "float32"], 8
    )

    verdicts = {str(configuration): verdict_of(subject, configuration) for configuration in asked}

    assert verdicts == dict.fromkeys(verdicts, "pass")
