"""How a mistake is made, and what must come of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lstm_conformance.fixtures.cases import Cases
from lstm_conformance.fixtures.hosts import AdapterError
from lstm_conformance.fixtures.mistakes import MISTAKES, Mistake
from lstm_conformance.fixtures.protocol import Arrays
from lstm_conformance.reference.layouts.refusals import REFUSALS
from lstm_conformance.suites.comparison import Statement
from lstm_conformance.suites.subject import Subject

NOTHING = "none"
"""The kind of exception where none was raised."""

QUOTED = 100
"""Characters of a framework's message that are repeated: some put a whole graph into it."""


def attempt(subject: Subject, cases: Cases) -> AdapterError | None:
    """Make the mistake of the cases' configuration; return what was raised. The layer is kept as the mistake left it.

    Raises HostError where the host answers neither with an exception nor with outputs.
    """
    mistake = MISTAKES[cases.configuration.mistake]
    fields = subject.fields(cases.configuration)
    try:
        if mistake.constructor:
            layer = fields["layer"] | mistake.constructor
            subject.implementation.request("describe", fields | {"layer": layer}, {}, subject.deadline)
        else:
            call: dict[str, Any] = {"cases": len(cases), "observe": [], "keep": True}
            subject.implementation.request("run", fields | call, _mistaken(subject, cases, mistake), subject.deadline)
    except AdapterError as error:
        return error
    return None


def refused(subject: Subject, cases: Cases) -> Statement:
    """The mistake is answered with a documented kind of exception, raised by the layer, where the mistake is made."""
    mistake = MISTAKES[cases.configuration.mistake]
    kinds = REFUSALS[subject.hello.layout][cases.configuration.mistake]
    due = f"documented is {' or '.join(kinds)}"
    error = attempt(subject, cases)
    if error is None:
        return Statement("refusal", f"{mistake.sentence} was accepted, {due}", NOTHING)
    place = "build" if mistake.constructor else "call"
    if error.method not in {place, ""}:
        raised = f"{error.type} in {error.method}"
    elif error.own and _has_framework(subject):
        raised = f"{error.type} by the adapter"
    elif not set(kinds) & set(error.kinds):
        raised = error.type
    else:
        return Statement("refusal", None)
    sentence = f"{mistake.sentence} raised {raised}, {due} in {place}: {_quoted(error.message)} ({error.where})"
    return Statement("refusal", sentence, raised)


def ordinary(cases: Cases) -> Cases:
    """These cases without the mistake."""
    return cases.varied("after the mistake", configuration=replace(cases.configuration, mistake=""))


def _mistaken(subject: Subject, cases: Cases, mistake: Mistake) -> Arrays:
    """What a call with the mistake sends."""
    called, layout = cases.configuration, subject.layout
    inputs = mistake.canonical(cases.inputs) if mistake.canonical else cases.inputs
    native = layout.native_inputs(called.layer, inputs, unbatched=called.unbatched)
    native = mistake.native(native) if mistake.native else native
    weights = layout.native_weights(called.layer, cases.weights)
    arrays = {name: a for name, a in native._asdict().items() if a is not None}
    return arrays | {f"weights/{name}": a for name, a in weights.items()}


def _has_framework(subject: Subject) -> bool:
    """The adapter stands before something else; one that names no package may itself be what is under test."""
    return bool(set(subject.hello.versions) - {"numpy"})


def _quoted(message: str) -> str:
    """The beginning of a message on one line, without the colours of a terminal."""
    text = " ".join(re.sub(r"\x1b\[[\d;]*m", "", message).split())
    return text if len(text) <= QUOTED else f"{text[:QUOTED]} …"
