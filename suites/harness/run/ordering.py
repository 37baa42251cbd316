"""The order in which the items of a run are executed: no verdict may depend on it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

OF_CONFIGURATIONS, OF_FILES, REVERSED = "configurations", "files", "reversed"

NAMED = (OF_CONFIGURATIONS, OF_FILES, REVERSED)


def order(text: str) -> str:
    """An order as `--order` takes it. Raises ValueError unless it is a word that names one, or a seed."""
    if text in NAMED or text.isdecimal():
        return text
    raise ValueError(f"expected {', '.join(NAMED)} or a whole number, the seed of a random order; came {text!r}")


def gathered(items: Sequence[T], place: Callable[[T], Hashable]) -> list[T]:
    """The items, those of one place behind the first of them: places and items stay in their order."""
    places: dict[Hashable, list[T]] = {}
    for item in items:
        places.setdefault(place(item), []).append(item)
    return [item for members in places.values() for item in members]


def in_order(items: Sequence[T], order: str) -> list[T]:
    """The items in this order; that of a seed is the same in every process."""
    if order in {OF_CONFIGURATIONS, OF_FILES}:
        return list(items)
    if order == REVERSED:
        return list(reversed(items))
    return Random(int(order)).sample(items, len(items))
