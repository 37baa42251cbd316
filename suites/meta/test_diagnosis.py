"""A wrong LSTM is named as what it is, a right one is never called wrong, and what nobody knows is called so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.hosting.client import InProcess
from lstm_conformance.fixtures.implementations.mutants import adapter_of
from lstm_conformance.reference.arithmetic import arithmetic_of, uniform
from lstm_conformance.reference.diagnosis import Diagnosis, Evidence, Fit, diagnose, reason
from lstm_conformance.reference.diagnosis.evidence import estimated
from lstm_conformance.reference.diagnosis.hypotheses import combining, pairs, single
from lstm_conformance.reference.diagnosis.telling import differs, most_specific
from lstm_conformance.reference.lstm import Cell, Outputs
from lstm_conformance.reference.mutants import BENIGN, MUTANTS
from lstm_conformance.reference.mutants.base import LSTM
from lstm_conformance.reference.rounded import Rounded
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.meta.naming import RIGHT, answer, diagnosed, is_right, seen, sizeable, subject_of
from lstm_conformance.suites.meta.needing import in_part

MILD = configuration(6, 3, 10, 20)
SMALL = configuration(3, 1, 4, 5)
DOUBLE = configuration(5, 3, 7, 9, dtype="float64")
TWO_WAYS = configuration(5, 2, 4, 9, bidirectional=True, num_layers=2)
LAST_ALONE = configuration(6, 3, 4, 9, return_sequences=False)

SHOWN = [
    ("input_and_forget_gate_exchanged", MILD),
    ("recurrent_kernel_in_other_order", DOUBLE),
    ("recurrent_bias_missing", MILD),
    ("forget_bias_added_at_run_time", DOUBLE),
    ("recurrent_kernel_transposed", MILD),
    ("hard_sigmoid_of_slope_one_fifth", MILD),
    ("initial_states_exchanged", DOUBLE),
    ("input_cleared", MILD),
    ("weights_decayed", MILD),
    ("float16_accumulation", MILD),
    ("float32_inside_float64", DOUBLE),
    ("directions_exchanged", TWO_WAYS),
    ("recurrent_activation_for_the_candidate", LAST_ALONE),
]


def evidence_of(lstm: type[LSTM], called: Configuration = MILD) -> Evidence:
    """What a class of the reference shows, run as if it were a framework."""
    implementation = InProcess(adapter_of("tried", lstm))
    evidence = seen(Subject(implementation, implementation.hello(), "eager"), called)
    assert evidence is not None
    return evidence


def name_of(lstm: type[LSTM], called: Configuration) -> tuple[str, ...]:
    """What fits best."""
    return diagnose(evidence_of(lstm, called)).fits[0].names


@pytest.fixture(scope="module")
def right() -> Evidence:
    """What a right LSTM shows."""
    return evidence_of(LSTM)


def with_outputs(evidence: Evidence, change: Callable[[np.ndarray], np.ndarray]) -> Evidence:
    """The evidence of one call whose outputs were changed."""
    return replace(evidence, outputs=Outputs(*(change(a) for a in evidence.outputs)), again=None)


def noise(a: np.ndarray) -> np.ndarray:
    """An error that no known mistake makes."""
    return a + 0.01 * np.random.RandomState(a.size).standard_normal(a.shape)


@pytest.mark.parametrize(("name", "called"), SHOWN, ids=[name for name, _ in SHOWN])
def test_a_wrong_lstm_is_named(name: str, called: Configuration) -> None:
    """It is the only one that fits, or all that fit are told to be its equivalents."""
    found = list(diagnosed([name], [called]))

    assert [each.answer for each in found if each.answer in RIGHT] == [each.answer for each in found] != []


def test_a_wrong_diagnosis_is_counted_as_wrong() -> None:
    """The measurement does not take every answer for right."""
    evidence = seen(subject_of("recurrent_bias_missing"), MILD)
    assert evidence is not None

    def found(*names: str) -> Diagnosis:
        return Diagnosis((Fit(names, 0.1),) if names else (), None)

    answers = [
        answer("recurrent_bias_missing", evidence, diagnosis)
        for diagnosis in (
            found("recurrent_bias_missing"),
            found("biases_missing"),
            found("biases_missing", "x"),
            found(),
        )
    ]
    assert answers == ["itself", "another", "pair", "nothing"]


def test_a_tie_with_one_that_can_be_told_apart_is_counted_as_wrong() -> None:
    """Two names are right only where the case cannot tell which of them it is."""
    evidence = seen(subject_of("recurrent_bias_missing"), MILD)
    assert evidence is not None
    tie = Diagnosis((Fit(("recurrent_bias_missing",), 0.1), Fit(("biases_missing",), 0.2)), None)

    assert answer("recurrent_bias_missing", evidence, tie) == "another"


@pytest.mark.parametrize("name", in_part(BENIGN, 2))
def test_a_right_lstm_is_called_right(name: str) -> None:
    """However it computes, in every third configuration that its layout has and in which some step counts."""
    subject = subject_of(name)
    some = [each for each in sizeable()[::3] if each.regime != "denormal" and each.mask != "nothing"]
    shown = [evidence for each in some if (evidence := seen(subject, each)) is not None]

    assert shown
    assert all(is_right(diagnose(evidence)) for evidence in shown)


def test_numbers_below_the_normal_ones_cannot_tell() -> None:
    """All layers return about zero then, within the bound of flushing."""
    diagnosis = diagnose(evidence_of(LSTM, configuration(6, 3, 10, 20, regime="denormal")))

    assert diagnosis.undecided
    assert diagnosis.sentence().startswith(
        "these arrays cannot tell: unrelated layers would be within the bound as well; "
    )


def test_every_order_of_the_gates_is_named() -> None:
    """There are 23 wrong ones, some of them in the catalogue."""
    orders = [
        hypothesis
        for hypothesis in single()
        if hasattr(hypothesis.mutant, "order") or hypothesis.names[0].startswith("gates in the")
    ]

    assert len(orders) == 23
    assert [diagnose(evidence_of(hypothesis.mutant, SMALL)).fits[0].names for hypothesis in orders] == [
        hypothesis.names for hypothesis in orders
    ]


def test_two_mistakes_are_named_together() -> None:
    """Neither alone fits."""
    wanted = {"read_in_onnx_order", "recurrent_bias_missing"}
    both = next(pairs([hypothesis for hypothesis in single() if hypothesis.names[0] in wanted]))
    diagnosis = diagnose(evidence_of(both.mutant))

    assert [set(fit.names) for fit in diagnosis.fits] == [wanted]
    assert "together with" in diagnosis.sentence()


def test_all_pairs_can_be_made() -> None:
    """No two classes stand in each other's way."""
    made = list(pairs(list(combining())))

    assert len(made) > 5000
    assert all(issubclass(hypothesis.mutant, LSTM) for hypothesis in made)


def test_two_mistakes_that_read_the_input_need_no_states(right: Evidence) -> None:
    """What one of them does to the memory of states, the other does to x alone."""
    without = replace(right, call=right.call._replace(h_0=None, c_0=None))
    named = {("gaps_of_a_slice_read_as_numbers",), ("input_clipped",)}
    (both,) = pairs([hypothesis for hypothesis in combining() if hypothesis.names in named])

    assert estimated(both.mutant, without) is not None


def test_what_nobody_knows_is_called_so(right: Evidence) -> None:
    """The closest is named, and is not said to fit."""
    diagnosis = diagnose(with_outputs(right, noise), work=1e12)

    assert diagnosis.fits == ()
    assert diagnosis.next_best is not None
    assert diagnosis.next_best.budget > 1
    assert diagnosis.sentence().startswith("no single known mistake fits, nor any pair; closest: ")


def test_no_hypothesis_fits_what_is_not_a_number(right: Evidence) -> None:
    """NaN is within no bound: nothing is tried."""
    diagnosis = diagnose(with_outputs(right, lambda a: a * np.nan))

    assert (diagnosis.fits, diagnosis.next_best) == ((), None)
    assert diagnosis.endless[0] == diagnosis.endless[1] > 0


def test_a_state_that_was_not_given(right: Evidence) -> None:
    """A layer that kept the state of an earlier call is right from that state on."""
    diagnosis = diagnose(replace(right, call=right.call._replace(h_0=None, c_0=None)))

    assert [fit.names for fit in diagnosis.fits] == [("a correct LSTM from another initial state",)]
    assert reason(*diagnosis.fits[0].names).startswith("Keeps the state of an earlier call")


def test_a_mistake_is_not_taken_for_another_state() -> None:
    """What is wrong in every step is no matter of the state."""
    evidence = evidence_of(MUTANTS["recurrent_bias_missing"])
    diagnosis = diagnose(replace(evidence, call=evidence.call._replace(h_0=None, c_0=None)))

    assert not any("state" in name for fit in diagnosis.fits for name in fit.names[:1])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_less_accuracy_than_declared(dtype: str) -> None:
    """The arithmetic is named in which the right LSTM fits."""
    evidence = evidence_of(LSTM, configuration(6, 3, 10, 20, dtype=dtype))
    diagnosis = diagnose(replace(evidence, arithmetic=arithmetic_of("float32"), cell=Cell()))

    assert [fit.names for fit in diagnosis.fits] == [
        (f"a correct LSTM no more accurate than with arithmetic of {dtype}",)
    ]


def test_without_work_it_says_so(right: Evidence) -> None:
    """Nothing is claimed about what was not tried."""
    diagnosis = diagnose(with_outputs(right, noise), work=0)

    assert not diagnosis.complete
    assert diagnosis.sentence().startswith(
        "no single known mistake fits, nor any of the pairs that were tried; closest: "
    )


def test_a_right_lstm_needs_no_work(right: Evidence) -> None:
    """It is the first that is tried."""
    assert is_right(diagnose(right, work=0))


@pytest.mark.parametrize("change", [lambda a: a[..., :-1], lambda a: a.swapaxes(0, -2)], ids=["smaller", "turned"])
def test_outputs_that_do_not_fit_the_input(right: Evidence, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """They are refused, also where they have as many numbers as those that would fit."""
    with pytest.raises(ValueError, match="the outputs have other shapes"):
        diagnose(with_outputs(right, change))


def test_every_mistake_is_explained() -> None:
    """A sentence for each."""
    assert all(reason(hypothesis.names[0]).endswith(".") for hypothesis in single())


def rounded(value: float, bound: float) -> Rounded:
    """A number with its bound."""
    return Rounded(np.array([value]), np.array([bound]), np.zeros(1), uniform("float64"))


@pytest.mark.parametrize(
    ("a", "b", "different"),
    [((0, 1), (3, 1), True), ((0, 1), (0.5, 0.1), False), ((0, 0.1), (0.5, 1), False), ((0, 1), (1.5, 1), True)],
)
def test_telling_two_apart(a: tuple[float, float], b: tuple[float, float], different: bool) -> None:
    """They differ if neither value lies within the bound of the other."""
    assert differs(rounded(*a), rounded(*b)) is different


def test_what_allows_much_more_explains_less() -> None:
    """Of several that fit, one that allows everything is left out; those that are much alike are kept."""
    dues = {"narrow": rounded(0, 1), "as narrow": rounded(0, 1), "wider": rounded(0.1, 3), "much wider": rounded(1, 20)}
    fits = [(Fit((name,), 0.5), due) for name, due in dues.items()]

    assert [fit.names[0] for fit in most_specific(fits)] == ["narrow", "as narrow", "wider"]


KNOWN, OTHER, THIRD = Fit(("biases_missing",), 0.064), Fit(("a_b",), 0.001), Fit(("forget_bias_missing",), 2.04e6)


@pytest.mark.parametrize(
    ("fits", "next_best", "sentence"),
    [
        ([Fit((), 0.3)], None, "the outputs are those of a correct LSTM, 0.30 × the bound"),
        ([KNOWN], THIRD, "fits biases missing, 0.06 × the bound; next best: forget bias missing, 2e6 × the bound"),
        ([KNOWN], Fit(("x",), 1.0001), "fits biases missing, 0.06 × the bound; next best: x, 1.01 × the bound"),
        ([Fit(("x",), 0.9999)], None, "fits x, 0.99 × the bound"),
        ([Fit(("x", "a_b"), 0.5)], None, "fits x together with a b, 0.50 × the bound"),
        (
            [OTHER, KNOWN],
            None,
            "fits a b (<0.01 × the bound) and biases missing (0.06 ×), which cannot be told apart in this case",
        ),
        (
            [OTHER] * 6,
            None,
            "fits a b (<0.01 × the bound), a b (<0.01 ×), a b (<0.01 ×), a b (<0.01 ×) and 2 more, "
            "which cannot be told apart in this case",
        ),
        ([], THIRD, "no single known mistake fits, nor any pair; closest: forget bias missing, 2e6 × the bound"),
        ([], None, "no single known mistake fits, nor any pair"),
    ],
)
def test_the_sentence(fits: list[Fit], next_best: Fit | None, sentence: str) -> None:
    """It names what fits and by how much, what comes next, and never rounds a budget to the other side of 1."""
    assert Diagnosis(tuple(fits), next_best).sentence() == sentence
