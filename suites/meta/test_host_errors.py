"""Whatever is wrong with an adapter, a request or a command is said in one clear sentence."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.offers import Offer
from lstm_conformance.fixtures.hosting.client import (
    AdapterError,
    BadAnswer,
    Hello,
    HostDied,
    Hosted,
    HostError,
    InProcess,
)
from lstm_conformance.fixtures.hosting.wire import Header, ProtocolError
from lstm_conformance.suites.meta import fakes
from lstm_conformance.suites.meta.asking import (
    CASES,
    DEADLINE,
    FAKES,
    GATES,
    INPUT_SIZE,
    batch,
    layer,
    pid_of,
    run,
    spec,
)
from lstm_conformance.suites.meta.needing import in_part


class TestAdapterErrors:
    """Whatever is wrong with an adapter is said in one sentence, alike in a process and in this one."""

    def both(self, adapter: type, verb: str = "run") -> str:
        """Ask a fake in both ways for something it fails at; return the error they agree on."""
        fields, arrays = {**layer(), "cases": CASES}, batch() if verb == "run" else {}
        messages = []
        for implementation in (Hosted(spec(adapter), name="fake"), InProcess(adapter, name="fake")):
            with implementation, pytest.raises(AdapterError) as caught:
                implementation.request(verb, fields, arrays, DEADLINE)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
        return messages[0]

    def test_an_exception_has_type_message_and_place(self) -> None:
        """The place is the line of the adapter, although NumPy raised the error deeper down."""
        line = next(n for n, text in enumerate(FAKES.read_text().splitlines(), 1) if text.endswith("# here"))
        with Hosted(spec(fakes.Raising)) as raising, pytest.raises(AdapterError) as caught:
            run(raising)

        error = caught.value
        assert (error.type, error.where) == ("LinAlgError", f"fakes.py:{line} in call")
        assert "must be square" in error.message

    @pytest.mark.parametrize(
        ("adapter", "verb", "sentence"),
        [
            (fakes.SystemExiting, "run", "SystemExit: no licence"),
            (fakes.Unimportable, "hello", "ModuleNotFoundError: No module named 'framework' .*in __init__"),
            (
                fakes.Incomplete,
                "describe",
                r"Incomplete has no method `build`: expected `def build\(self, layer, dtype, path\)`",
            ),
            (
                fakes.OnePackage,
                "hello",
                r"expected `packages` to be a tuple of texts, came 'numpy': write \('numpy',\)",
            ),
            (fakes.OtherArguments, "describe", r"takes 2 positional .* 4 were given \(fakes.py:\d+ in build\)"),
            (fakes.Duck, "describe", r"Duck has no method `weights`: expected `def weights\(self, built\)`"),
            (fakes.Duck, "run", r"Duck has no method `load`: expected `def load\(self, built, weights\)`"),
            (fakes.ReturningDict, "run", "ReturningDict.call must return a list of tensors, came a dict of ndarray"),
            (fakes.ReturningOneTensor, "run", "ReturningOneTensor.call must return a list of tensors, came ndarray"),
            (
                fakes.ReturningObjects,
                "run",
                "ReturningObjects.array must return arrays of float16, .* output 0 has the dtype object",
            ),
            (fakes.ReturningComplex, "run", "output 0 has the dtype complex128"),
            (
                fakes.ReturningNothingFromArray,
                "run",
                "ReturningNothingFromArray.array must return an array, came NoneType for output 0",
            ),
            (
                fakes.Irregular,
                "run",
                r"Irregular.call must return tensors of the same shapes .* output/0 is .* in case 0 and .* in case 1",
            ),
            (fakes.Forgetful, "run", "output/1 is .* in case 0 and None in case 1"),
            (fakes.ListingWeights, "describe", "ListingWeights.weights must return a dict of arrays, came list"),
            (
                fakes.WeightsOfLists,
                "describe",
                "WeightsOfLists.weights must return a dict of arrays, came a dict of list",
            ),
        ],
    )
    def test_one_sentence_says_it(self, adapter: type, verb: str, sentence: str) -> None:
        """What was expected, of which class and method, and what came."""
        assert re.search(sentence, self.both(adapter, verb))

    def test_an_error_does_not_end_the_host(self) -> None:
        """It costs no new process."""
        with Hosted(spec(fakes.Raising)) as raising:
            with pytest.raises(AdapterError):
                run(raising)
            pid = pid_of(raising)
            raising.hello()

            assert pid_of(raising) == pid

    def test_in_process_the_exception_itself_is_at_hand(self) -> None:
        """For a debugger."""
        with pytest.raises(AdapterError) as caught:
            run(InProcess(fakes.Raising))

        assert isinstance(caught.value.__cause__, np.linalg.LinAlgError)


@pytest.mark.parametrize(
    ("fields", "changes", "sentence"),
    [
        ({"cases": 0}, {}, "expected `cases` to be a whole number from 1, came 0"),
        ({"cases": True}, {}, "expected `cases` to be a whole number from 1"),
        ({"cases": 3}, {}, "expected a leading axis of 3 cases, came the shape"),
        ({}, {"h_0": None}, "expected x, and h_0 and c_0 both or neither"),
        ({}, {"x": None}, "expected x"),
        (
            {},
            {"peepholes": np.ones(CASES)},
            "expected the arrays x, h_0, c_0, states, mask, lengths, weights/...; came 'peepholes'",
        ),
        ({}, {"weights/bias_ih_l0": None}, "expected the weights"),
        (
            {},
            {"weights/weight_ih_l0": np.ones((CASES, GATES, INPUT_SIZE + 1))},
            "weight 'weight_ih_l0': expected shape",
        ),
        ({"observe": ["everything"]}, {}, "expected `observe` to list some of"),
        ({"observe": [["again"]]}, {}, "expected `observe` to list some of"),
        ({"layer": None}, {}, "expected an object `layer`"),
        ({"dtype": "float16"}, {}, "offers the dtypes float64, float32, came 'float16'"),
        ({"path": "jit"}, {}, "offers the paths eager, came 'jit'"),
    ],
)
def test_a_wrong_request_is_refused(fields: Header, changes: dict[str, Any], sentence: str) -> None:
    """With what was expected and what came, before anything is computed."""
    arrays = {name: array for name, array in {**batch(), **changes}.items() if array is not None}

    with pytest.raises(AdapterError, match=sentence):
        InProcess(fakes.NumpyLSTM).request("run", {**layer(), "cases": CASES, **fields}, arrays, DEADLINE)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("fakes.py", r"expected path/to/file.py:Class or package.module:Class, came 'fakes.py'"),
        (":Class", "expected path/to/file.py:Class or package.module:Class"),
        ("no/such/file.py:Class", "there is no file no/such/file.py .the current folder is"),
        (f"{FAKES}:NumpyLTSM", "there is no class 'NumpyLTSM' in .*fakes.py; there is .*NumpyLSTM, Printing"),
        ("lstm_conformance.fixtures.nowhere:X", "there is no module 'lstm_conformance.fixtures.nowhere' in "),
        ("no_such_package.module:X", "there is no module 'no_such_package.module' in "),
        (
            "lstm_conformance.fixtures.hosting.wire:X",
            "there is no class 'X' in lstm_conformance.fixtures.hosting.wire; there is",
        ),
    ],
)
@pytest.mark.parametrize("transport", [Hosted, InProcess])
def test_a_misspelt_adapter_is_named(transport: Any, spec: str, sentence: str) -> None:
    """In one sentence, at every request, with what there is instead."""
    with transport(spec) as implementation:
        for _ in range(2):
            with pytest.raises(AdapterError, match=f"SpecError: {sentence}"):
                implementation.hello()


def python(program: str) -> list[str]:
    """A command that is no host of ours."""
    return [sys.executable, "-c", program]


ANSWER = "import sys; sys.stdin.readline(); print('{}')"


@pytest.mark.parametrize(
    ("command", "error", "sentence"),
    in_part(
        [
            (["cat"], BadAnswer, "cat: expected an answer with `ok`, came the keys .'verb'.; is this a host?"),
            (["true"], HostDied, "true: the host ended with exit status 0 before it answered 'hello'"),
            (["no-such-command"], HostError, "no-such-command: cannot start 'no-such-command': .*No such file"),
            (["/"], HostError, "/: cannot start '/': .*Permission denied"),
            (
                ["echo", "Usage: echo"],
                BadAnswer,
                "no message of the protocol: expected one line of JSON, came b'Usage: echo",
            ),
            (python("import sys; sys.exit('out of luck')"), HostDied, r"exit status 1(.|\n)*out of luck"),
            (
                python("import os, time; os.close(1); time.sleep(60)"),
                HostDied,
                "the host closed its output and was killed",
            ),
            (
                python(ANSWER.format('{"id": 7, "ok": true, "arrays": []}')),
                BadAnswer,
                "expected the answer to request 1, came that to 7",
            ),
            (
                python(ANSWER.format('{"id": 1, "ok": false, "arrays": []}')),
                BadAnswer,
                "expected `error` to have the texts type",
            ),
            (
                python(ANSWER.format('{"id": 1, "ok": true, "arrays": []}')),
                BadAnswer,
                "hello: expected `protocol` to be 1, came None",
            ),
        ],
        2,
    ),
)
def test_a_command_that_is_no_host(command: list[str], error: type[HostError], sentence: str) -> None:
    """One sentence names it and says what it did; asking again says it again."""
    with Hosted(command) as host:
        for _ in range(2):
            with pytest.raises(error, match=sentence):
                host.hello()


HELLO: Header = {
    "protocol": 1,
    "implementation": "mine.LSTM",
    "layout": "torch",
    "paths": ["eager", "jit"],
    "dtypes": {"eager": ["float32"], "jit": ["float32"]},
    "claims": [],
    "activations": {"eager": "N", "jit": "X"},
    "versions": {"mine": "1.0"},
    "python": "3.7.1",
    "device": "cpu",
    "threads": 1,
}


def test_a_hello_is_understood() -> None:
    """What is said for all paths, or for each by its name, is what the paths offer."""
    assert Hello.from_header(HELLO, "mine").offers == (
        Offer(path="eager", dtypes=("float32",)),
        Offer(path="jit", dtypes=("float32",), activations="X"),
    )


def test_a_hello_is_handed_on() -> None:
    """As another answer that says the same, through JSON."""
    hello = Hello.from_header(HELLO, "mine")

    assert Hello.from_header(json.loads(json.dumps(hello.to_header())), "mine") == hello


def test_what_a_path_says_itself_counts() -> None:
    """The rest is what is said for all of them."""
    jit = {"name": "jit", "dtypes": ["float64"], "claims": ["layers"], "device": "gpu", "cost": "trace"}
    paths = ["eager", jit, {"name": "other", "only": ["layers"]}]
    hello = Hello.from_header({**HELLO, "paths": paths, "dtypes": ["float16"], "activations": "S"}, "mine")

    assert hello.offers == (
        Offer(path="eager", dtypes=("float16",), activations="S"),
        Offer(path="jit", dtypes=("float64",), claims=("layers",), activations="S", device="gpu", cost="trace"),
        Offer(path="other", dtypes=("float16",), activations="S", only=("layers",)),
    )
    assert (hello.paths, hello.claims, hello.device) == (("eager", "jit", "other"), ("layers",), "cpu, gpu")
    assert hello.on("jit").cost == "trace"
    with pytest.raises(LookupError, match=r"expected a path of mine\.LSTM among eager, jit, other, came 'model'"):
        hello.on("model")


@pytest.mark.parametrize("key", HELLO)
def test_a_hello_needs_all_its_keys(key: str) -> None:
    """The sentence names the one that is missing."""
    with pytest.raises(ProtocolError, match=f"mine: hello: expected `{key}`"):
        Hello.from_header({name: value for name, value in HELLO.items() if name != key}, "mine")


OF_ALL = ("protocol", "implementation", "paths", "activations", "versions", "threads")
"""The keys that are given wrong values below; the others, as parts of a path."""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("protocol", 2),
        ("implementation", 3),
        ("paths", "eager"),
        ("paths", ["eager", 3]),
        ("paths", ["eager", "eager"]),
        ("paths", [{"dtypes": ["float32"]}]),
        ("paths", [{"name": "eager", "price": 3}]),
        ("cost", [{"name": "eager", "cost": "cheap"}]),
        ("claims", [{"name": "eager", "claims": "layers"}]),
        ("only", [{"name": "eager", "only": [3]}]),
        ("device", [{"name": "eager", "device": 3}]),
        ("activations", {"eager": "N"}),
        ("activations", {"eager": "N", "jit": "A"}),
        ("versions", {"mine": 1.0}),
        ("threads", True),
    ],
)
def test_a_hello_of_wrong_types_is_refused(key: str, value: Any) -> None:
    """The sentence names the key."""
    with pytest.raises(BadAnswer, match=f"expected `{key}`"):
        Hello.from_header({**HELLO, (key if key in OF_ALL else "paths"): value}, "mine")
