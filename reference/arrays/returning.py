"""Canonical numbers with their allowed errors, in the axes of a layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lstm_conformance.reference.arrays.reading import Reading
from lstm_conformance.reference.backwards import WeightGradients
from lstm_conformance.reference.gradients import Gradients
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.rounded import Array, Rounded
from lstm_conformance.reference.weights import CellWeights

Pair = tuple[Array, Array]
"""Values, and allowed errors."""

Part = Callable[[Rounded], Array]


def native_outputs(reading: Reading, outputs: Outputs[Rounded], *, unbatched: bool = False) -> dict[str, Pair]:
    """What a call returns, by name and in its order; y: as the layer puts it out, of all steps or of the last alone."""
    names = reading.layout.output_names(reading.layer)
    values, errors = (
        _moved(reading, Outputs(*(part(a) for a in outputs)), unbatched=unbatched) for part in (_value, _error)
    )
    return {name: pair for name, *pair in zip(names, values, errors, strict=True)}  # type: ignore[misc]


def native_gradients(
    reading: Reading, by: Gradients[Rounded], *, states: bool, unbatched: bool = False
) -> dict[str, Pair]:
    """By x, by the initial states if there are any, and by the weights; their own names."""
    values, errors = (_named(reading, by, part, states=states, unbatched=unbatched) for part in (_value, _error))
    return {name: (value, errors[name]) for name, value in values.items()}


def _value(a: Rounded) -> Array:
    return a.value


def _error(a: Rounded) -> Array:
    return np.broadcast_to(a.bound, a.shape)


def _moved(reading: Reading, outputs: Outputs[Array], *, unbatched: bool) -> list[Array]:
    """Outputs that may be merged already: bounds of a product are no product of bounds."""
    layout, layer = reading.layout, reading.layer
    if not layer.merges:
        return [a[0] for a in layout.native_outputs(layer, outputs, unbatched=unbatched)]
    single = replace(layer, bidirectional=False, return_state=False)
    apart = np.concatenate([outputs.y, outputs.y], -1)  # only the states are read
    (y,) = layout.native_outputs(single, outputs)
    return [a[0] for a in (y, *layout.native_outputs(layer, outputs._replace(y=apart))[1:])]


def _named(reading: Reading, by: Gradients[Rounded], part: Part, *, states: bool, unbatched: bool) -> dict[str, Array]:
    layout, layer = reading.layout, reading.layer
    given = (part(by.h_0), part(by.c_0)) if states else ()
    inputs = layout.native_inputs(layer, Inputs(part(by.x), *given), unbatched=unbatched)
    weights = layout.native_weights(layer, [[_cell(w, part) for w in directions] for directions in by.weights])
    named = {name: a for name, a in inputs._asdict().items() if a is not None} | weights
    return {name: np.ascontiguousarray(a[0]) for name, a in named.items()}


def _cell(by: WeightGradients[Rounded], part: Part) -> CellWeights:
    return CellWeights(
        part(by.kernel),
        part(by.recurrent_kernel),
        tuple(part(bias) for bias in by.biases),
        None if by.projection is None else part(by.projection),
        None if by.peepholes is None else part(by.peepholes),
    )
