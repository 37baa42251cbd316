"""From the arrays of somebody's layer to what the diagnosis reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lstm_conformance.reference.arithmetic import PRECISIONS, UNIT_ROUNDOFF, arithmetic_of
from lstm_conformance.reference.arrays.conventions import Conventions
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.layers import below, cell, exact, read, wide
from lstm_conformance.reference.arrays.reading import Arrays, Reading, extent
from lstm_conformance.reference.bfloat16 import is_bfloat16
from lstm_conformance.reference.diagnosis import Evidence
from lstm_conformance.reference.diagnosis.formats import format_of
from lstm_conformance.reference.layouts.tf1 import with_forget_bias
from lstm_conformance.reference.weights import Array

NAMES: Mapping[str, tuple[str, ...]] = {
    "x": ("x", "X"),
    "h_0": ("h_0", "initial_h"),
    "c_0": ("c_0", "initial_c"),
    "lengths": ("lengths", "sequence_lens"),
    "y": ("y", "output", "Y"),
    "h_n": ("h_n", "Y_h"),
    "c_n": ("c_n", "Y_c"),
}
"""What an array may be called that is no weight; the last names are those of ONNX."""


def evidence(arrays: Arrays, conventions: Conventions) -> Evidence:
    """One case. Raises BadInput where an array is missing, or does not fit the others."""
    given = _given(arrays)
    dtype = conventions.dtype or narrowest(given["y"])
    weights = {name: exact(name, a, dtype) for name, a in _weights(arrays, conventions.prefix).items()}
    call = {name: exact(name, a, dtype) for name, a in given.items() if name in {"x", "h_0", "c_0"}}
    time, batch = extent(call["x"], rows_first=conventions.rows_first)
    layer, canonical = read(weights, conventions, call["x"].shape[-1])
    reading = Reading(conventions.lays, layer, time, batch)
    return Evidence(
        layer=layer,
        cell=cell(layer, conventions, PRECISIONS[dtype].compute)._replace(forget_bias=0.0),
        arithmetic=arithmetic_of(dtype),
        weights=with_forget_bias(canonical, conventions.added) if conventions.added else canonical,
        call=reading.call(call, _lengths(given, conventions)),
        outputs=reading.outputs({name: wide(a) for name, a in given.items()}),
    )


def _given(arrays: Arrays) -> dict[str, Array]:
    """What is no weight, by the first of its names. Raises BadInput for two names of one thing, or for none."""
    present = {role: [name for name in names if name in arrays] for role, names in NAMES.items()}
    for role, names in present.items():
        if len(names) > 1:
            raise BadInput(f"{' and '.join(names)} are names of the same array, expected one: leave the others out")
        if not names and role in {"x", "y"}:
            either, came = " or ".join(NAMES[role]), ", ".join(arrays) or "no arrays"
            raise BadInput(f"expected an array {either}, came {came}: add it, or another file that holds it")
    return {role: arrays[name] for role, names in present.items() for name in names}


def _weights(arrays: Arrays, prefix: str) -> dict[str, Array]:
    """All others whose names begin with the prefix, without it."""
    calls = {name for names in NAMES.values() for name in names}
    return below({name: a for name, a in arrays.items() if name not in calls}, prefix)


def _lengths(given: Arrays, conventions: Conventions) -> Array | None:
    """How many steps of every row count, if it is said. Raises BadInput for what is no number of steps."""
    if "lengths" not in given:
        return None
    if conventions.layout == "keras" or conventions.go_backwards:
        raise BadInput(
            "lengths go with neither the layout keras nor go_backwards: cut the rows, and diagnose one by one"
        )
    lengths = given["lengths"]
    if lengths.dtype.kind not in "iu":
        raise BadInput(f"lengths are {lengths.dtype}, expected whole numbers of steps: convert them to int64")
    return lengths.astype(np.int64)


def narrowest(y: Array) -> str:
    """The dtype of y, or float32 where it is float64 and all its numbers are those of float32.

    Raises BadInput where no layer computes in it.
    """
    name = "bfloat16" if is_bfloat16(y) else y.dtype.name
    if name not in PRECISIONS:
        raise BadInput(f"y is {name}, expected floating-point numbers: say with dtype in which the layer computes")
    format_ = format_of([y], UNIT_ROUNDOFF["float64"]) if name == "float64" else None
    return "float32" if format_ is not None and format_.name in UNIT_ROUNDOFF else name
