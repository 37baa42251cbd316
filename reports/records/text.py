"""How budgets, and the details of a check, read: on the page and in the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

BARS = "▁▂▃▄▅▆▇█"

Fact = tuple[str, str]  # label, text


def budget_text(budget: float | None) -> str:
    """Write a budget so that it never seems to be on the other side of 1 than it is."""
    if budget is None:
        return "–"
    if not math.isfinite(budget):
        return "NaN" if math.isnan(budget) else "∞"
    if 0 < budget < 0.01:
        return "<0.01"
    if 0.995 <= budget < 1.005 and budget != 1:
        return "<1.00" if budget < 1 else ">1.00"
    if budget >= 1e6:
        return f"{budget:.0e}".replace("e+0", "e").replace("e+", "e")
    return f"{budget:.2f}" if budget < 100 else f"{budget:,.0f}"


def facts(detail: Mapping[str, Any]) -> list[Fact]:
    """Cut a check's detail into labels and texts.

    What a comparison leaves (first, worst, elements, spread, by_step), its diagnosis and its reduction (smallest) have
    their own form; the rest is shown as it is.
    """
    smallest = _smallest(detail.get("smallest"))
    rest = {name: value for name, value in detail.items() if name != "smallest"} if smallest else detail
    try:
        return [*_comparison(rest), *smallest]
    except (KeyError, TypeError, ValueError):  # a detail is free: other writers may mean other things by these names
        return [*((name.replace("_", " "), plain_text(value)) for name, value in rest.items()), *smallest]


def plain_text(value: Any) -> str:
    """Write any JSON in one line: `t=3, at=(row=0, unit=1), expected=0.25`."""
    if isinstance(value, Mapping):
        parts = [
            f"{key}=({plain_text(item)})" if isinstance(item, Mapping) else f"{key}={plain_text(item)}"
            for key, item in value.items()
        ]
        return ", ".join(parts)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain_text(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:.9g}"
    return "none" if value is None else str(value)


def _smallest(search: Any) -> list[Fact]:
    """To which smaller configuration a failing one was reduced."""
    if not isinstance(search, Mapping) or not isinstance(search.get("configuration"), str):
        return []
    end = "the search was cut short" if search.get("cut_short") else "nothing can be left out of it"
    return [("smallest", f"{search['configuration']} fails, too; {end}")]


def _comparison(detail: Mapping[str, Any]) -> list[Fact]:
    bad, every = detail["elements"]
    spread = [f"{some}/{of} {axis}s" for axis, (some, of) in detail["spread"].items()]
    rows = [
        ("first bad", _element(detail["first"])),
        ("worst", _element(detail["worst"])),
        ("spread", f"{bad:,} of {every:,} elements ({bad / every:.0%}); {', '.join(spread)}"),
    ]
    if "gates" in detail:
        gates = "  ".join(f"{name} {_number(value)}" for name, value in detail["gates"].items())
        rows.insert(1, ("gates", f"{gates}  (the reference's, at the first bad element)"))
    if "by_step" in detail:
        rows.append(("by step", f"{_bars(detail['by_step'])}  (largest error per step, log scale; · inside the bound)"))
    if "diagnosis" in detail:
        rows.append(("diagnosis", "\n".join([detail["diagnosis"]["sentence"], *detail["diagnosis"]["reasons"]])))
    return rows


def _element(element: Mapping[str, Any]) -> str:
    place = " ".join(f"{axis}={index}" for axis, index in element["at"].items())
    values = f"{place}   expected {_number(element['expected'])}  got {_number(element['observed'])}"
    if not element["bound"]:  # the two must be the same
        return values
    return f"{values}  ({budget_text(float(element['budget']))} × the bound of {float(element['bound']):.1e})"


def _number(value: float | str) -> str:
    return f"{float(value):+.9g}"


def _bars(budgets: Sequence[float | str]) -> str:
    """Draw one character a step: a bar as high as the logarithm of the budget, a dot where it is kept."""
    heights = [_height(float(budget)) for budget in budgets]
    top = max(*heights, 1.0)
    return "".join(BARS[min(len(BARS) - 1, int(len(BARS) * height / top))] if height > 0 else "·" for height in heights)


def _height(budget: float) -> float:
    """Return the logarithm of a budget, at most that of the largest double; NaN is as bad as can be."""
    return math.log10(budget) if 0 < budget <= 1e308 else 0.0 if budget <= 0 else 308.0
