"""From the arrays of somebody's layer to what the diagnosis reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lstm_conformance.commands import BadInput
from lstm_conformance.commands.reading import Arrays, Reading
from lstm_conformance.fixtures.cases.data import representable
from lstm_conformance.reference.activations import activation
from lstm_conformance.reference.arithmetic import PRECISIONS, UNIT_ROUNDOFF, arithmetic_of
from lstm_conformance.reference.bfloat16 import is_bfloat16, to_float32
from lstm_conformance.reference.contracts import contract_of
from lstm_conformance.reference.diagnosis import Evidence
from lstm_conformance.reference.diagnosis.formats import format_of
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.inference import inferred
from lstm_conformance.reference.layouts.tf1 import with_forget_bias
from lstm_conformance.reference.lstm import Cell
from lstm_conformance.reference.weights import Array, CellWeights, Weights

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

BATCH_FIRST = frozenset({"keras", "tf1"})
"""The layouts that have batches first where nobody says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """What arrays do not tell. None stands for the default: of the layout, or the dtype of y."""

    layout: str
    dtype: str | None = None
    prefix: str = ""
    batch_first: bool | None = None
    go_backwards: bool = False
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    forget_bias: float | None = None


def evidence(arrays: Arrays, conventions: Conventions) -> Evidence:
    """One case. Raises BadInput where an array is missing, or does not fit the others."""
    given = _given(arrays)
    dtype = conventions.dtype or narrowest(given["y"])
    weights = {name: _exact(name, a, dtype) for name, a in _weights(arrays, conventions.prefix).items()}
    call = {name: _exact(name, a, dtype) for name, a in given.items() if name in {"x", "h_0", "c_0"}}
    second = _second_biases(weights) if conventions.layout == "keras" else {}
    weights |= {name: weights[name][: len(a)] for name, a in second.items()}
    reading = _reading(weights, call["x"], conventions)
    canonical = with_second_biases(reading, reading.weights(weights), second)
    default = contract_of(conventions.layout).forget_bias
    amount = default if conventions.forget_bias is None else conventions.forget_bias
    return Evidence(
        layer=reading.layer,
        cell=_cell(conventions, PRECISIONS[dtype].compute),
        arithmetic=arithmetic_of(dtype),
        weights=with_forget_bias(canonical, amount) if amount else canonical,
        call=reading.call(call, _lengths(given, conventions)),
        outputs=reading.outputs({name: _wide(a) for name, a in given.items()}),
    )


def _given(arrays: Arrays) -> dict[str, Array]:
    """What is no weight, by the first of its names. Raises BadInput for two names of one thing, or for none."""
    found = {role: [name for name in names if name in arrays] for role, names in NAMES.items()}
    for role, names in found.items():
        if len(names) > 1:
            raise BadInput(f"{' and '.join(names)} are names of the same array, expected one: leave the others out")
        if not names and role in {"x", "y"}:
            either, came = " or ".join(NAMES[role]), ", ".join(arrays) or "no arrays"
            raise BadInput(f"expected an array {either}, came {came}: add it, or another file that holds it")
    return {role: arrays[name] for role, names in found.items() for name in names}


def _weights(arrays: Arrays, prefix: str) -> dict[str, Array]:
    """All others whose names begin with the prefix, without it."""
    calls = {name for names in NAMES.values() for name in names}
    return {name.removeprefix(prefix): a for name, a in arrays.items() if name not in calls and name.startswith(prefix)}


def _second_biases(weights: Arrays) -> dict[str, Array]:
    """The second half of every bias of 8H numbers: CuDNNLSTM has two in one, of which Keras' LSTM takes the sum."""
    found = {}
    for name, a in weights.items():
        kernel = weights.get(name.removesuffix("bias") + "recurrent_kernel")
        if name.endswith("bias") and kernel is not None and a.size == 2 * kernel.shape[-1]:
            found[name] = a.reshape(-1)[kernel.shape[-1] :]
    return found


def with_second_biases(reading: Reading, weights: Weights, second: Mapping[str, Array]) -> Weights:
    """Every cell with its second bias, if there are any."""
    if not second:
        return weights
    names = [name for name in reading.layout.weight_shapes(reading.layer) if name.endswith("bias")]
    biases = iter([second.get(name) for name in names])
    return [[_with(w, next(biases)) for w in directions] for directions in weights]


def _with(w: CellWeights, bias: Array | None) -> CellWeights:
    return w if bias is None else w._replace(biases=(*w.biases, bias[None]))


def _reading(weights: Arrays, x: Array, conventions: Conventions) -> Reading:
    """Sizes, layers and directions as the shapes say, everything else as the conventions say."""
    if x.ndim not in {2, 3} or not x.size:
        raise BadInput(
            f"x has shape {x.shape}, expected three axes that are not empty: steps, rows (batch) and features"
        )
    name, batch_first = conventions.layout, conventions.batch_first
    batch_first = name in BATCH_FIRST if batch_first is None else batch_first
    if name == "keras" and not batch_first:
        raise BadInput(
            "a Keras layer takes batches first, --time-first does not: exchange the first two axes of x and y"
        )
    layer = replace(
        inferred(LAYOUTS[name], {key: a.shape for key, a in weights.items()}, x.shape[-1]),
        batch_first=batch_first,
        go_backwards=conventions.go_backwards,
        activation=conventions.activation,
        recurrent_activation=conventions.recurrent_activation,
    )
    first, second = x.shape[:2] if x.ndim == 3 else (1, len(x)) if batch_first else (len(x), 1)
    time, batch = (second, first) if batch_first else (first, second)
    return Reading(LAYOUTS[name], layer, time, batch)


def _lengths(given: Arrays, conventions: Conventions) -> Array | None:
    """How many steps of every row count, if it is said. Raises BadInput for what is no number of steps."""
    if "lengths" not in given:
        return None
    if conventions.layout == "keras" or conventions.go_backwards:
        raise BadInput(
            "lengths go with neither --layout keras nor --go-backwards: cut the rows, and diagnose one by one"
        )
    lengths = given["lengths"]
    if lengths.dtype.kind not in "iu":
        raise BadInput(f"lengths are {lengths.dtype}, expected whole numbers of steps: convert them to int64")
    return lengths.astype(np.int64)


def _cell(conventions: Conventions, dtype: str) -> Cell:
    names = conventions.recurrent_activation, conventions.activation
    try:
        gate, other = (activation(name, "N", dtype) for name in names)
    except ValueError as error:
        raise BadInput(f"{error}; name one of them") from error
    return Cell(gate, other, other)


def narrowest(y: Array) -> str:
    """The dtype of y, or float32 where it is float64 and all its numbers are those of float32.

    Raises BadInput where no layer computes in it.
    """
    name = "bfloat16" if is_bfloat16(y) else y.dtype.name
    if name not in PRECISIONS:
        raise BadInput(f"y is {name}, expected floating-point numbers: say with --dtype in which the layer computes")
    found = format_of([y], UNIT_ROUNDOFF["float64"]) if name == "float64" else None
    return "float32" if found is not None and found.name in UNIT_ROUNDOFF else name


def _wide(a: Array) -> Array:
    """An array that NumPy can compute with."""
    return to_float32(a) if is_bfloat16(a) else a


def _exact(name: str, a: Array, dtype: str) -> Array:
    """The numbers as a layer of this dtype gets them. Raises BadInput unless all are finite."""
    with np.errstate(over="ignore"):
        numbers = representable(_wide(a), dtype)
    if bad := int(np.sum(~np.isfinite(numbers))):
        raise BadInput(f"{name} holds NaN or infinity as {dtype} ({bad} of {a.size} numbers), expected finite numbers")
    return numbers
