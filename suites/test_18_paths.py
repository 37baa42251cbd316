"""Chapter 18: the ways to execute one layer, held against each other.

Each path is compared with the first one of its implementation, and that with the first of its family (`Subject.model`).
"""

from __future__ import annotations

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.client import AdapterError
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.quantised import ENGINES
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES, Examined, last_outputs, one_layer
from lstm_conformance.suites.harness.judge.comparison import Statement, same, within
from lstm_conformance.suites.harness.judge.rejection import Answer, attempt, meant, undocumented
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.subject import Subject

STEPS = 6
"""The bounds of trajectories that nobody observed grow with their length."""


def _is_compared(configuration: Configuration) -> bool:
    exact = configuration.dtype in {"float32", "float64"} and configuration.regime == "mild"
    return exact and configuration.time <= STEPS


@rule("18.1", where=_is_compared, kinds=("ordinary", "masked"), paired=True)
def test_all_paths_give_the_same_numbers(subject: Subject, cases: Cases) -> Examined:
    """Outputs and states differ by no more than both bounds together."""
    model, ours, theirs = _model(subject), _answer(subject, cases), _answer(_model(subject), cases)
    yield _same_verdict(ours, theirs, model)
    if ours.error is None and theirs.error is None:
        yield from _same_numbers(subject, cases, ours, theirs)


@rule("18.2", kinds=("mistaken",), paired=True)
def test_all_paths_refuse_the_same(subject: Subject, cases: Cases) -> Examined:
    """A mistake that one path refuses is accepted by none."""
    model = _model(subject)
    yield _same_verdict(attempt(subject, cases), attempt(model, cases), model)


@rule("18.3", kinds=("mistaken",), paired=True, undocumented=True)
def test_all_paths_answer_alike_where_nothing_is_documented(subject: Subject, cases: Cases) -> Examined:
    """The same numbers, or the same kind of exception."""
    model, ours, theirs = _model(subject), attempt(subject, cases), attempt(_model(subject), cases)
    yield _same_verdict(ours, theirs, model, same_kind=True)
    if ours.error is None and theirs.error is None:
        yield from _same_numbers(subject, meant(cases), ours, theirs)
    yield undocumented(cases, ours)


def _asks_for_one_thing(configuration: Configuration) -> bool:
    return _is_compared(configuration) and len(configuration.requirements - {"initial_state"}) <= 1


@rule("18.4", where=_asks_for_one_thing, kinds=("ordinary", "masked"), paired=True, unclaimed=True)
def test_a_path_refuses_what_it_cannot(subject: Subject, cases: Cases) -> Examined:
    """Of what the first path claims and this one does not, it makes no smaller model: it refuses, or is right."""
    ours, theirs = _answer(subject, cases), _answer(_model(subject), cases)
    yield Statement("answer", None, ours.kind)
    if ours.error is None and theirs.error is None:
        yield from _same_numbers(subject, cases, ours, theirs)


@rule("18.5", where=one_layer, kinds=("quantised",))
def test_a_quantised_layer_computes_with_quantised_numbers(subject: Subject, cases: Cases) -> Examined:
    """Outputs and states are those of the quantised weights, and of what is read in the steps that are documented."""
    outputs, arithmetic = subject.run(cases).outputs, arithmetic_of(cases.configuration.dtype)
    engine = ENGINES[cases.configuration.dtype](subject.cell(cases.configuration))
    x, h_0, c_0 = (exactly(a, arithmetic) for a in (cases.inputs.x, *(state[0] for state in cases.states)))
    expected = engine.layer(cases.weights[0], x, (h_0, c_0), None, outputs.y)
    yield within("y", outputs.y, expected.y, Y_AXES)
    yield within("c_n", outputs.c_n[0], expected.c_n, STATE_AXES)
    yield same("h_n", outputs.h_n[0], last_outputs(outputs.y, outputs.h_n[0]), STATE_AXES)


def _model(subject: Subject) -> Subject:
    if subject.model is None:
        raise ValueError("expected a path that is compared with the first one of its family")
    return subject.model


def _answer(subject: Subject, cases: Cases) -> Answer:
    """What came of an ordinary call. Raises as `Subject.run` does, but for what the adapter raised."""
    try:
        return Answer(None, subject.run(cases).native)
    except AdapterError as error:
        return Answer(error)


def _same_verdict(ours: Answer, theirs: Answer, model: Subject, *, same_kind: bool = False) -> Statement:
    """Both are answered or both refused; same_kind: by the same kind of exception."""
    alike = ours.kind == theirs.kind if same_kind else (ours.error is None) == (theirs.error is None)
    told = f"{ours.sentence}, but {theirs.sentence} on {model.hello.implementation} {model.path}"
    return Statement("answer", None if alike else told, ours.kind)


def _same_numbers(subject: Subject, cases: Cases, ours: Answer, theirs: Answer) -> Examined:
    """Every output lies within both bounds together of the model's."""
    layer, unbatched = cases.configuration.layer, cases.configuration.unbatched
    names, arithmetic = subject.layout.output_names(layer), arithmetic_of(cases.configuration.dtype)
    bounds = [
        subject.layout.native_outputs(layer, _bounds(each, cases), unbatched=unbatched)
        for each in (subject, _model(subject))
    ]
    if not len(names) == len(ours.native) == len(theirs.native):
        told = f"{len(ours.native)} of them, but {len(theirs.native)} on the other path, documented is {len(names)}"
        yield Statement("outputs", told)
        return
    for name, a, b, *both in zip(names, ours.native, theirs.native, *bounds, strict=True):
        if a.shape != b.shape:
            yield Statement(name, f"has the shape {a.shape}, but {b.shape} on the other path")
            continue
        due = Rounded(b.astype(np.float64), sum(both, np.zeros(())), np.zeros(()), arithmetic)
        yield within(name, a, due, " ".join(["case", *(f"axis_{k}" for k in range(1, a.ndim))]))


def _bounds(subject: Subject, cases: Cases) -> Outputs[Array]:
    """How far a legal trajectory, of which nothing is observed, may lie from the reference."""
    return Outputs(*(each.bound for each in subject.trajectory(cases, None)))
