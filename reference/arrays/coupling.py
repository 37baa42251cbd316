"""Cells of which a gate has no weights, because it is 1 minus another one: what they are in other layouts, and back.

1 - σ(z) is σ(-z), so such a cell is a plain one whose gates i and f have the same weights with opposite signs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.cell import OTHER, Coupled
from lstm_conformance.reference.layouts.tf1 import PEEPING
from lstm_conformance.reference.weights import GATES, Array, CellWeights


def uncoupled(cell: CellWeights, gate: Coupled, added: float) -> CellWeights:
    """The same cell with weights of the gate that has none: the negated ones of the other.

    added: what the cell adds to the pre-activation of its forget gate in every step; no weight of i has it in it.
    """
    weights = _with(cell, gate, lambda of_other: -of_other)
    if gate != "i" or not added:
        return weights
    first, *others = weights.biases or (np.zeros(cell.kernel.shape[:-1], cell.kernel.dtype),)
    less = np.repeat([added if name == gate else 0.0 for name in GATES], cell.hidden_size)
    return weights._replace(biases=(first - less, *others))


def coupled(cell: CellWeights, gate: Coupled, added: float, layout: str, dtype: str) -> CellWeights:
    """The same cell without weights of the gate.

    added: what the cell adds to its forget gate in every step. Raises BadInput where the gate is not what the other one
    leaves: of biases, but for what it takes to round them to this dtype after something was added to them or taken off.
    """
    own, left = (_of(cell._replace(biases=()), *which) for which in ((gate,), (OTHER[gate], -1)))
    sums = np.split(_bias(cell, added), 4, -1)
    of_own, of_other = (sums[GATES.index(name)] for name in (gate, OTHER[gate]))
    rounding = 4 * UNIT_ROUNDOFF[dtype] * (np.abs(of_own) + np.abs(of_other) + abs(added))
    is_same = all(a.tobytes() == b.tobytes() for a, b in zip(own, left, strict=True))
    if not is_same or not (np.abs(of_own + of_other) <= rounding).all():
        raise BadInput(
            f"the layout {layout} cannot express a gate {gate} of its own, which is 1 - {OTHER[gate]} there: "
            f"expected its weights to be those of {OTHER[gate]} with the other sign"
        )
    return _with(cell, gate, np.zeros_like)


def _bias(cell: CellWeights, added: float) -> Array:
    """All that is added to the pre-activations, in float64 (..., 4H)."""
    always = np.repeat([added if gate == "f" else 0.0 for gate in GATES], cell.hidden_size)
    total: Array = np.sum([np.asarray(bias, np.float64) for bias in cell.biases], 0) + always
    return total


def _of(cell: CellWeights, gate: Coupled, sign: int = 1) -> list[Array]:
    """What stands for a gate in every array, times a sign; -0 is 0."""
    rows = [np.split(a, 4, axis)[GATES.index(gate)] for a, axis in _arrays(cell)]
    peepholes = [] if cell.peepholes is None else [cell.peepholes[..., PEEPING.index(gate), :]]
    return [sign * a + 0.0 for a in (*rows, *peepholes)]


def _arrays(cell: CellWeights) -> list[tuple[Array, int]]:
    """Every array in which the gates stand in blocks, and along which axis."""
    return [(cell.kernel, -2), (cell.recurrent_kernel, -2), *((bias, -1) for bias in cell.biases)]


def _with(cell: CellWeights, gate: Coupled, of_other: Callable[[Array], Array]) -> CellWeights:
    """The cell with other weights of a gate, from those of the one that it follows from or is followed by."""

    def changed(a: Array, axis: int, order: str) -> Array:
        blocks = dict(zip(order, np.split(a, len(order), axis), strict=True))
        return np.concatenate([*(blocks | {gate: of_other(blocks[OTHER[gate]])}).values()], axis)

    kernel, recurrent, *biases = (changed(a, axis, "".join(GATES)) for a, axis in _arrays(cell))
    peepholes = None if cell.peepholes is None else changed(cell.peepholes, -2, PEEPING)
    return cell._replace(kernel=kernel, recurrent_kernel=recurrent, biases=tuple(biases), peepholes=peepholes)
