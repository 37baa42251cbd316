"""What is kept of a failed comparison: where it went wrong first, where most, and how far it spread."""

from __future__ import annotations

from string import ascii_lowercase, digits
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import GATES
from lstm_conformance.reports.records.text import budget_text
from lstm_conformance.suites.harness.judge.comparison import Comparison

At = dict[str, int | str]

SHOWN = 5
"""How many elements a record holds, the worst first."""

CELLS = 64
"""How many cells a map of budgets has at most along an axis; of more elements, each cell shows the largest."""

LEVELS = digits + ascii_lowercase
"""The levels of a map, half a decade each: up to "4" the bound is kept, from "5" on it is exceeded, "z" has no end."""


def described(comparison: Comparison, k: int) -> dict[str, Any]:
    """The details of the k-th case of a comparison, as JSON: every place is named by its axes."""
    budget = comparison.budget[k]
    bad = ~(budget <= 1)
    first = tuple(int(index) for index in np.argwhere(bad)[0])
    worst, *others = _largest(budget, SHOWN)
    detail: dict[str, Any] = {
        "measure": comparison.measure,
        "exact": comparison.exact,
        "first": _element(comparison, k, first),
        "worst": _element(comparison, k, worst),
        "others": [_element(comparison, k, index) for index in others if bad[index]],
        "elements": [int(bad.sum()), bad.size],
        "spread": {axis: _spread(bad, n) for n, axis in enumerate(comparison.axes)},
    }
    if comparison.gates is not None:
        detail["gates"] = {name: float(values[k][first]) for name, values in comparison.gates().items()}
    if "step" in comparison.axes:
        outside = tuple(n for n, axis in enumerate(comparison.axes) if axis != "step")
        detail["by_step"] = [float(share) for share in budget.max(outside)]
    if budget.ndim > 1:
        detail["map"] = _map(comparison.axes, budget)
    return detail


def located(detail: dict[str, Any]) -> str:
    """One sentence: what differs, by how much, and where first."""
    first, worst = detail["first"], detail["worst"]
    place = ", ".join(f"{axis} {index}" for axis, index in first["at"].items())
    if detail["exact"]:
        return f"{detail['measure']} differs where it must be the same, first at {place}"
    return f"{detail['measure']} uses {budget_text(worst['budget'])} × the bound, first at {place}"


def _largest(budget: Array, number: int) -> list[tuple[int, ...]]:
    """The places of the largest budgets, the largest first, and of equal ones in order; NaN is as large as infinity."""
    order = np.argsort(-np.nan_to_num(budget, nan=np.inf), axis=None, kind="stable")[:number]
    return [tuple(int(index) for index in np.unravel_index(place, budget.shape)) for place in order]


def _map(axes: tuple[str, ...], budget: Array) -> dict[str, Any]:
    """Budgets along two axes, a line of levels for each place of the first: steps, if there are any, and the last."""
    down = axes.index("step") if "step" in axes[:-1] else budget.ndim - 2
    across = budget.ndim - 1
    plane = budget.max(tuple(n for n in range(budget.ndim) if n not in (down, across)))
    levels = _levels(_pooled(_pooled(plane, 0), 1))
    return {"axes": [axes[down], axes[across]], "shape": list(plane.shape), "levels": levels}


def _pooled(plane: Array, axis: int) -> Array:
    """The largest of neighbours, so that an axis has at most CELLS places."""
    size = plane.shape[axis]
    starts = np.unique(np.arange(min(size, CELLS)) * size // min(size, CELLS))
    return np.maximum.reduceat(plane, starts, axis=axis)


def _levels(plane: Array) -> list[str]:
    with np.errstate(divide="ignore"):
        level = np.ceil(2 * np.log10(np.nan_to_num(plane, nan=np.inf))) + LEVELS.index("4")
    places = np.clip(level, 0, len(LEVELS) - 1).astype(int)
    return ["".join(LEVELS[place] for place in line) for line in places]


def _element(comparison: Comparison, k: int, index: tuple[int, ...]) -> dict[str, Any]:
    place: At = dict(zip(comparison.axes, index, strict=True))
    if "gate" not in place and comparison.measure.startswith(("weight_", "bias", "kernel", "recurrent", "layer_")):
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
