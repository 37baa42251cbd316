"""Several calls in a row, of one layer or of two that are built alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.fixtures.hosting.requests import KEPT
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.harness.judge.subject import Subject, as_numbers, canonical_outputs, numbered, sent


@dataclass(frozen=True, kw_only=True)
class OneOfSeveral:
    """One call: what it is called with, and must be legal for; before it, its layer may be reset or given the weights.

    layer: which of the layers it goes to. loads: whether the weights of the cases are loaded right before the call;
    a layer begins with those of the first call. thread: which of several threads makes it, from 1, where there are
    several; 0 before these.
    """

    cases: Cases
    reset: bool = False
    layer: int = 0
    loads: bool = False
    thread: int = 0


@dataclass(frozen=True)
class Row:
    """What the calls returned: their outputs, canonical, and in the framework's own axes; the latter after all calls.

    `kept` is empty unless it was asked for.
    """

    outputs: Sequence[Outputs[Array]]
    native: Sequence[Sequence[Array]]
    kept: Sequence[Sequence[Array]]

    @property
    def nbytes(self) -> int:
        """What it takes to keep this."""
        return sum(a.nbytes for arrays in (*self.outputs, *self.native, *self.kept) for a in arrays)


def in_a_row(subject: Subject, calls: Sequence[OneOfSeveral], *, kept: bool = False) -> Row:
    """Make the calls, of freshly built layers. Raises as `Subject.run` does, and WrongOutputs.

    kept: the caller fills the memory of its inputs again for each call, and looks at all outputs once more at the end.
    """
    first = calls[0].cases
    fields: dict[str, Any] = {"cases": len(first), "resets": [call.reset for call in calls]}
    fields |= {"layers": [call.layer for call in calls]} if any(call.layer for call in calls) else {}
    fields |= {"threads": [call.thread for call in calls]} if any(call.thread for call in calls) else {}
    fields |= {"observe": [KEPT]} if kept else {}
    arrays: dict[str, NDArray[Any]] = _weights(subject, first)
    for index, call in enumerate(calls):
        arrays |= {f"{index}/{name}": a for name, a in _given(subject, call).items()}
    asked = subject.fields(first.configuration) | fields
    _, answer = subject.request("calls", asked, sent(first.configuration, arrays))
    seen = as_numbers(answer)
    native = [numbered(seen, f"{index}/output/") for index in range(len(calls))]
    outputs = [
        canonical_outputs(subject.layout, call.cases.configuration, a) for call, a in zip(calls, native, strict=True)
    ]
    return Row(outputs, native, [numbered(seen, f"{index}/{KEPT}/") for index in range(len(calls))])


def outputs_in_a_row(
    subject: Subject, cases: Cases, inputs: Sequence[Inputs], resets: Sequence[bool]
) -> Sequence[Outputs[Array]]:
    """The outputs of several calls of one layer, in a row; before some of them it is reset. Raises as `in_a_row` does.

    The inputs may have different numbers of steps and rows, unless the cases have a mask, which is that of every call.
    """
    asked = [
        OneOfSeveral(cases=with_inputs(cases, given, cases.mask), reset=reset)
        for given, reset in zip(inputs, resets, strict=True)
    ]
    return in_a_row(subject, asked).outputs


def with_inputs(cases: Cases, inputs: Inputs, mask: NDArray[np.bool_] | None) -> Cases:
    """The cases with these inputs and this mask, of whatever sizes."""
    configuration = replace(
        cases.configuration,
        time=len(inputs.x),
        batch=inputs.x.shape[2],
        initial_state=inputs.h_0 is not None,
        mask="" if mask is None else cases.configuration.mask,
    )
    return replace(cases, configuration=configuration, inputs=inputs, mask=mask)


def cut(cases: Cases, steps: int, rows: int) -> Cases:
    """The first steps of the first rows."""
    x, *states = cases.inputs
    inputs = Inputs(x[:steps, :, :rows], *(None if a is None else a[:, :, :, :rows] for a in states))
    return with_inputs(cases, inputs, None if cases.mask is None else cases.mask[:steps, :, :rows])


def _given(subject: Subject, call: OneOfSeveral) -> dict[str, NDArray[Any]]:
    """What one call is given, in the framework's axes."""
    cases, layout = call.cases, subject.layout
    layer, unbatched = cases.configuration.layer, cases.configuration.unbatched
    native = layout.native_inputs(layer, cases.inputs, unbatched=unbatched)
    given: dict[str, NDArray[Any]] = {name: a for name, a in native._asdict().items() if a is not None}
    given |= dict([layout.native_mask(layer, cases.mask)] if cases.mask is not None else [])
    return given | (_weights(subject, cases) if call.loads else {})


def _weights(subject: Subject, cases: Cases) -> dict[str, NDArray[Any]]:
    native = subject.layout.native_weights(cases.configuration.layer, cases.weights)
    return {f"weights/{name}": a for name, a in native.items()}
