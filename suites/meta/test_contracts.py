"""Contracts: what an implementation is held to besides its arrays, by default, by name, or in words of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.client import BadAnswer, Hello, Hosted, Implementation, InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reference.contracts import CONTRACTS, contract_of
from lstm_conformance.reference.contracts.own import FIELDS
from lstm_conformance.reference.contracts.plain import CALLS, CONSTRUCTOR
from lstm_conformance.suites.harness.judge.judge import Outcome, judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan.checks import all_checks
from lstm_conformance.suites.harness.plan.manifest import declared
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import stand_in, unusable
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.outside import EXAMPLES, ROOT

CHAPTER = [check for number, check in all_checks().items() if number.startswith("12.")]
CHECKED = [sys.executable, str(ROOT / "fixtures" / "hosting" / "host.py"), "checked.py:CheckedLSTM"]
OWN = {"call_errors": ["ShapeError"], "constructor_errors": ["SizeError"]}
FINE = replace(stand_in("mine.LSTM"), layout="gates")


def outcomes(implementation: Implementation) -> Iterator[Outcome]:
    """What comes of everything that chapter 12 asks."""
    subject = Subject(implementation, implementation.hello(), "eager")
    for check in CHAPTER:
        for planned in Plan().of(check, [("mine", subject.hello)]):
            yield from judge(check, subject, draw(planned.configuration, (0,), biases=subject.layout.biases))


class TestDefaults:
    """What is declared by nobody."""

    @pytest.mark.parametrize(
        ("layout", "claims", "expected"),
        [
            ("torch", (), "torch.nn.LSTM"),
            ("torch", ("refusals", "cell"), "torch.nn.LSTMCell"),
            ("torch", ("bidirectional",), "torch.nn.LSTM"),
            ("keras", ("cell",), "keras.layers.LSTM"),
            ("keras", ("bidirectional",), "keras.layers.Bidirectional"),
            ("tf1", (), "tf.nn.rnn_cell.LSTMCell"),
            ("tf1.coupled", (), "tf.nn.rnn_cell.LSTMCell"),
            ("block", (), "tf.raw_ops.BlockLSTM"),
            ("block_v2", (), "plain"),
            ("onnx", (), "plain"),
            ("gates", ("cell",), "plain"),
        ],
    )
    def test_the_layout_and_the_claims_say_it(self, layout: str, claims: tuple[str, ...], expected: str) -> None:
        """As long as no contract is declared."""
        assert contract_of(layout, claims).name == expected

    def test_a_declared_one_counts(self) -> None:
        """Whatever the layout."""
        assert replace(FINE, layout="torch", contract="plain").promised is CONTRACTS["plain"]

    @pytest.mark.parametrize("name", IMPLEMENTATIONS)
    def test_the_suites_own_declare_theirs(self, name: str) -> None:
        """It is the one that layout and claims say, or that of the very class."""
        hello = declared(name)

        assert hello.promised.name in {contract_of(hello.layout, hello.claims).name, name, "plain"}
        assert hello.contract == hello.promised.name

    def test_plain_promises_nothing(self) -> None:
        """It knows what is invalid, and no answer to it."""
        plain = CONTRACTS["plain"]

        assert {*plain.rejections.calls, *plain.rejections.constructor} == {*CALLS, *CONSTRUCTOR}
        assert (plain.documented, plain.weights, plain.dropout, plain.arguments.fields) == ({}, (), None, {})


class TestOwn:
    """What is declared in a few words."""

    def test_errors_answer_what_is_invalid_for_everybody(self) -> None:
        """Those of a call, and those of the constructor."""
        found = contract_of("gates", (), OWN).documented

        assert {name: kinds for name, kinds in found.items() if name in CALLS} == dict.fromkeys(CALLS, ("ShapeError",))
        assert {name: found[name] for name in CONSTRUCTOR} == dict.fromkeys(CONSTRUCTOR, ("SizeError",))

    def test_the_rest_is_that_of_the_one_it_is_like(self) -> None:
        """Dropout, arguments, and the errors that are not said."""
        torch = CONTRACTS["torch.nn.LSTM"]
        contract = contract_of("gates", (), {"like": torch.name, "call_errors": ["ShapeError"]})

        assert contract.documented["no_steps"] == ("ShapeError",)
        assert contract.documented["hidden_size_zero"] == torch.documented["hidden_size_zero"]
        assert (contract.dropout, contract.arguments, contract.weights) == (
            torch.dropout,
            torch.arguments,
            torch.weights,
        )

    def test_what_is_undocumented_is_not_documented(self) -> None:
        """Of a call it is asked as such, an argument is not asked about at all."""
        contract = contract_of("gates", (), {**OWN, "undocumented": ["x_of_one_feature", "hidden_size_text"]})

        assert {"x_of_one_feature", "hidden_size_text"} & set(contract.documented) == set()
        assert "x_of_one_feature" in contract.undocumented
        assert "hidden_size_text" not in contract.undocumented

    def test_weights_have_errors_of_their_own(self) -> None:
        """None are promised unless they are said."""
        assert contract_of("gates", (), OWN).weights == ()
        assert contract_of("gates", (), {"weights_errors": ["ShapeError"]}).weights == ("ShapeError",)


class TestHello:
    """A contract, as a host says it."""

    def hello(self, contract: object) -> Hello:
        """The answer of somebody who declares this."""
        return Hello.from_header({**FINE.to_header(), "contract": contract}, "mine")

    @pytest.mark.parametrize("contract", ["", "plain", "keras.layers.LSTM", OWN, {"like": "plain"}], ids=str)
    def test_it_is_understood(self, contract: str | dict[str, Any]) -> None:
        """By name, or by its fields."""
        assert self.hello(contract).contract == contract
        assert unusable(self.hello(contract)) is None

    def test_it_may_be_left_out(self) -> None:
        """As by hosts that were written before there were contracts."""
        header = FINE.to_header()
        del header["contract"]

        assert Hello.from_header(header, "mine") == FINE

    @pytest.mark.parametrize(
        "contract", [None, 3, {}, [], {"errors": ["ValueError"]}, "a\nb", {**OWN, "like": ["plain"]}], ids=str
    )
    def test_what_is_none_is_refused(self, contract: object) -> None:
        """In one sentence."""
        with pytest.raises(BadAnswer, match=r"mine: hello: expected `.*contract` to be"):
            self.hello(contract)

    @pytest.mark.parametrize("key", [key for key in FIELDS if key not in {"like", "initial"}])
    @pytest.mark.parametrize("value", [None, "ShapeError", [3], {}], ids=str)
    def test_a_field_is_a_list_of_texts(self, key: str, value: object) -> None:
        """And is named."""
        with pytest.raises(BadAnswer, match=f"expected `{key}` of `contract` to be a list of texts"):
            self.hello({key: value})

    @pytest.mark.parametrize(
        ("contract", "sentence"),
        [
            ("pytorch", "`contract` must be one of torch.nn.LSTM, torch.nn.LSTMCell, "),
            ({"like": ""}, "or an object that may be `like` one; came ''"),
            ({"undocumented": ["x_too_long"]}, "`undocumented` of `contract` may hold x_of_rank_1, "),
        ],
    )
    def test_what_is_not_known_is_told(self, contract: str | dict[str, Any], sentence: str) -> None:
        """A misspelt name must not be a promise that is silently not asked."""
        assert sentence in str(unusable(self.hello(contract)))


class ShapeError(Exception):
    """What a call raises."""


class SizeError(Exception):
    """What the constructor raises."""


class Own(NumpyLSTM):
    """Raises errors of its own, whatever others do whose arrays lie as its do."""

    name = "test_contracts.Own"
    claims = ("initial_state", "refusals")
    contract: str | Mapping[str, Any] = OWN
    of_sizes: type[Exception] = SizeError
    of_shapes: type[Exception] = ShapeError

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Check the sizes, then build."""
        for size in (layer.input_size, layer.hidden_size):
            if not isinstance(size, int) or size <= 0:
                raise self.of_sizes(f"expected a size of at least 1, came {size!r}")
        return super().build(layer, dtype, path)

    def call(self, built: Any, x: Any, states: Any) -> Any:
        """Check the shapes, then compute."""
        hidden_size = built["weight_hh_l0"].shape[1]
        if x.ndim != 3 or x.shape[2] != built["weight_ih_l0"].shape[1]:
            raise self.of_shapes("expected an input of rank 3, and the features of the layer")
        if any(a.shape != (1, x.shape[1], hidden_size) for a in states or ()):
            raise self.of_shapes("expected states of shape (1, rows, units)")
        return super().call(built, x, states)


class OfAnotherShapeError(Own):
    """Raises what it does not promise."""

    of_shapes = ValueError


class OfAnotherSizeError(Own):
    """Raises what it does not promise, when it is constructed."""

    of_sizes = ValueError


class Accepting(Own):
    """Checks no shapes: an array of one row or of one unit is repeated."""

    call = NumpyLSTM.call


class HeldToTorch(Own):
    """Promises what torch promises, and does not keep it."""

    contract = "torch.nn.LSTM"


class TestRefusing:
    """Chapter 12 under a contract of one's own."""

    def test_the_example_passes(self) -> None:
        """An author's own class, with exceptions of its own, in a host of its own."""
        with Hosted(CHECKED, cwd=EXAMPLES / "python") as host:
            found = list(outcomes(host))

        assert len(found) > 20
        assert {outcome.verdict for outcome in found} == {"pass"}

    def test_a_right_one_passes(self) -> None:
        """In this process."""
        with InProcess(Own) as implementation:
            assert {outcome.verdict for outcome in outcomes(implementation)} == {"pass"}

    @pytest.mark.parametrize(
        ("adapter", "message"),
        [
            (OfAnotherShapeError, "an input of rank 4 raised ValueError, documented is ShapeError in call"),
            (OfAnotherSizeError, "hidden_size 0 raised ValueError, documented is SizeError in build"),
            (Accepting, "a c_0 with one row was accepted, documented is ShapeError"),
            (HeldToTorch, "twice the features raised ShapeError, documented is RuntimeError in call"),
        ],
    )
    def test_a_wrong_one_fails(self, adapter: type[Own], message: str) -> None:
        """That raises nothing, or another exception than it promises."""
        with InProcess(adapter) as implementation:
            messages = [outcome.message or "" for outcome in outcomes(implementation) if outcome.verdict == "fail"]

        assert [each for each in messages if message in each]
