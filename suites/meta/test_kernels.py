"""Which kernel computed a layer: what an implementation shows is asked, kept and shown, and nothing is guessed."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace
from typing import Any

import pytest

from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.client import BadAnswer, Hosted, InProcess
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.fixtures.implementations.adapter import Path
from lstm_conformance.fixtures.implementations.jax.kernels import kernel_in
from lstm_conformance.fixtures.implementations.keras.kernels import traced
from lstm_conformance.fixtures.implementations.torch.kernels import kernel_among
from lstm_conformance.reports.publish.console import summary
from lstm_conformance.reports.records.kernels import kernels_of
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.harness.plan import smoke
from lstm_conformance.suites.harness.plan.planning import Plan
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.harness.run.kernels import kernels
from lstm_conformance.suites.harness.run.session import Session
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.records import a_check, a_header


class Telling(NumpyLSTM):
    """Says that it has computed in the dtype of x, and how; in float64 it raises."""

    paths = (
        Path("eager", dtypes=("float32", "float64")),
        Path("compiled", dtypes=("float32", "float64"), cost="compile"),
        Path("masking", dtypes=("float32",), claims=("lengths",)),
    )

    def call_masked(self, built: Any, x: Any, states: Any, valid: Any) -> list[Any]:
        """Ignore the lengths."""
        del valid
        return list(self.call(built, x, states))

    def kernel(self, built: Any, x: Any, states: Any, valid: Any = None) -> str:
        """Know it by the dtype."""
        del built, states
        if x.dtype == "float64":
            raise RuntimeError("no profiler here")
        return "plain NumPy" if valid is None else "NumPy under a mask"


class Babbling(Telling):
    """Answers with two lines."""

    def kernel(self, built: Any, x: Any, states: Any, valid: Any = None) -> str:
        """Say too much."""
        del built, x, states, valid
        return "one\ntwo"


class Wordless(Telling):
    """Answers with what is no text."""

    def kernel(self, built: Any, x: Any, states: Any, valid: Any = None) -> Any:
        """Say nothing."""
        del built, x, states, valid


class Hanging(Telling):
    """Does not answer."""

    def kernel(self, built: Any, x: Any, states: Any, valid: Any = None) -> str:
        """Sleep longer than anybody waits."""
        del built, x, states, valid
        time.sleep(60)
        return "late"


def shown(adapter: type[NumpyLSTM], path: str) -> str:
    """What is shown of a path of an adapter."""
    with InProcess(adapter) as implementation:
        hello = implementation.hello()
        return kernels(Subject(implementation, hello, path), hello.on(path))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("eager", "plain NumPy in float32"),
        ("compiled", "plain NumPy in float32"),
        ("masking", "plain NumPy in float32; NumPy under a mask in float32 under a mask"),
    ],
)
def test_it_is_said_where(path: str, expected: str) -> None:
    """By dtype, and under a mask; nothing is said of what the host could not run."""
    assert shown(Telling, path) == expected


def test_who_shows_nothing_is_not_asked() -> None:
    """And nothing is said of it."""
    with InProcess(NumpyLSTM) as implementation:
        assert not implementation.hello().kernels
    assert shown(NumpyLSTM, "eager") == ""


def test_an_answer_that_is_no_line_is_refused() -> None:
    """In one sentence."""
    with InProcess(Babbling) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        with pytest.raises(BadAnswer, match="expected `kernel` to be one line"):
            subject.kernel(draw(smoke.smallest(subject.hello.on("eager")), (0,), biases=2))


def test_what_is_no_text_is_nobodys_name() -> None:
    """A None is no kernel."""
    assert shown(Wordless, "eager") == ""


def test_one_that_hangs_is_asked_once() -> None:
    """And it is said."""
    with Hosted(f"{__file__}:Hanging") as implementation:
        hello = implementation.hello()
        told = kernels(Subject(implementation, hello, "eager", deadline=1.0), hello.on("eager"))

    assert re.search("^nobody knows what: asked for it, .*no answer to 'kernel' within 1 s", told)


def test_the_smoke_check_carries_it() -> None:
    """To the terminal and the page; a brief run does not ask."""
    spec = f"{Telling.__module__}:Telling"
    for brief, expected in ((False, ["plain NumPy in float32"]), (True, [])):
        session = Session(plan=Plan(tier="quick"), in_process=True, brief=brief)
        session.greet([Candidate(BY_NAME, spec)])
        (name,) = session.hellos
        checks = session.perform(session.plan.smoke(name, session.hellos[name].on("eager")), "")

        assert kernels_of(checks) == expected
        assert kernels_of(checks, "compiled") == []
        assert any("computed by plain NumPy" in line for line in summary(checks, a_header())) != brief


def test_a_check_without_it_says_nothing() -> None:
    """As those of older results."""
    assert kernels_of([a_check(), a_check(1, detail={"other": 1})]) == []


class TestTorch:
    """Its profiler."""

    @pytest.mark.parametrize(
        ("seen", "expected"),
        [
            ({"aten::lstm", "aten::mkldnn_rnn_layer", "aten::add"}, "oneDNN (aten::mkldnn_rnn_layer)"),
            ({"aten::lstm", "aten::_cudnn_rnn"}, "cuDNN (aten::_cudnn_rnn)"),
            ({"aten::addmm", "aten::_thnn_fused_lstm_cell"}, "ATen, a fused cell a step (aten::_thnn_fused_lstm_cell)"),
            (
                {"Torch-Compiled Region: 0/0", "aten::mkldnn_rnn_layer"},
                "code of torch.compile, in it oneDNN (aten::mkldnn_rnn_layer)",
            ),
            ({"Torch-Compiled Region: 0/0"}, "code of torch.compile alone"),
            ({"aten::detach"}, ""),
        ],
    )
    def test_the_widest_kernel_is_named(self, seen: set[str], expected: str) -> None:
        """Or none, where none was seen."""
        assert kernel_among(seen) == expected

    @needs("torch")
    def test_it_is_asked(self) -> None:
        """Two kernels of the CPU: oneDNN, where it is there, has none in float64."""
        name = "torch.nn.LSTM"
        with InProcess(IMPLEMENTATIONS[name].spec, name=name) as implementation:
            hello = implementation.hello()
            told = kernels(Subject(implementation, hello, "eager"), hello.on("eager"))

        assert "ATen, an operator at a time (aten::addmm) in float64" in told


def an_equation(name: str, **parameters: Any) -> Any:
    """An equation of a jaxpr."""
    return SimpleNamespace(primitive=SimpleNamespace(name=name), params=parameters)


def test_a_loop_of_jax_is_found_in_functions() -> None:
    """However deep."""
    loop = SimpleNamespace(eqns=[an_equation("scan"), an_equation("dot_general")])
    outer = SimpleNamespace(eqns=[an_equation("pjit", jaxpr=SimpleNamespace(jaxpr=loop))])

    assert kernel_in(SimpleNamespace(jaxpr=outer)) == "XLA, a loop over time (lax.scan)"
    assert kernel_in(SimpleNamespace(jaxpr=SimpleNamespace(eqns=[an_equation("add")]))) == ""


def a_node(op: str, function: str = "") -> Any:
    """A node of a graph, which may call a function."""
    return SimpleNamespace(op=op, attr={"f": SimpleNamespace(func=SimpleNamespace(name=function))})


def a_graph(*nodes: Any, compiled: bool = False, **functions: list[Any]) -> Any:
    """A concrete function of TensorFlow."""
    bodies = [SimpleNamespace(signature=SimpleNamespace(name=name), node_def=each) for name, each in functions.items()]
    graph = SimpleNamespace(node=nodes, library=SimpleNamespace(function=bodies))
    attributes = {"_XlaMustCompile": SimpleNamespace(b=True)} if compiled else {}
    return SimpleNamespace(
        graph=SimpleNamespace(as_graph_def=lambda: graph), function_def=SimpleNamespace(attr=attributes)
    )


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (a_graph(a_node("While", "body"), body=[a_node("MatMul")]), "TensorFlow, a graph (While, MatMul)"),
        (a_graph(a_node("While", "body"), compiled=True, body=[a_node("MatMul")]), "TensorFlow, XLA (While, MatMul)"),
        (a_graph(a_node("Call", "layer"), layer=[a_node("CudnnRNNV3")]), "cuDNN (CudnnRNNV3)"),
        (a_graph(a_node("MatMul"), other=[a_node("CudnnRNNV3")]), ""),
        (a_graph(a_node("Add")), ""),
    ],
)
def test_what_a_graph_of_tensorflow_calls_is_found(function: Any, expected: str) -> None:
    """But not what it holds for another device, which may be taken in its place."""
    assert traced(function) == expected
