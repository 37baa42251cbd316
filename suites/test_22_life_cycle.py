"""Chapter 22: layers that are saved and loaded, copied and moved: one round trip each (`round_trips.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.cases.round_trips import REFUSED
from lstm_conformance.fixtures.hosting.client import AdapterError
from lstm_conformance.reference.arithmetic import PRECISIONS
from lstm_conformance.suites.harness.judge.assertions import Examined
from lstm_conformance.suites.harness.judge.comparison import Statement
from lstm_conformance.suites.harness.judge.in_a_row import OneOfSeveral, cut, in_a_row
from lstm_conformance.suites.harness.judge.rules import rule
from lstm_conformance.suites.harness.judge.stacks import computed, legal_call
from lstm_conformance.suites.harness.judge.subject import Subject


def _goes_through(configuration: Configuration) -> bool:
    return configuration.round_trip not in REFUSED


@rule("22.1", where=_goes_through, kinds=("round_tripped",))
def test_what_comes_out_computes_the_same(subject: Subject, cases: Cases) -> Examined:
    """At the end of a round trip, a layer computes the equations with the weights that went in."""
    yield from computed(subject, cases)


@rule("22.2", where=_goes_through, kinds=("round_tripped",))
def test_every_argument_of_the_constructor_survives(subject: Subject, cases: Cases) -> Examined:
    """A freshly built layer has the arguments that it was given, and one at the end of a round trip has them still."""
    configuration = cases.configuration
    built = subject.arguments(replace(configuration, round_trip=""))
    given = subject.hello.promised.constructed(configuration.layer)
    yield from _unlike("asked for", built, {name: given[_last(name)] for name in built if _last(name) in given})
    yield from _unlike("before", subject.arguments(configuration), built)


@rule("22.3", where=_goes_through, kinds=("round_tripped",))
def test_weights_keep_their_names(subject: Subject, cases: Cases) -> Examined:
    """At the end of a round trip, a layer has the documented weights, and no others."""
    configuration = cases.configuration
    stored_in = PRECISIONS[configuration.dtype].weights
    documented = {name: (shape, stored_in) for name, shape in subject.layout.weight_shapes(configuration.layer).items()}
    found = subject.describe(configuration)
    yield Statement("weights", None if found == documented else f"{found}, documented is {documented}")


@rule("22.4", where=lambda c: not _goes_through(c), kinds=("round_tripped",))
def test_weights_that_do_not_fit_are_refused(subject: Subject, cases: Cases) -> Examined:
    """A layer refuses weights of which one is missing, unknown or of another shape."""
    due, raised = subject.hello.promised.weights, "none"
    try:
        subject.describe(cases.configuration)
    except AdapterError as error:
        raised = error.type
        if error.method == "round_tripped" and set(due) & set(error.kinds):
            yield Statement("refusal", None)
            return
    yield Statement("refusal", f"raised {raised}, documented is {' or '.join(due)}", raised)


@rule("22.5", where=lambda c: _goes_through(c) and not c.mask, kinds=("round_tripped",))
def test_weights_that_are_loaded_at_the_end(subject: Subject, cases: Cases) -> Examined:
    """A layer at the end of a round trip, which was called once, computes with the weights that it is then given."""
    # also in a call of fewer steps and rows; rows are as many where the layer keeps states for them, or is in a model
    configuration = cases.configuration
    other = draw(configuration, cases.numbers, biases=subject.layout.biases, seed=-1)
    given = cases.varied("other weights", weights=other.weights)
    rows = configuration.batch - (0 if configuration.layer.stateful or configuration.structure else 1)
    fewer = replace(cut(given, configuration.time - 1, rows), variation="other weights, other sizes")
    reset = configuration.layer.stateful
    calls = [
        OneOfSeveral(cases=cases, reset=reset),
        OneOfSeveral(cases=given, reset=reset, loads=True),
        OneOfSeveral(cases=fewer, reset=reset),
    ]
    _, *outputs = in_a_row(subject, calls).outputs
    for call, name, seen in zip(calls[1:], ("", " of other sizes"), outputs, strict=True):
        yield from legal_call(subject, call.cases, name, seen)


def _unlike(what: str, found: dict[str, Any], due: dict[str, Any]) -> Iterator[Statement]:
    """A statement about every argument; `what` is due."""
    for name in sorted({*found, *due} if what == "before" else due):
        a, b = found.get(name), due.get(name)
        yield Statement(name, None if a == b else f"{a!r}, {what} it is {b!r}")


def _last(name: str) -> str:
    return name.rpartition("/")[2]
