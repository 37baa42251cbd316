"""What weights must be behind a step of gradient descent, with all that pulls them, and all that they keep to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.penalties import ACTIVITY, CONSTRAINTS, REGULARIZERS
from lstm_conformance.fixtures.hosting.requests import COTANGENTS, WEIGHTS, below
from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.backwards import WeightGradients
from lstm_conformance.reference.penalties import Factors, penalty, projected, slopes, together
from lstm_conformance.reference.rounded import Array, Rounded, exactly, scaled
from lstm_conformance.reference.stack import way_back as way_back_of
from lstm_conformance.reference.weights import CellWeights, Weights
from lstm_conformance.suites.harness.judge import way_back
from lstm_conformance.suites.harness.judge.assertions import Examined, unchanged
from lstm_conformance.suites.harness.judge.comparison import Comparison, same, within
from lstm_conformance.suites.harness.judge.stacks import legal_call
from lstm_conformance.suites.harness.judge.subject import Subject, Trained
from lstm_conformance.suites.harness.judge.way_back import WEIGHT_AXES, Due, by_gate, named


def descended(subject: Subject, cases: Cases, rate: float) -> Examined:
    """Every weight behind a step of gradient descent: less the rate times its gradient, rounded once; no more.

    The next call is held to the weights that are seen then: layers keep some in another form, as gates side by side.
    Models that are run by the method that trains them are not called again, which would be traced anew.
    Of a layer that drops in the step nobody knows what it dropped: the call behind it, in evaluation mode, is asked.
    """
    again = cases.configuration.structure not in {"fit", "train_on_batch"}
    seen, behind = subject.descended(cases, rate, again=again)
    inputs = {name: a for name, a in seen.before.items() if not name.startswith((WEIGHTS, COTANGENTS))}
    yield from unchanged(inputs, {name: a for name, a in seen.after.items() if not name.startswith(WEIGHTS)})
    layer = cases.configuration.layer
    before, after = (subject.layout.canonical_weights(layer, below(a, WEIGHTS)) for a in (seen.before, seen.after))
    if not (layer.dropout or layer.recurrent_dropout):
        yield from _stepped(cases.configuration, before, after, _gradients(subject, cases, seen), rate)
    if behind is not None:
        moved = cases.varied(f"behind a step at {rate}", weights=after)
        yield from legal_call(subject, moved, " of the call behind a step", behind)


def penalties(subject: Subject, cases: Cases) -> Examined:
    """What each of two calls adds to a loss is the sum of what its weights and its outputs do."""
    seen = subject.penalized(cases)
    calls = zip(seen.penalties, (seen.native, seen.again), ("", " of a second call"), strict=True)
    for found, outputs, which in calls:
        yield within(f"penalties{which}", found.sum(-1), _due(cases, outputs[0]), "case")


def rounded_once(weight: Array, step: Rounded, seen: Array) -> Rounded:
    """Weight plus step, rounded to whichever number is nearest to what was seen; what is allowed beyond is the step's.

    Every right subtraction may use the whole of its rounding, so that it says nothing of how near the bound one is.
    """
    moved = exactly(weight, step.arithmetic) + step
    rounding = step.arithmetic.elementwise * np.abs(moved.value)
    nearest = np.clip(np.asarray(seen, np.float64), moved.value - rounding, moved.value + rounding)
    return Rounded(nearest, step.err, step.var, step.arithmetic)


def _stepped(
    configuration: Configuration, before: Weights, after: Weights, due: Due, rate: float
) -> Iterator[Comparison]:
    """The weights of every cell: moved, unless its layer is frozen."""
    for index, (cells, begun, by) in enumerate(zip(after, before, due.weights, strict=True)):
        stays = configuration.frozen and index == 0
        for direction, (cell, was, of) in enumerate(zip(cells, begun, by, strict=True)):
            where = named(configuration.layer, index, direction)
            moved = _moved(where, cell, was, of, rate, configuration.penalized)
            yield from _frozen(where, cell, was) if stays else moved


def _frozen(where: str, seen: CellWeights, before: CellWeights) -> Iterator[Comparison]:
    """The weights of a cell that is frozen."""
    for name, weight in before.named.items():
        apart = by_gate if "gate" in WEIGHT_AXES[name] else np.asarray
        yield same(f"frozen {name} behind a step{where}", apart(seen.named[name]), apart(weight), WEIGHT_AXES[name])


def _moved(
    where: str, seen: CellWeights, before: CellWeights, by: WeightGradients[Rounded], rate: float, word: str
) -> Iterator[Comparison]:
    """The weights of a cell; rate: a power of two, by which nothing is rounded; word: of what else acts on them."""
    for name, gradient in by.named.items():
        axes, weight, found = WEIGHT_AXES[name], before.named[name], seen.named[name]
        apart = by_gate if "gate" in axes else np.asarray
        pulls = slopes(exactly(weight, gradient.arithmetic), _factors(word, name))
        whole = together([gradient, *pulls]) if pulls else gradient
        due = _kept(weight, scaled(whole, np.full((), -rate)), found, CONSTRAINTS.get(word, {}).get(_part(name)))
        yield within(f"{name} behind a step{where}", apart(found), due.moved(apart), axes)


def _kept(weight: Array, step: Rounded, seen: Array, constraint: Mapping[str, Any] | None) -> Rounded:
    """A weight behind the step, and behind the constraint that then acts on it, if there is one."""
    if constraint is None or constraint["name"] == "NonNeg":
        moved = rounded_once(weight, step, seen)
    else:
        moved = exactly(weight, step.arithmetic) + step
    return moved if constraint is None else projected(moved, constraint, seen)


def _gradients(subject: Subject, cases: Cases, seen: Trained) -> Due:
    """Those of the loss, to which outputs may add something of their own."""
    factors = _factors(cases.configuration.penalized, ACTIVITY)
    if not any(factors):
        return way_back.gradients(subject, cases, seen)
    arithmetic = arithmetic_of(cases.configuration.dtype).of_gradients
    # The outputs that the step was taken from lie within their bound, as those do that are seen.
    bound = 2 * subject.trajectory(cases, None).y.bound
    y = Rounded(np.asarray(seen.outputs.y, np.float64), bound, np.zeros_like(bound), arithmetic)
    shares = [pull * _share(cases, pull) for pull in slopes(y, factors)]
    whole: Any = together([exactly(seen.given.y, arithmetic), *shares])  # numbers with an error, as few cotangents are
    layer = cases.configuration.layer
    by = way_back_of(subject.cell(cases.configuration), layer, subject.layout.fill(layer))
    return way_back.computed(cases, replace(seen, given=seen.given._replace(y=whole)), by)


def _due(cases: Cases, outputs: Array) -> Rounded:
    """What a call adds to a loss, (N); outputs (N, ...)."""
    word, arithmetic = cases.configuration.penalized, arithmetic_of(cases.configuration.dtype).of_gradients
    terms = [
        penalty(a, _factors(word, name), arithmetic)
        for directions in cases.weights
        for cell in directions
        for name, a in cell.named.items()
    ]
    of_outputs = penalty(outputs, _factors(word, ACTIVITY), arithmetic)
    return sum(terms, start=of_outputs * _share(cases, of_outputs))


def _share(cases: Cases, like: Rounded) -> Rounded:
    """One row's: what outputs add is divided by the number of rows."""
    share = np.full((), 1 / cases.configuration.batch)
    return Rounded(share, like.arithmetic.elementwise * share, np.zeros(()), like.arithmetic)


def _factors(word: str, name: str) -> Factors:
    return Factors(**REGULARIZERS.get(word, {}).get(_part(name), {}))


def _part(name: str) -> str:
    """What is said of a bias holds for each, if there are two."""
    return "bias" if name.startswith("bias") else name
