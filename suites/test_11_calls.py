"""Chapter 11: a call leaves nothing behind, and no call decides what the next ones may be like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import NamedTuple

from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.hosting.requests import WEIGHTS
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.suites.harness.judge.assertions import Examined, cut_off, layer_legal, unchanged
from lstm_conformance.suites.harness.judge.comparison import Statement, same
from lstm_conformance.suites.harness.judge.in_a_row import OneOfSeveral, Row, cut, in_a_row, with_inputs
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.stacks import legal_call
from lstm_conformance.suites.harness.judge.subject import Seen, Subject

LOADED = 7
"""The number of the first call before which a layer is given other weights."""


@rule("11.1", kinds=("ordinary", "masked"))
def test_inputs_and_states_are_not_modified(subject: Subject, cases: Cases) -> Examined:
    """A call leaves its input and its initial states as they were."""
    yield from _unchanged(subject.observe(cases), weights=False)


@rule("11.2", kinds=("ordinary", "masked"))
def test_weights_are_not_modified(subject: Subject, cases: Cases) -> Examined:
    """A call without training leaves the weights as they were."""
    yield from _unchanged(subject.observe(cases), weights=True)


@rule("11.3", where=lambda c: c.layer.return_sequences)
def test_a_second_call(subject: Subject, cases: Cases) -> Examined:
    """A second call on the same inputs is legal for them: nothing is kept from the first."""
    top = cases.configuration.layer.num_layers - 1
    x = cut_off(subject, cases, top).outputs.y if top else cases.inputs.x
    yield from layer_legal(subject, cases, top, x, subject.observe(cases).outputs_again)


@rule("11.4", kinds=("repeated",))
def test_calls_of_other_sizes(subject: Subject, cases: Cases) -> Examined:
    """Calls with more and fewer steps and rows are legal, whatever was called before, of this layer or of another."""
    yield from _legal(subject, cases, slice(LOADED))


@rule("11.5", kinds=("repeated",))
def test_weights_that_are_loaded_between_two_calls(subject: Subject, cases: Cases) -> Examined:
    """The calls after other weights were loaded are legal for these."""
    yield from _legal(subject, cases, slice(LOADED, None))


@rule("11.6", kinds=("repeated",))
def test_what_a_call_has_returned_stays(subject: Subject, cases: Cases) -> Examined:
    """It is what it was after all later calls, and after the caller has written to the memory of the inputs."""
    asked, names = _asked(subject, cases), subject.layout.output_names(cases.configuration.layer)
    seen = _seen(subject, cases, asked)
    for call, before, after in zip(_names(asked), seen.native, seen.kept, strict=True):
        found, due = ([a.shape[1:] for a in each] for each in (after, before))
        yield Statement(f"outputs{call}", None if found == due else f"have the shapes {found}, and had {due} before")
        for name, a, b in zip(names, after, before, strict=True) if found == due else ():
            yield same(f"{name}{call}", a, b, " ".join(["case", *(f"axis_{k}" for k in range(b.ndim - 1))]))


@rule("11.7", kinds=("threaded",))
def test_two_threads_that_share_a_layer(subject: Subject, cases: Cases) -> Examined:
    """Every call that two threads make of one layer at the same time is legal for its own numbers."""
    first = OneOfSeveral(cases=replace(cases, variation=f"{cases.key[0]}/first"))
    yield from _legal_in_threads(subject, [first, *(_by_thread(each, cases, 0) for each in IN_THREADS)])


@rule("11.8", kinds=("threaded",))
def test_two_threads_with_a_layer_each(subject: Subject, cases: Cases) -> Examined:
    """Every call that two threads make at the same time, each of a layer of its own, is legal for its own numbers."""
    other = draw(cases.configuration, cases.numbers, biases=subject.layout.biases, seed=-1)
    own = [replace(each, variation=f"{cases.key[0]}/first {k}") for k, each in enumerate((cases, other))]
    first = [OneOfSeveral(cases=each, layer=k, loads=k > 0) for k, each in enumerate(own)]
    asked = (_by_thread(each, (cases, other)[each.thread - 1], each.thread - 1) for each in IN_THREADS)
    yield from _legal_in_threads(subject, [*first, *asked])


def _asked(subject: Subject, cases: Cases) -> list[OneOfSeveral]:
    """Calls of two layers in turns: the sizes of the one grow first, those of the other shrink first."""
    other = draw(cases.configuration, cases.numbers, biases=subject.layout.biases, seed=-1)
    exchanged = replace(cases, weights=other.weights), replace(other, weights=cases.weights)
    steps, rows = cases.configuration.time, cases.configuration.batch
    few, fewer = -(-steps // 2), -(-rows // 2)
    asked = [
        OneOfSeveral(cases=cut(cases, few, fewer)),
        OneOfSeveral(cases=other, layer=1, loads=True),
        OneOfSeveral(cases=cut(cases, steps, fewer)),
        OneOfSeveral(cases=with_inputs(other, Inputs(other.inputs.x[:few]), None), layer=1),
        OneOfSeveral(cases=cases),
        OneOfSeveral(cases=cut(other, steps, fewer), layer=1),
        OneOfSeveral(cases=with_inputs(other, cut(_negated(other), steps, fewer).inputs, None), layer=1),
        OneOfSeveral(cases=_negated(exchanged[0]), loads=True),
        OneOfSeveral(cases=exchanged[1], layer=1, loads=True),
        OneOfSeveral(cases=cut(exchanged[0], few, rows)),
    ]
    return [
        replace(each, cases=replace(each.cases, variation=f"{cases.key[0]}/call {index}"))
        for index, each in enumerate(asked)
    ]


class _InThread(NamedTuple):
    """A call: which thread makes it, with how many of the steps and rows, and whether with other numbers."""

    thread: int
    steps: float = 1
    rows: float = 1
    negated: bool = False


IN_THREADS = 6 * (
    *(_InThread(1), _InThread(2, negated=True)),
    *(_InThread(1, 0.5, 1), _InThread(2, 1, 0.5, negated=True)),
    *(_InThread(1, 1, 0.5), _InThread(2, 0.5, 1, negated=True)),
    *(_InThread(1, negated=True), _InThread(2)),
)
"""Two at a time: of one size with other numbers, and of other sizes; several times, for a race is lost by chance."""


def _by_thread(call: _InThread, cases: Cases, layer: int) -> OneOfSeveral:
    """The call, of a layer that has the weights of the cases."""
    steps, rows = cases.configuration.time, cases.configuration.batch
    given = cut(_negated(cases) if call.negated else cases, ceil(call.steps * steps), ceil(call.rows * rows))
    varied = replace(given, variation=f"{cases.key[0]}/{call}")
    return OneOfSeveral(cases=varied, layer=layer, thread=call.thread)


def _legal_in_threads(subject: Subject, asked: Sequence[OneOfSeveral]) -> Examined:
    """All of the calls."""
    outputs = in_a_row(subject, asked).outputs
    for call, seen, name in zip(asked, outputs, _names(asked), strict=True):
        yield from legal_call(subject, call.cases, f"{name}, in thread {call.thread}", seen)


def _negated(cases: Cases) -> Cases:
    """Other numbers in inputs and states, of the same shapes."""
    return replace(cases, inputs=cases.inputs.each(lambda a: -a))


def _seen(subject: Subject, cases: Cases, asked: Sequence[OneOfSeveral]) -> Row:
    """What these calls returned: asked for once, for all rules."""
    key = ("in a row", cases.key)
    return subject.memory.recall(
        subject.where, key, lambda: in_a_row(subject, asked, kept=True), lambda row: row.nbytes
    )


def _legal(subject: Subject, cases: Cases, numbers: slice) -> Examined:
    """Some of the calls are legal for what they were called with."""
    asked = _asked(subject, cases)
    seen = _seen(subject, cases, asked).outputs
    for call, outputs, name in list(zip(asked, seen, _names(asked), strict=True))[numbers]:
        yield from legal_call(subject, call.cases, name, outputs)


def _names(asked: Sequence[OneOfSeveral]) -> list[str]:
    """How a measure says which call it is about."""
    sizes = [(each.cases.configuration.time, each.cases.configuration.batch) for each in asked]
    return [f" of call {index}, of {steps} steps and {rows} rows" for index, (steps, rows) in enumerate(sizes)]


def _unchanged(seen: Seen, *, weights: bool) -> Examined:
    """The arrays that the call was given are still what they were."""
    yield from unchanged(
        {name: a for name, a in seen.before.items() if name.startswith(WEIGHTS) == weights}, seen.after
    )
