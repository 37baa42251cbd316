"""How a mistake is made, and what must come of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.cases.invalid_inputs import INVALID_INPUTS, InvalidInput
from lstm_conformance.fixtures.hosting.client import AdapterError
from lstm_conformance.fixtures.hosting.lending import ALONE
from lstm_conformance.fixtures.hosting.requests import STATES
from lstm_conformance.fixtures.hosting.wire import Arrays
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.comparison import Comparison, Statement, same
from lstm_conformance.suites.harness.judge.subject import Subject

NOTHING = "none"
"""The kind of exception where none was raised."""

QUOTED = 100
"""Characters of a framework's message that are repeated: some put a whole graph into it."""


class Answer(NamedTuple):
    """What came of a call or of a construction: what was raised, or the outputs (N, ...) in the framework's axes."""

    error: AdapterError | None
    native: Sequence[Array] = ()

    @property
    def kind(self) -> str:
        """The kind of exception, "none" where none was raised."""
        return NOTHING if self.error is None else self.error.type

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        return "answered" if self.error is None else f"refused with {self.error.type}"


def attempt(subject: Subject, cases: Cases) -> Answer:
    """Make the mistake of the cases' configuration, on a layer of its own; return what came of it.

    Raises HostError where the host answers neither with an exception nor with outputs.
    """
    invalid_input = INVALID_INPUTS[cases.configuration.invalid_input]
    fields = subject.fields(cases.configuration)
    try:
        if invalid_input.constructor:
            layer = fields["layer"] | invalid_input.constructor
            subject.request("describe", fields | {"layer": layer}, {})
            return Answer(None)
        call: dict[str, Any] = {"cases": len(cases), "observe": [], "loan": ALONE}
        arrays = _mistaken(subject, cases, invalid_input)
        _, answer = subject.request("run", fields | call, arrays)
    except AdapterError as error:
        return Answer(error)
    return Answer(None, [answer[f"output/{index}"] for index in range(len(answer))])


def refused(subject: Subject, cases: Cases) -> Statement:
    """The mistake is answered with a documented kind of exception, raised by the layer, where the mistake is made."""
    invalid_input = INVALID_INPUTS[cases.configuration.invalid_input]
    kinds = subject.hello.promised.documented[cases.configuration.invalid_input]
    due = f"documented is {' or '.join(kinds)}"
    error = attempt(subject, cases).error
    if error is None:
        return Statement("refusal", f"{invalid_input.sentence} was accepted, {due}", NOTHING)
    place, places = ("build", {"build"}) if invalid_input.constructor else ("call", {"call", "call_masked"})
    if error.method and error.method not in places:
        raised = f"{error.type} in {error.method}"
    elif error.own and _has_framework(subject):
        raised = f"{error.type} by the adapter"
    elif not set(kinds) & set(error.kinds):
        raised = error.type
    else:
        return Statement("refusal", None)
    sentence = f"{invalid_input.sentence} raised {raised}, {due} in {place}: {_quoted(error.message)} ({error.where})"
    return Statement("refusal", sentence, raised)


def undocumented(cases: Cases, answer: Answer) -> Comparison:
    """What came of a call that nothing is documented of, to stand in its record; it holds whatever that is."""
    nothing = np.zeros(len(cases))
    sentence = INVALID_INPUTS[cases.configuration.invalid_input].sentence
    return same(f"undocumented: {sentence} is {answer.sentence}", nothing, nothing, "case")


def ordinary(cases: Cases) -> Cases:
    """These cases without the mistake, and without the mask that it may be about."""
    right = replace(cases.configuration, invalid_input="", mask="")
    return replace(cases.varied("after the mistake", configuration=right), mask=None)


def meant(cases: Cases) -> Cases:
    """These cases with the numbers that a call with the mistake is given, for a reference to which it is none."""
    invalid_input = INVALID_INPUTS[cases.configuration.invalid_input]
    changed = invalid_input.canonical(cases.inputs) if invalid_input.canonical else cases.inputs
    right = replace(cases.configuration, invalid_input="", batch=changed.x.shape[2])
    return cases.varied(cases.configuration.invalid_input, configuration=right, inputs=changed)


def _mistaken(subject: Subject, cases: Cases, invalid_input: InvalidInput) -> Arrays:
    """What a call with the mistake sends."""
    configuration, layout = cases.configuration, subject.layout
    inputs = invalid_input.canonical(cases.inputs) if invalid_input.canonical else cases.inputs
    native = layout.native_inputs(configuration.layer, inputs, unbatched=configuration.unbatched)
    native = invalid_input.native(native) if invalid_input.native else native
    weights = layout.native_weights(configuration.layer, cases.weights)
    arrays = {name: a for name, a in native._asdict().items() if a is not None}
    if invalid_input.together:
        arrays[STATES] = np.stack([arrays.pop("h_0"), arrays.pop("c_0")], 1)
    if cases.mask is not None:
        name, valid = layout.native_mask(configuration.layer, cases.mask)
        arrays[name] = invalid_input.valid(valid) if invalid_input.valid else valid
    return arrays | {f"weights/{name}": a for name, a in weights.items()}


def _has_framework(subject: Subject) -> bool:
    """The adapter stands before something else; one that names no package may itself be what is under test."""
    return bool(set(subject.hello.versions) - {"numpy"})


def _quoted(message: str) -> str:
    """The beginning of a message on one line, without the colours of a terminal."""
    text = " ".join(re.sub(r"\x1b\[[\d;]*m", "", message).split())
    return text if len(text) <= QUOTED else f"{text[:QUOTED]} …"
