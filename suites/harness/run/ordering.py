"""The order in which the items of a run are executed: no verdict may depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

OF_FILES, REVERSED = "files", "reversed"


def order(text: str) -> str:
    """An order as `--order` takes it. Raises ValueError unless it is a word that names one, or a seed."""
    if text in {OF_FILES, REVERSED} or text.isdecimal():
        return text
    raise ValueError(f"expected {OF_FILES}, {REVERSED} or a whole number, the seed of a random order; came {text!r}")


def in_order(items: Sequence[T], order: str) -> list[T]:
    """The items in this order; that of a seed is the same in every process."""
    if order == OF_FILES:
        return list(items)
    if order == REVERSED:
        return list(reversed(items))
    return Random(int(order)).sample(items, len(items))
