"""What was seen of a layer, held to the equations; and what is said where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from lstm_conformance.reference.arithmetic import STORED, arithmetic_of
from lstm_conformance.reference.arrays.expecting import Case, canonical, shapes_of
from lstm_conformance.reference.arrays.layers import wide
from lstm_conformance.reference.arrays.numbers import numbers
from lstm_conformance.reference.diagnosis import Evidence, diagnose, remedy
from lstm_conformance.reference.lstm import Call, Outputs
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.stack import shows_every_output
from lstm_conformance.reference.tape import gates_along
from lstm_conformance.reports.publish.console import measured, row
from lstm_conformance.suites.harness.explain.diagnosing import WORK, as_detail
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES, Y_AXES
from lstm_conformance.suites.harness.judge.comparison import Comparison, within
from lstm_conformance.suites.harness.judge.judge import weighed

Explanation = tuple[dict[str, Any], list[str]]
"""What is added to a detail, and what to change."""


class NotConforming(AssertionError):
    """The numbers are not those of a correct LSTM: where, by how much, and what mistake fits."""


def check_unchanged(before: Sequence[Any], after: Sequence[Any]) -> None:
    """Raise NotConforming where a layer has written to x or to states that it was given."""
    for name, was, now in zip(("x", "h_0", "c_0"), before, after, strict=False):
        if not np.array_equal(numbers(name, was), numbers(name, now)):
            raise NotConforming(f"the layer changes {name}, which it is given: let it work on a copy")


class Seen(NamedTuple):
    """Outputs of a call, canonical, and which of their numbers were given, 1 or 0: states may be left out."""

    outputs: Outputs[Array]
    given: Outputs[Array]

    @property
    def evidence(self) -> Outputs[Array]:
        """The outputs; states are empty unless all of them were given."""
        y, h_n, c_n = self.outputs
        every = all(bool(given.all()) for given in self.given)
        return self.outputs if every else Outputs(y, h_n[:0], c_n[:0])


def outputs_of(case: Case, seen: Any, *, typed: bool = False) -> Seen:
    """What a call returned; typed: which must have the dtype of the layer.

    Raises NotConforming for other shapes or dtypes, BadInput for what are no real numbers.
    """
    if typed:
        _check_dtypes(case, seen)
    shapes = shapes_of(case)
    outputs = _by_name(seen, list(shapes))
    wrong = {name: a.shape for name, a in outputs.items() if a.shape != shapes.get(name)}
    if wrong or not {*outputs} <= {*shapes} or next(iter(shapes)) not in outputs:
        came = {name: a.shape for name, a in outputs.items()}
        raise NotConforming(f"the outputs have shapes {came}, documented is {shapes}")
    whole = canonical(case, [outputs.get(name, np.zeros(shape)) for name, shape in shapes.items()])
    return Seen(whole, canonical(case, [np.full(shape, float(name in outputs)) for name, shape in shapes.items()]))


def _check_dtypes(case: Case, seen: Sequence[Any]) -> None:
    stored = STORED[case.dtype].compute
    due = "float32" if stored == "bfloat16" else stored  # which is how NumPy reads it
    came = {a.dtype.name for a in seen}
    if came != {due}:
        raise NotConforming(f"the outputs have dtypes {', '.join(sorted(came))}, documented is {stored}")


def flat(seen: Any) -> list[Array]:
    """All outputs in a row, also those that are returned alone, by name, or as output, (h_n, c_n)."""
    tensors = (
        [*seen.values()] if isinstance(seen, Mapping) else _flat(seen) if isinstance(seen, (list, tuple)) else [seen]
    )
    return [numbers("an output", a) for a in tensors]


def _flat(seen: Sequence[Any]) -> list[Any]:
    """All outputs in a row, also those that are returned as output, (h_n, c_n)."""
    return [a for part in seen for a in (part if isinstance(part, tuple) else [part])]


def _by_name(seen: Any, names: Sequence[str]) -> dict[str, Array]:
    if isinstance(seen, Mapping):
        return {name: wide(numbers(name, a)) for name, a in seen.items()}
    several = _flat(seen) if isinstance(seen, (list, tuple)) else [seen]
    if len(several) > len(names):
        raise NotConforming(f"expected the outputs {', '.join(names)}, came {len(several)} arrays")
    return {name: wide(numbers(name, a)) for name, a in zip(names, several, strict=False)}


@np.errstate(all="ignore")
def judge(case: Case, name: str, *calls: Seen, described: str) -> str:
    """Raise NotConforming unless all calls return what the equations give; why that cannot be told, if it cannot."""
    comparisons = [
        comparison
        for k, call in enumerate(calls)
        for comparison in _compared(case, call, " of a second call" if k else "")
    ]
    return fail_unless_within(
        comparisons, name, _call(case, described), lambda: _diagnosis(case, *(call.evidence for call in calls))
    )


def _compared(case: Case, seen: Seen, which: str) -> Iterator[Comparison]:
    layer, y = case.layer, seen.outputs.y
    observed = y if shows_every_output(layer) else None
    due = case.outputs(observed)
    one_cell = layer.num_layers * layer.directions == 1 and not layer.proj_size and observed is not None
    yield within(f"y{which}", y, due.y, Y_AXES, (lambda: _gates(case, y)) if one_cell else None)
    states = zip(("h_n", "c_n"), seen.outputs[1:], seen.given[1:], due[1:], strict=True)
    for name, state, given, expected in states:
        if given.any():
            yield within(f"{name}{which}", np.where(given, state, expected.value), expected, f"layer {STATE_AXES}")


def _gates(case: Case, y: Array) -> dict[str, Array]:
    h_0, c_0 = case.states
    return gates_along(case.cell, case.weights, Call(case.call.x, h_0, c_0, case.call.mask), y)


@np.errstate(all="ignore")
def fail_unless_within(
    found: Sequence[Comparison],
    name: str,
    call: str,
    explain: Callable[[], Explanation] | None = None,
) -> str:
    """Raise NotConforming unless every element is within its bound; call, name: what was asked, and of whom.

    explain: asked for a diagnosis, if there is one. Returns "", or why the bound accuses and acquits nobody.
    """
    outcome = weighed(found, 0, 0, brief=False)
    if outcome.verdict != "fail":
        return outcome.message or ""
    more, changes = explain() if explain is not None and outcome.detail else ({}, [])
    lines = [f"{name} does not conform: {outcome.message}", "", row("call", call)]
    lines += [*measured({**(outcome.detail or {}), **more}), *(row("change", change) for change in changes)]
    raise NotConforming("\n".join(lines))


def _call(case: Case, described: str) -> str:
    layer, reading = case.layer, case.reading
    sizes = f"T={reading.time} B={reading.batch} I={layer.input_size} H={layer.hidden_size} {case.dtype}"
    return f"{sizes}, {'with' if case.call.h_0 is not None else 'without'} initial states, {described}"


def _diagnosis(case: Case, outputs: Outputs[Array], again: Outputs[Array] | None = None) -> Explanation:
    """What mistake fits, as a detail, and what to change; nothing of layers whose outputs show too little."""
    if case.layer.merges or not case.layer.return_sequences:
        return {}, []
    evidence = Evidence(
        layer=case.layer,
        cell=case.cell,
        arithmetic=arithmetic_of(case.dtype),
        weights=case.weights,
        call=case.call,
        outputs=outputs,
        again=again,
        fill=case.fill,
    )
    diagnosis = diagnose(evidence, work=WORK)
    names = dict.fromkeys(name for fit in diagnosis.fits for name in fit.names)
    changes = [change for name in names if (change := remedy(name, case.conventions.layout))]
    return {"diagnosis": as_detail(diagnosis)}, changes
