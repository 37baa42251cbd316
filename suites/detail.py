"""What is kept of a failed comparison: where it went wrong first, where most, and how far it spread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.weights import GATES
from lstm_conformance.reports.text import budget_text
from lstm_conformance.suites.comparison import Comparison

At = dict[str, int | str]


def described(comparison: Comparison, k: int) -> dict[str, Any]:
    """The details of the k-th case of a comparison, as JSON: every place is named by its axes."""
    budget = comparison.budget[k]
    bad = ~(budget <= 1)
    first = tuple(int(index) for index in np.argwhere(bad)[0])
    worst = tuple(int(index) for index in np.unravel_index(np.argmax(budget), budget.shape))
    detail: dict[str, Any] = {
        "measure": comparison.measure,
        "exact": comparison.exact,
        "first": _element(comparison, k, first),
        "worst": _element(comparison, k, worst),
        "elements": [int(bad.sum()), bad.size],
        "spread": {axis: _spread(bad, n) for n, axis in enumerate(comparison.axes)},
    }
    if comparison.gates is not None:
        detail["gates"] = {name: float(values[k][first]) for name, values in comparison.gates().items()}
    if "step" in comparison.axes:
        others = tuple(n for n, axis in enumerate(comparison.axes) if axis != "step")
        detail["by_step"] = [float(each) for each in budget.max(others)]
    return detail


def located(detail: dict[str, Any]) -> str:
    """One sentence: what differs, by how much, and where first."""
    first, worst = detail["first"], detail["worst"]
    place = ", ".join(f"{axis} {index}" for axis, index in first["at"].items())
    if detail["exact"]:
        return f"{detail['measure']} differs where it must be the same, first at {place}"
    return f"{detail['measure']} uses {budget_text(worst['budget'])} × the bound, first at {place}"


def _element(comparison: Comparison, k: int, index: tuple[int, ...]) -> dict[str, Any]:
    place: At = dict(zip(comparison.axes, index, strict=True))
    if comparison.measure.startswith(("weight_", "bias", "kernel", "recurrent", "layer_")):
        place |= _gate(comparison, index)
    return {
        "at": place,
        "expected": float(comparison.expected[k][index]),
        "observed": float(comparison.observed[k][index]),
        "bound": float(comparison.bound[k][index]),
        "budget": float(comparison.budget[k][index]),
    }


def _gate(comparison: Comparison, index: tuple[int, ...]) -> At:
    """The gate and unit that an element of a weight belongs to: along the longest axis that four gates share."""
    shape = comparison.expected.shape[1:]
    axis = 0 if "weight" in comparison.measure else len(shape) - 1
    size, remainder = divmod(shape[axis], len(GATES))
    return {} if remainder else {"gate": GATES[index[axis] // size], "unit": index[axis] % size}


def _spread(bad: NDArray[np.bool_], axis: int) -> list[int]:
    """How many of the positions along an axis are affected, and how many there are."""
    others = tuple(n for n in range(bad.ndim) if n != axis)
    return [int(bad.any(others).sum()), bad.shape[axis]]
