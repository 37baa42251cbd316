"""Many cases in one call: only where nothing else is wanted, and only if it makes no difference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.client import AdapterError, InProcess
from lstm_conformance.fixtures.hosting.requests import MANY
from lstm_conformance.fixtures.hosting.wire import Arrays
from lstm_conformance.fixtures.implementations.adapter import Adapter
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.meta.asking import batch, run
from lstm_conformance.suites.meta.fakes import NumpyLSTM
from lstm_conformance.suites.meta.judging import CHECKS, verdicts


class Batching(NumpyLSTM):
    """Right in one call for many cases, too; counts both kinds of calls."""

    batch_paths: tuple[str, ...] = ("eager",)

    def __init__(self) -> None:
        self.calls = {"call": 0, "run_batch": 0}

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Count, then compute."""
        self.calls["call"] += 1
        return super().call(built, x, states)

    def run_batch(self, built: Any, weights: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Count, then compute one case after the other."""
        self.calls["run_batch"] += 1
        cases = []
        for k in range(len(x)):
            self.load(built, {name: array[k] for name, array in weights.items()})
            cases.append(super().call(built, x[k], (states[0][k], states[1][k]) if states else None))
        return [np.stack(each) for each in zip(*cases, strict=True)]


class Elsewhere(Batching):
    """Offers its one call on another path."""

    paths = ("eager", "graph")
    batch_paths = ("graph",)


class OneBitOff(Batching):
    """The last bit of one number of the first case is another one."""

    def run_batch(self, built: Any, weights: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, then spoil."""
        output, h_n, c_n = super().run_batch(built, weights, x, states)
        c_n[0, 0, 0, 0] = np.nextafter(c_n[0, 0, 0, 0], 9)
        return [output, h_n, c_n]


class OtherDtype(Batching):
    """The same numbers, wider."""

    def run_batch(self, built: Any, weights: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, then cast."""
        return [a.astype(np.float16) for a in super().run_batch(built, weights, x, states)]


class OneCaseShort(Batching):
    """Forgets the last case."""

    def run_batch(self, built: Any, weights: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, then forget."""
        return [a[:-1] for a in super().run_batch(built, weights, x, states)]


class NoStates(Batching):
    """Returns only the output."""

    def run_batch(self, built: Any, weights: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, then drop."""
        return super().run_batch(built, weights, x, states)[:1]


class OneTensor(Batching):
    """Returns no list."""

    def run_batch(self, built: Any, weights: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return an array."""
        return super().run_batch(built, weights, x, states)[0]


class Promising(NumpyLSTM):
    """Names a path for a method that it does not have."""

    batch_paths = ("eager",)


def many(cases: int = MANY) -> Arrays:
    """A batch of cases, all different."""
    parts = [{name: a + k for name, a in batch().items()} for k in range(cases)]
    return {name: np.concatenate([part[name] for part in parts])[:cases] for name in parts[0]}


def seen_and_calls(adapter: Batching, arrays: Arrays, *observe: str) -> tuple[Arrays, dict[str, int]]:
    """What is seen of the cases, and the calls that it took."""
    return run(InProcess(lambda: adapter), observe, arrays=arrays), adapter.calls


def test_one_call_for_many_cases() -> None:
    """And one for the first of them by itself; what is seen is what is seen one by one."""
    seen, calls = seen_and_calls(Batching(), many())

    one_by_one = run(InProcess(NumpyLSTM), arrays=many())
    assert calls == {"call": 1, "run_batch": 1}
    assert {name: a.tobytes() for name, a in seen.items()} == {name: a.tobytes() for name, a in one_by_one.items()}


@pytest.mark.parametrize(
    ("adapter", "cases", "observe", "calls"),
    [
        (Batching, MANY - 1, (), MANY - 1),
        (Batching, MANY, ("weights",), MANY),
        (Batching, MANY, ("inputs",), MANY),
        (Batching, MANY, ("again",), 2 * MANY),
        (Elsewhere, MANY, (), MANY),
    ],
    ids=["few cases", "weights", "inputs", "again", "another path"],
)
def test_one_by_one(adapter: type[Batching], cases: int, observe: tuple[str, ...], calls: int) -> None:
    """Where a call of its own is the point, every case has one."""
    _, made = seen_and_calls(adapter(), many(cases), *observe)

    assert made == {"call": calls, "run_batch": 0}


@pytest.mark.parametrize(
    ("adapter", "sentence"),
    [
        (OneBitOff, "OneBitOff.run_batch must return what `call` returns, bit for bit; case 0 differs in output/2"),
        (OtherDtype, "bit for bit; case 0 differs in output/0"),
        (OneCaseShort, r"OneCaseShort.run_batch must return tensors of the shapes .*\(8, .* came .*\(7, "),
        (NoStates, "must return tensors of the shapes .*output/2.* came"),
        (OneTensor, "OneTensor.run_batch must return a list of tensors, came ndarray"),
        (
            Promising,
            r"Promising has no method `run_batch`: expected `def run_batch\(self, built, weights, x, states\)`",
        ),
    ],
)
def test_what_differs_is_refused(adapter: type[Adapter], sentence: str) -> None:
    """With the method, what it should have returned, and what it did."""
    with pytest.raises(AdapterError, match=sentence):
        run(InProcess(adapter), arrays=many())


def subject_of(adapter: Adapter) -> Subject:
    """An adapter in this process, ready to be judged."""
    implementation = InProcess(lambda: adapter)
    return Subject(implementation, implementation.hello(), "eager")


CASES = draw(configuration(4, 2, 3, 5), range(MANY), biases=2)


@pytest.mark.parametrize("adapter", [Batching, OneBitOff], ids=["right", "refused"])
@pytest.mark.parametrize("rule", ["1.1", "2.1", "4.1", "11.1", "11.3"])
def test_verdicts_are_those_of_single_calls(rule: str, adapter: type[Batching]) -> None:
    """Also where the one call is refused: the cases are then run one by one."""
    assert verdicts(judge(CHECKS[rule], subject_of(adapter()), CASES)) == ["pass"] * MANY


def test_of_many_cases_only_outputs_are_seen_at_first() -> None:
    """The rest takes calls of its own, and is asked for once."""
    adapter = Batching()
    subject = subject_of(adapter)

    plain = subject.run(CASES)
    calls = dict(adapter.calls)
    everything = subject.observe(CASES)

    assert (plain.again, plain.weights, plain.after, calls) == ([], {}, {}, {"call": 1, "run_batch": 1})
    assert all((everything.again, everything.weights, everything.after))
    assert subject.observe(CASES) is everything
    assert subject.run(CASES) is plain


def test_of_a_few_cases_everything_is_seen_at_once() -> None:
    """Calls are slow, and other rules will ask."""
    subject, few = subject_of(Batching()), draw(configuration(4, 2, 3, 5), range(MANY - 1), biases=2)

    assert subject.run(few) is subject.observe(few)
