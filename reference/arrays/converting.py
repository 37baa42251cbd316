"""Weights from one layout into another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lstm_conformance.reference.arrays.conventions import Conventions
from lstm_conformance.reference.arrays.coupling import coupled, uncoupled
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.layers import read, wide
from lstm_conformance.reference.arrays.numbers import numbers_of
from lstm_conformance.reference.arrays.reading import Arrays
from lstm_conformance.reference.bfloat16 import from_float32, is_bfloat16
from lstm_conformance.reference.bfloat16 import rounded as rounded_to_bfloat16
from lstm_conformance.reference.cell import OTHER, Coupled, cell_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import Layout
from lstm_conformance.reference.layouts.base import check_weights
from lstm_conformance.reference.weights import GATES, Array, CellWeights, Weights


class Converted(NamedTuple):
    """Weights under the names and in the axes of the target, and a sentence for all that is not as it was.

    Without a sentence, the arrays hold the very numbers of the source, in other places.
    """

    weights: dict[str, Array]
    notes: tuple[str, ...]


def convert(
    weights: Mapping[str, ArrayLike],
    source: str,
    target: str,
    *,
    prefix: str = "",
    forget_bias: float | None = None,
    target_forget_bias: float | None = None,
) -> Converted:
    """The weights of a layer of one layout as those of a layer of another, which then computes the same.

    They are the same numbers, in the same dtype, but where the target has fewer biases, more of them, or adds another
    number to its forget gate at run time: then they are folded, and a note says into what, and how far it was rounded.
    A gate without weights, which is 1 minus another one, has those of the other one, negated, in a layout that has a
    place for them; and a note says so.

    source, target: layouts, as "torch" or "keras". prefix: of the names of the weights in the source.
    forget_bias, target_forget_bias: what either layer adds to the pre-activation of its forget gate at run time; where
    it is not said, what its class does: 1 in TensorFlow 1, haiku and DyNet, 0 in all others.

    Raises BadInput, a ValueError, for weights that are not those of a layer of the source, and for what the target
    cannot express.
    """
    here, there = (
        Conventions(layout=name, forget_bias=added)
        for name, added in ((source, forget_bias), (target, target_forget_bias))
    )
    given = numbers_of(weights, prefix)
    dtype = _common_dtype(given)
    layer, cells = read({name: wide(a) for name, a in given.items()}, here)
    _check_expressible(there, layer)
    coupling = _Coupling(here, there, cell_of(layer, coupled=here.lays.coupled).coupled, _name_of(dtype))
    folding = _Folding(there.lays, here.added, there.added, dtype)
    folded = [[folding.folded(coupling.changed(cell)) for cell in directions] for directions in cells]
    native = _written(there, replace(layer, bias=bool(folded[0][0].biases), input_forget=False), folded)
    return Converted({name: _as(a[0], dtype) for name, a in native.items()}, coupling.notes() + folding.notes())


class _Coupling(NamedTuple):
    """What becomes of a gate without weights: of the source, gate, or of the target."""

    source: Conventions
    target: Conventions
    gate: Coupled
    dtype: str

    def changed(self, cell: CellWeights) -> CellWeights:
        """The cell with the weights that the target has a place for. Raises BadInput for a gate of its own."""
        if self.gate == self.target.lays.coupled:
            return cell
        whole = uncoupled(cell, self.gate, self.source.added) if self.gate else cell
        if not self.target.lays.coupled:
            return whole
        return coupled(whole, self.target.lays.coupled, self.source.added, self.target.layout, self.dtype)

    def notes(self) -> tuple[str, ...]:
        """What was done."""
        if self.gate == self.target.lays.coupled:
            return ()
        if self.gate:
            other = OTHER[self.gate]
            why = f"{self.gate} is 1 - {other} there, and 1 - σ(z) is σ(-z)"
            bias = f", and {self.source.added:g} less in its bias" if self.gate == "i" and self.source.added else ""
            given = f"it was given those of {other}, negated{bias}: {why}"
            return (f"the gate {self.gate} has no weights in the source: {given}",)
        left = self.target.lays.coupled
        return (f"the weights of the gate {left} were left out: it is 1 - {OTHER[left]} in the source, too",)


@dataclass
class _Folding:
    """The biases that a cell has, made those that cells of the target have.

    source, target: what either adds to the forget gate at run time. done: what was done, each once.
    error: how far a bias was rounded at most.
    """

    layout: Layout
    source: float
    target: float
    dtype: np.dtype[Any]
    done: dict[str, None] = field(default_factory=dict)
    error: float = 0.0

    def folded(self, cell: CellWeights) -> CellWeights:
        """The same cell with the biases of the target."""
        due = self._as_many([bias.astype(np.float64) for bias in cell.biases], cell)
        stored = [_rounded(bias, self.dtype) for bias in due]
        errors = [float(np.abs(a - b).max(initial=0)) for a, b in zip(stored, due, strict=True)]
        self.error = max([self.error, *errors])
        return cell._replace(biases=tuple(stored))

    def notes(self) -> tuple[str, ...]:
        """What was done, and how far biases were rounded."""
        rounded = f"biases were rounded to {self.dtype.name}, by at most {self.error:.1e}"
        return (*self.done, *([rounded] if self.error else []))

    def _as_many(self, biases: list[Array], cell: CellWeights) -> list[Array]:
        """As many biases as the target has, with what it adds at run time taken off the first."""
        added, most = self.source - self.target, self.layout.biases
        if not biases and (added or "no_bias" in self.layout.lacks):
            biases = [np.zeros(cell.kernel.shape[:-1])]
            self.done["the source has no bias: the target was given one of zeros"] = None
        if added:
            by = f"in every step, the source adds {self.source:g} to the forget gate and the target {self.target:g}"
            self.done[f"{added:+g} was added to the bias of the forget gate: {by}"] = None
            biases = [biases[0] + _of_forget_gate(added, cell.hidden_size), *biases[1:]]
        if len(biases) > most:
            self.done["the two biases were added up: the target has one"] = None
            return [np.sum(biases, 0)]
        if 0 < len(biases) < most:
            self.done["the target has two biases: the second is zeros"] = None
            return [*biases, np.zeros_like(biases[0])]
        return biases


def _of_forget_gate(amount: float, size: int) -> Array:
    return np.repeat([amount if gate == "f" else 0.0 for gate in GATES], size)


def _check_expressible(target: Conventions, layer: Layer) -> None:
    """Raise BadInput for what the target has no place for."""
    asked = {
        "layers": (layer.num_layers > 1, f"{layer.num_layers} layers: convert its layers one by one"),
        "bidirectional": (layer.bidirectional, "two directions: convert them one by one"),
        "projection": (bool(layer.proj_size), f"a projection from {layer.hidden_size} to {layer.proj_size} units"),
        "peepholes": (layer.use_peepholes, "peepholes"),
    }
    for requirement, (is_asked, what) in asked.items():
        if is_asked and requirement in target.lays.lacks:
            raise BadInput(f"the layout {target.layout} cannot express {what}")


def _written(target: Conventions, layer: Layer, cells: Weights) -> dict[str, Array]:
    """The weights of the target. Raises BadInput unless what is read out of them again is what was put in."""
    layout = target.lays
    try:
        native = layout.native_weights(layer, cells)
        check_weights(layout.weight_shapes(layer), native)
        again = layout.canonical_weights(layer, native)
    except ValueError as error:
        raise BadInput(f"the layout {target.layout} cannot express this layer: {error}") from error
    if not _same(again, cells):
        raise BadInput(f"the layout {target.layout} cannot express this layer: something of it would be lost")
    return native


def _same(weights: Weights, others: Weights) -> bool:
    """All arrays of all cells are there, and hold the same numbers."""
    pairs = [pair for two in zip(weights, others, strict=True) for pair in zip(*two, strict=True)]
    return all(
        a.named.keys() == b.named.keys()
        and all(np.array_equal(a.named[name], b.named[name], equal_nan=True) for name in a.named)
        for a, b in pairs
    )


def _common_dtype(arrays: Arrays) -> np.dtype[Any]:
    """Raises BadInput for arrays of several dtypes, or of none that a layer has."""
    kinds = list(dict.fromkeys(a.dtype for a in arrays.values()))
    if len(kinds) > 1 or any(kind.kind not in "fV" for kind in kinds):
        came = ", ".join(kind.name for kind in kinds)
        raise BadInput(f"expected weights of one floating-point dtype, came {came}: convert some of them first")
    return kinds[0] if kinds else np.dtype(np.float32)


def _name_of(kind: np.dtype[Any]) -> str:
    """Of the dtypes whose roundoff is known; one is a structure of bytes."""
    return "bfloat16" if is_bfloat16(np.empty(0, kind)) else kind.name


def _rounded(a: Array, kind: np.dtype[Any]) -> Array:
    """The nearest numbers that the dtype has; of bfloat16 as float32."""
    return rounded_to_bfloat16(a) if kind.kind == "V" else a.astype(kind)


def _as(a: Array, kind: np.dtype[Any]) -> Array:
    """An array of its own in the dtype that came."""
    return from_float32(a) if is_bfloat16(np.empty(0, kind)) else np.array(a, kind, order="C")
