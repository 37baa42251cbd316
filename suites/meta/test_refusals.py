"""Chapter 12: who refuses as documented passes, and who does not is caught."""

from __future__ import annotations

import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS, OF_CALLS, OF_CONSTRUCTORS
from lstm_conformance.fixtures.cases.requirements import REQUIREMENTS
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.fixtures.hosting.client import AdapterError, BadAnswer, Hosted, InProcess, take_error
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.fixtures.implementations.keras.on_torch import KerasOnTorch
from lstm_conformance.fixtures.implementations.torch.lstm import TorchLSTM
from lstm_conformance.fixtures.implementations.torch.lstmcell import TorchLSTMCell
from lstm_conformance.reference.contracts import CONTRACTS, Contract, contract_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.suites import test_12_refusals
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.rejection import attempt
from lstm_conformance.suites.harness.judge.rules import Check
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.meta import refusing_adapters
from lstm_conformance.suites.meta.fakes import NumpyLSTM

CHECKS: list[Check] = [test.check for name, test in vars(test_12_refusals).items() if name.startswith("test_")]
NOTHING_LEFT = "12.8"
ASKED = [
    called
    for called in TIERS["quick"].configurations
    if called.invalid_input
    and called.applies_to(contract_of("torch"), "torch")
    and called.requirements <= set(refusing_adapters.Refusing.claims)
]


def outcome(adapter: type[Adapter], rule: str, called: Configuration) -> Outcome:
    """The only outcome of a check, which is not repeated in a fresh host."""
    with InProcess(adapter) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        check = next(each for each in CHECKS if each.rule == rule)
        assert check.where(called)
        (found,) = judge(check, subject, draw(called, (0,), biases=2))
        return found


def of_mistake(adapter: type[Adapter], invalid_input: str) -> Outcome:
    """The outcome of the rule that is about a mistake."""
    called = configuration(4, 3, 5, 6, invalid_input=invalid_input)
    rule = next(check.rule for check in CHECKS if check.rule != NOTHING_LEFT and check.where(called))
    return outcome(adapter, rule, called)


@pytest.mark.parametrize("called", ASKED, ids=str)
@pytest.mark.parametrize("adapter", [refusing_adapters.Refusing, refusing_adapters.Subclassing])
def test_a_proper_refusal_passes(adapter: type[Adapter], called: Configuration) -> None:
    """All rules of the chapter, also with kinds that are subclasses of the documented ones."""
    assert [outcome(adapter, check.rule, called).message for check in CHECKS if check.where(called)] == [None, None]


@pytest.mark.parametrize(
    ("adapter", "invalid_input", "expected"),
    [
        ("Accepting", "c_0_of_one_row", "refusal: a c_0 with one row was accepted, documented is RuntimeError"),
        ("Accepting", "c_0_of_one_unit", "refusal: a c_0 with one unit was accepted"),
        ("Accepting", "c_0_of_other_dtype", "was accepted, documented is ValueError or RuntimeError"),
        ("Accepting", "states_in_one_tensor", "h_0 and c_0 in one tensor raised ValueError, documented is TypeError"),
        ("Accepting", "x_too_wide", "twice the features raised ValueError, documented is RuntimeError in call: matmul"),
        ("WrongKind", "no_steps", "raised KeyError, documented is RuntimeError in call: 'expected at least one step"),
        ("WrongKind", "hidden_size_zero", "raised KeyError, documented is ValueError in build"),
        ("LateLayer", "hidden_size_negative", "raised ValueError in weights, documented is ValueError in build"),
        ("LateLayer", "hidden_size_float", "raised TypeError in weights, documented is TypeError in build"),
        ("LateOutputs", "x_of_rank_1", "raised ValueError in array, documented is ValueError in call"),
        ("Checking", "x_of_rank_4", "raised ValueError by the adapter, documented is ValueError in call"),
        ("Checking", "bias_text", "raised TypeError by the adapter, documented is TypeError in build"),
    ],
)
def test_an_improper_refusal_fails(adapter: str, invalid_input: str, expected: str) -> None:
    """Silence, another kind, too late, or in the stead of the layer; and the message says which."""
    found = of_mistake(getattr(refusing_adapters, adapter), invalid_input)

    assert found.verdict == "fail"
    assert expected in (found.message or "")


@pytest.mark.parametrize(
    ("adapter", "invalid_input", "verdict"),
    [
        ("Halfway", "c_0_of_one_row", "fail"),
        ("Doubling", "x_of_rank_4", "fail"),
        ("Unusable", "x_of_rank_4", "error"),
    ],
)
def test_what_a_refusal_leaves_behind_is_seen(adapter: str, invalid_input: str, verdict: str) -> None:
    """The refusal itself is proper, and the next ordinary call is not legal."""
    wrong = getattr(refusing_adapters, adapter)

    assert of_mistake(wrong, invalid_input).verdict == "pass"
    assert outcome(wrong, NOTHING_LEFT, configuration(4, 3, 5, 6, invalid_input=invalid_input)).verdict == verdict


def test_who_does_not_claim_it_is_not_asked() -> None:
    """An adapter that somebody wrote for a layer without checks runs no check of this chapter."""
    with InProcess(NumpyLSTM) as implementation:
        hellos = [("fake", implementation.hello())]

    assert [Plan().of(check, hellos) for check in CHECKS] == [[]] * len(CHECKS)


@pytest.mark.parametrize("adapter", [TorchLSTM, TorchLSTMCell, KerasOnTorch])
def test_the_suites_own_are_asked(adapter: type[Adapter]) -> None:
    """Every mistake that the contract knows, by the rule about it and by the rule about what it leaves."""
    asked = {
        called.invalid_input
        for called in TIERS["quick"].configurations
        if called.invalid_input
        and called.applies_to(CONTRACTS[str(adapter.contract)], adapter.layout)
        and called.requirements <= set(adapter.claims)
    }

    assert asked == set(CONTRACTS[str(adapter.contract)].documented)


@pytest.mark.parametrize(("claims", "asked"), [((), False), (("cell",), True)])
def test_a_cell_is_asked_about_its_own_mistakes(claims: tuple[str, ...], asked: bool) -> None:
    """And where rows are as many as units: only there may one pass for the other."""
    (called,) = [each for each in TIERS["quick"].configurations if each.invalid_input == "x_without_rows"]

    assert called.batch == called.layer.hidden_size
    assert called.applies_to(contract_of("torch", claims), "torch") is asked


def test_a_mistake_is_asked_about_by_no_other_chapter() -> None:
    """Its configuration has inputs that are in order, which no rule should be satisfied with."""
    called = configuration(4, 3, 5, 6, invalid_input="x_too_wide")

    assert [check.rule for check in CHECKS if check.where(called)] == ["12.2", NOTHING_LEFT]
    assert not any(check.where(configuration(4, 3, 5, 6)) for check in CHECKS)


@pytest.mark.parametrize("name", INVALID_INPUTS)
def test_a_mistake_is_one(name: str) -> None:
    """It changes the inputs or the constructor, by an argument that a layer has or a claim explains; it is answered."""
    invalid_input = INVALID_INPUTS[name]

    changed = [invalid_input.canonical, invalid_input.native, invalid_input.valid, invalid_input.constructor or None]
    assert changed.count(None) == 3 or (invalid_input.together and not invalid_input.constructor)
    told = " ".join(REQUIREMENTS[claim] for claim in invalid_input.requires)
    unknown = set(invalid_input.constructor) - set(Layer.__dataclass_fields__)
    assert all(f"`{argument}`" in told for argument in unknown)
    assert any(name in {*known.documented, *known.undocumented} for known in CONTRACTS.values())


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_a_contract_is_about_mistakes_that_there_are(contract: Contract) -> None:
    """What is undocumented is the mistake of a call, and no kind of exception is listed for it."""
    assert {*contract.rejections.calls, *contract.undocumented} <= set(OF_CALLS)
    assert set(contract.rejections.constructor) <= set(OF_CONSTRUCTORS)
    assert set(contract.undocumented) & set(contract.documented) == set()


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_what_a_framework_answers_is_known(contract: Contract) -> None:
    """One kind of exception or several, of Python's own; TensorFlow 1 documents one of its own, too."""
    kinds = {kind for kinds in (*contract.documented.values(), contract.weights) for kind in kinds}

    of_tf1 = contract.name in {"tf.nn.rnn_cell.LSTMCell", "tf.contrib.rnn.LayerNormBasicLSTMCell"}
    own = {"InvalidArgumentError"} if of_tf1 else set()
    assert kinds <= {"ValueError", "RuntimeError", "TypeError", *own}


def test_a_host_says_what_was_raised_and_by_whom() -> None:
    """All kinds of the exception, the method that was asked, and that it was the adapter itself."""
    called = configuration(4, 3, 5, 6, invalid_input="x_of_rank_4")
    with Hosted(f"{refusing_adapters.__file__}:Subclassing") as host:
        error = attempt(Subject(host, host.hello(), "eager"), draw(called, (0,), biases=2)).error

    assert error is not None
    assert (error.type, error.kinds[:2], error.method) == ("UnicodeError", ("UnicodeError", "ValueError"), "call")
    assert error.own


def test_what_the_framework_raises_is_not_the_adapters_own() -> None:
    """Although the traceback passes through the adapter's file."""
    called = configuration(4, 3, 5, 6, invalid_input="x_too_wide")
    with InProcess(NumpyLSTM) as implementation:
        error = attempt(Subject(implementation, implementation.hello(), "eager"), draw(called, (0,), biases=2)).error

    assert error is not None
    assert (error.type, error.own) == ("ValueError", False)
    assert error.where.startswith("fakes.py:")


def test_a_host_need_not_say_more_than_type_message_and_place() -> None:
    """The kind is then the type, and nothing is known of the rest."""
    short = {"type": "ValueError", "message": "no", "where": "a.c:1"}
    error = AdapterError("some.LSTM", "run", **(take_error({"id": 1, "ok": False, "error": short}, 1, "x") or {}))

    assert (error.kinds, error.method, error.own) == (("ValueError",), "", False)


@pytest.mark.parametrize("wrong", [{"kinds": "ValueError"}, {"method": None}, {"own": 1}], ids=str)
def test_what_a_host_says_more_has_its_type(wrong: dict[str, object]) -> None:
    """Else it is no answer."""
    error = {"type": "ValueError", "message": "no", "where": "a.c:1", **wrong}

    with pytest.raises(BadAnswer, match="expected `kinds` to be a list"):
        take_error({"id": 1, "ok": False, "error": error}, 1, "x")
