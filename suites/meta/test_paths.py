"""Chapter 18: who is compared with whom, and that a difference is seen."""

from __future__ import annotations

import dataclasses

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.hosting.client import Hello, InProcess
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.planning import CaseId, Plan, family_of
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate, stand_in
from lstm_conformance.suites.harness.run.options import _of_case
from lstm_conformance.suites.meta import edged
from lstm_conformance.suites.meta.judging import CHECKS

ORDINARY = configuration(4, 3, 5, 6)
MISTAKEN = configuration(4, 3, 5, 6, invalid_input="h_0_of_one_row")
ROWLESS = configuration(4, 3, 5, 8, invalid_input="no_rows")


def outcome(adapter: str, rule: str, called: Configuration) -> Outcome:
    """What is said of the second path of an adapter, compared with the first."""
    implementation = InProcess(getattr(edged, adapter))
    hello = implementation.hello()
    subject = Subject(implementation, hello, "graph", model=Subject(implementation, hello, "eager"))
    assert CHECKS[rule].where(called)
    (found,) = judge(CHECKS[rule], subject, draw(called, (0,), biases=2))
    return found


@pytest.mark.parametrize(("rule", "called"), [("18.1", ORDINARY), ("18.2", MISTAKEN), ("18.3", ROWLESS)])
def test_paths_that_agree_pass(rule: str, called: Configuration) -> None:
    """In numbers, in refusals, and where nothing is documented."""
    assert outcome("TwoPaths", rule, called).verdict == "pass"


@pytest.mark.parametrize(
    ("adapter", "rule", "called", "expected"),
    [
        ("Differing", "18.1", ORDINARY, "output uses"),
        ("Transposing", "18.1", ORDINARY, "output: has the shape (1, 6, 3, 4), but (1, 4, 3, 6) on the other path"),
        (
            "Stricter",
            "18.1",
            ORDINARY,
            "answer: refused with NotImplementedError, but answered on edged.TwoPaths eager",
        ),
        ("Laxer", "18.2", MISTAKEN, "answer: answered, but refused with RuntimeError on edged.TwoPaths eager"),
        ("Stricter", "18.3", ROWLESS, "answer: refused with NotImplementedError, but answered on"),
        ("Forgetting", "18.4", ORDINARY, "output uses"),
        ("OtherKind", "18.3", ROWLESS, "answer: refused with OverflowError, but refused with LookupError on"),
    ],
)
def test_paths_that_differ_are_caught(adapter: str, rule: str, called: Configuration, expected: str) -> None:
    """Even where each of them might be right."""
    found = outcome(adapter, rule, called)

    assert found.verdict == "fail"
    assert expected in (found.message or "")


@pytest.mark.parametrize("adapter", ["TwoPaths", "Honest"])
def test_a_refusal_of_what_is_not_claimed_is_in_order(adapter: str) -> None:
    """As is an answer that is right."""
    assert outcome(adapter, "18.4", ORDINARY).verdict == "pass"


def test_a_path_is_asked_for_one_thing_that_it_does_not_claim() -> None:
    """And that the first one does; a path that is there for something else is not asked, nor is what is dear."""
    name, greeting = hello("a", "eager", "graph", "other")
    first, second, third = greeting.offers
    first = dataclasses.replace(first, claims=("initial_state", "layers", "projection", "lengths"))
    second = dataclasses.replace(second, cost="trace")
    third = dataclasses.replace(third, only=("unbatched",))
    greeting = dataclasses.replace(greeting, offers=(first, second, third))
    planned = Plan().of(CHECKS["18.4"], [(name, greeting)])

    assert {each.path for each in planned} == {"graph"}
    assert {each.model for each in planned} == {("a", "eager")}
    assert {str(each.configuration) for each in planned} == {
        "T6-B2-I5-H9-L2-float32-mild",
        "T5-B3-I6-H11-P4-float32-mild",
        "T6-B3-I5-H9-mask_right-float32-mild",
    }


def test_the_same_refusal_is_agreement_and_told() -> None:
    """On both paths, by the same kind of exception."""
    found = outcome("TwoPaths", "18.3", ROWLESS)

    assert found.measure == "output"
    assert (found.verdict, found.budget) == ("pass", 0.0)


def hello(name: str, *paths: str, dtypes: tuple[str, ...] = ("float32",), layout: str = "torch") -> tuple[str, Hello]:
    """Somebody who claims to be given states."""
    offers = tuple(Offer(path=path, dtypes=dtypes, claims=("initial_state",)) for path in paths)
    return name, dataclasses.replace(stand_in(name), offers=offers, layout=layout)


@pytest.mark.parametrize(
    ("hellos", "pairs"),
    [
        ([hello("a", "eager")], []),
        ([hello("a", "eager", "graph")], [(("a", "graph"), ("a", "eager"))]),
        ([hello("a", "eager"), hello("b", "eager")], []),
        ([hello("a", "eager"), hello("a@jax", "jit")], [(("a@jax", "jit"), ("a", "eager"))]),
        ([hello("a@jax", "jit"), hello("a", "eager")], [(("a@jax", "jit"), ("a", "eager"))]),
        ([hello("a@jax", "jit"), hello("a@torch", "eager")], []),
        (
            [hello("a", "eager"), hello("a@jax", "first", "second")],
            [(("a@jax", "first"), ("a", "eager")), (("a@jax", "second"), ("a@jax", "first"))],
        ),
        (
            [hello("a", "eager", dtypes=("float64",)), hello("a@jax", "first", "second")],
            [(("a@jax", "second"), ("a@jax", "first"))],
        ),
    ],
    ids=[
        "alone",
        "two paths",
        "no family",
        "two backends",
        "in any order",
        "not the first backend",
        "two paths of two backends",
        "who offers it",
    ],
)
def test_every_path_is_compared_with_the_first_of_its_own_and_that_with_the_family(
    hellos: list[tuple[str, Hello]], pairs: list[tuple[tuple[str, str], tuple[str, str]]]
) -> None:
    """Of those that offer the configuration; and no path with itself."""
    planned = [each for each in Plan().of(CHECKS["18.1"], hellos) if each.configuration == configuration(6, 3, 10, 20)]

    assert [((each.implementation, each.path), each.model) for each in planned] == pairs


def test_other_rules_compare_nothing() -> None:
    """Their items have no model."""
    assert {each.model for each in Plan().of(CHECKS["1.1"], [hello("a", "eager", "graph")])} == {None}


@pytest.mark.parametrize(
    ("rule", "asked"),
    [("12.4", set()), ("17.2", {"no_rows"}), ("18.2", {"no_steps"}), ("18.3", {"no_rows", "x_of_other_dtype"})],
)
def test_what_is_undocumented_is_asked_by_rules_of_its_own(rule: str, asked: set[str]) -> None:
    """And by no other: of Keras, nobody asks how it refuses other dtypes."""
    name, greeting = hello("a", "eager", "graph", layout="keras")
    more = [dataclasses.replace(offer, claims=("initial_state", "refusals")) for offer in greeting.offers]
    greeting = dataclasses.replace(greeting, offers=tuple(more))
    invalid_inputs = {each.configuration.invalid_input for each in Plan().of(CHECKS[rule], [(name, greeting)])}

    assert invalid_inputs & {"no_rows", "no_steps", "x_of_other_dtype"} == asked


@pytest.mark.parametrize(("name", "family"), [("a.b", "a.b"), ("a.b@jax", "a.b"), ("a/b.py:C", "a/b.py:C")])
def test_the_family_is_what_stands_before_the_backend(name: str, family: str) -> None:
    """And a name without one is its own family."""
    assert family_of(name) == family


def case_of(rule: str, implementation: str) -> CaseId:
    """The id of a case of a rule."""
    return CaseId(implementation=implementation, path="eager", rule=rule, configuration="T1", number=0)


@pytest.mark.parametrize(
    ("rule", "implementation", "wanted"),
    [
        ("1.1", "torch.nn.LSTM", ["torch.nn.LSTM"]),
        ("18.1", "torch.nn.LSTM", ["torch.nn.LSTM"]),
        ("18.1", "path/to/file.py:Class", ["path/to/file.py:Class"]),
        ("17.1", "keras.layers.LSTM@torch", ["keras.layers.LSTM@torch"]),
    ],
)
def test_a_case_is_run_with_what_it_is_compared_with(rule: str, implementation: str, wanted: list[str]) -> None:
    """And with nothing else."""
    assert _of_case(case_of(rule, implementation)) == [Candidate(BY_NAME, name) for name in wanted]


def test_a_case_that_compares_backends_takes_them_all() -> None:
    """As far as they are installed; the one that is named is there in any case."""
    wanted = [candidate.value for candidate in _of_case(case_of("18.1", "keras.layers.LSTM@torch"))]

    assert "keras.layers.LSTM@torch" in wanted
    assert {family_of(name) for name in wanted} == {"keras.layers.LSTM"}
