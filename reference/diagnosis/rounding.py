"""Hypotheses of rounded data: a right LSTM whose numbers were rounded on their way to it, or on their way to us."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from lstm_conformance.reference.diagnosis.doubt import doubted
from lstm_conformance.reference.diagnosis.evidence import Evidence
from lstm_conformance.reference.diagnosis.formats import FORMATS, Format, format_of
from lstm_conformance.reference.diagnosis.hypotheses import Hypothesis
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array, Numbers, moved
from lstm_conformance.reference.weights import CellWeights

SAVED = {"x": "input", "weights": "weights", "y": "outputs"}

REASONS = {
    "input saved with ": "The layer read an input with more digits than the file holds.",
    "weights saved with ": "The layer has weights with more digits than the file holds.",
    "outputs saved with ": "The layer returned outputs with more digits than the file holds.",
    "weights rounded to ": "Loaded weights that were saved or cast with fewer digits.",
    "kernels rounded to ": "Loaded kernels that were saved or cast with fewer digits, and exact biases.",
    "input rounded to ": "Read an input that was cast or printed with fewer digits.",
    "input and weights rounded to ": "Cast input and weights to fewer digits, as an autocast does.",
}
"""How a person gets there, by what the name begins with."""


def hypotheses(evidence: Evidence) -> Iterator[Hypothesis]:
    """Narrow ones first: what the layer rounded is known, what was rounded where it was saved is not."""
    yield from _rounded_by_the_layer(evidence)
    yield from _rounded_where_saved(evidence)


def _rounded_where_saved(evidence: Evidence) -> Iterator[Hypothesis]:
    """For arrays all of whose numbers are exact in a coarser format, alone and together."""
    formats = {part: format_ for part, arrays in _parts(evidence).items() if (format_ := _format(evidence, arrays))}
    for count in range(1, len(formats) + 1):
        for parts in combinations(formats, count):
            names = tuple(f"{SAVED[part]} saved with {_named(formats[part])}" for part in parts)
            yield Hypothesis(names, doubted(**{part: formats[part].half for part in parts}))


def _rounded_by_the_layer(evidence: Evidence) -> Iterator[Hypothesis]:
    """For every format in which input and weights are not exact anyway."""
    parts = _parts(evidence)
    for format_ in FORMATS:
        changes = {part: any((format_.rounded(a) != a).any() for a in parts[part]) for part in ("x", "weights")}
        for name, x, weights, biases in _WHICH:
            if changes["x"] >= x and changes["weights"] >= weights and _is_coarse(evidence, format_):
                yield Hypothesis((f"{name} rounded to {format_.name}",), _rounding(format_, x, weights, biases))


_WHICH = (
    ("weights", False, True, True),
    ("kernels", False, True, False),
    ("input", True, False, False),
    ("input and weights", True, True, True),
)


def _rounding(by: Format, of_x: bool, of_weights: bool, of_biases: bool) -> type[LSTM]:
    class Rounding(LSTM):
        def taken(self, call: Call[Numbers]) -> Call[Numbers]:
            call = super().taken(call)
            return call._replace(x=moved(call.x, by.rounded)) if of_x else call

        def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
            w = super().of_cell(w, index, direction)
            if not of_weights:
                return w
            rounded = w.map(by.rounded)
            return rounded if of_biases else rounded._replace(biases=w.biases)

    return Rounding


def _parts(evidence: Evidence) -> dict[str, list[Array]]:
    """The numbers of input, weights and outputs."""
    cells = [w for directions in evidence.wide_weights for w in directions]
    weights = [a for w in cells for a in (w.kernel, w.recurrent_kernel, *w.biases)]
    return {"x": [np.asarray(evidence.call.x, np.float64)], "weights": weights, "y": [evidence.outputs.y]}


def _format(evidence: Evidence, arrays: list[Array]) -> Format | None:
    format_ = format_of(arrays, evidence.arithmetic.elementwise)
    return format_ if format_ and _is_coarse(evidence, format_) else None


def _is_coarse(evidence: Evidence, format_: Format) -> bool:
    """It has fewer digits than the layer computes with."""
    return bool(format_.half(np.ones(1))[0] > 2 * evidence.arithmetic.elementwise)


def _named(format_: Format) -> str:
    return format_.name if "digits" in format_.name else f"the digits of {format_.name}"
