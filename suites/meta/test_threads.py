"""Rules 11.7 and 11.8, and the calls of several threads that they ask for: who shares memory is caught each time."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.fixtures.hosting.client import AdapterError, InProcess
from lstm_conformance.fixtures.hosting.wire import Arrays
from lstm_conformance.fixtures.implementations.mutants import ADAPTERS
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.suites import test_11_calls
from lstm_conformance.suites.harness.judge.judge import judge
from lstm_conformance.suites.harness.judge.subject import Subject
from lstm_conformance.suites.meta.asking import DEADLINE, batch, layer
from lstm_conformance.suites.meta.fakes import NumpyLSTM

CHECKS = {
    "11.7": test_11_calls.test_two_threads_that_share_a_layer.check,
    "11.8": test_11_calls.test_two_threads_with_a_layer_each.check,
}

CAUGHT_BY = {
    "joined_product": set(),
    "inputs_in_memory_of_the_layer": {"11.7"},
    "inputs_in_memory_of_the_library": {"11.7", "11.8"},
    "final_states_in_memory_of_the_layer": {"11.7"},
}
"""The rules that catch each wrong LSTM, and none a right one."""

ASKED = [
    configuration(4, 3, 5, 9, threaded=True),
    configuration(4, 3, 5, 9, threaded=True, mask="right", dtype="float64"),
]


@pytest.mark.parametrize(("name", "rules"), CAUGHT_BY.items())
def test_who_shares_memory_is_caught(name: str, rules: set[str]) -> None:
    """By the rule about one layer, and, where all layers share it, by both; whoever comes first."""
    with InProcess(ADAPTERS[name]) as implementation:
        subject = Subject(implementation, implementation.hello(), "eager")
        for asked in ASKED:
            cases = draw(asked, (0,), biases=2)
            found = {
                rule: {outcome.verdict for outcome in judge(check, subject, cases)} for rule, check in CHECKS.items()
            }
            assert {rule for rule, verdicts in found.items() if verdicts != {"pass"}} == rules


def test_every_wrong_one_is_tried() -> None:
    """All of the family."""
    assert {name for name, mutant in MUTANTS.items() if family_of(mutant) == "threads"} < set(CAUGHT_BY)


class Watching(NumpyLSTM):
    """Tells of every call the thread and the layer; one thread waits for the other, up to the deadline of a test."""

    name = "test_threads.Watching"

    def __init__(self) -> None:
        self.meeting = threading.Barrier(2)
        self.seen: list[tuple[bool, int]] = []

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Meet the other one, if this is not the first thread."""
        if threading.current_thread() is not threading.main_thread():
            self.meeting.wait(60)
        self.seen.append((threading.current_thread() is threading.main_thread(), id(built)))
        return super().call(built, x, states)


class Failing(NumpyLSTM):
    """Raises in every call of another thread than the first."""

    name = "test_threads.Failing"

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Look who calls."""
        if threading.current_thread() is not threading.main_thread():
            raise ZeroDivisionError("in a thread")
        return super().call(built, x, states)


def calls(adapter: NumpyLSTM, threads: Any, **fields: Any) -> Arrays:
    """Call a layer in these threads, every time with another case."""
    cases, count = batch(), len(threads)
    sent = {name: a[:1] for name, a in cases.items() if name.startswith("weights/")}
    for index in range(count):
        case = index % len(cases["x"])
        sent |= {f"{index}/{name}": cases[name][case : case + 1] for name in ("x", "h_0", "c_0")}
    asked = {**layer(), "cases": 1, "resets": [False] * count, "threads": threads, **fields}
    _, answer = InProcess(lambda: adapter).request("calls", asked, sent, DEADLINE)
    return answer


def test_threads_call_at_the_same_time() -> None:
    """Each is in its call when the other one is: else they would not meet; calls of the number 0 come before."""
    watching = Watching()
    answer = calls(watching, [0, 1, 2, 1, 2])

    assert [first for first, _ in watching.seen] == [True, False, False, False, False]
    assert len({built for _, built in watching.seen}) == 1
    assert {name.partition("/")[0] for name in answer} == {"0", "1", "2", "3", "4"}


def test_outputs_are_those_of_their_calls() -> None:
    """Whoever makes them."""
    one, several = calls(NumpyLSTM(), [0, 0, 1]), calls(NumpyLSTM(), [0, 1, 2])

    assert all(np.array_equal(a, several[name]) for name, a in one.items())
    assert one.keys() == several.keys()


def test_what_a_thread_raises_is_told() -> None:
    """The other threads do not wait for it."""
    with pytest.raises(AdapterError, match="ZeroDivisionError: in a thread"):
        calls(Failing(), [0, 1, 2, 1, 2])


@pytest.mark.parametrize(
    ("threads", "fields", "sentence"),
    [
        ([0, -1], {}, "expected `threads` to be counted from 0"),
        ([0, 1, 2, 1], {}, "expected as many calls of every thread, neither `kept` nor reset"),
        ([0, 2, 2], {}, "expected as many calls of every thread"),
        ([0, 1, 2], {"observe": ["kept"]}, "expected as many calls of every thread, neither `kept` nor reset"),
        ([0, 1, 2], {"resets": [True, False, False]}, "expected as many calls of every thread, neither"),
    ],
    ids=str,
)
def test_other_threads_are_refused(threads: list[int], fields: dict[str, Any], sentence: str) -> None:
    """In a sentence."""
    with pytest.raises(AdapterError, match=sentence):
        calls(NumpyLSTM(), threads, **fields)
