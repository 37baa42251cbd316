"""Numbers that move: derivatives in a direction, forwards, of whatever is computed with them.

Written with `Moving` numbers, the equations of `lstm.py` give outputs and how they change where inputs, states and
weights change in a direction: J v. Those of `backwards.py` give gradients and how those change: of a loss that is
linear in the outputs, the product of its Hessian with the direction. The parts of a number may be arrays or `Rounded`
numbers; of the latter, the tangent has its allowed error, too.

It knows sums, products, the logistic function and tanh, and no LSTM. Wengert, "A simple automatic derivative
evaluation program" (1964); Pearlmutter, "Fast exact multiplication by the Hessian" (1994).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lstm_conformance.reference.rounded import Index, Lifted, dot
from lstm_conformance.reference.sums import of_products, outer


class Moving(Lifted):
    """A value and its derivative in a direction, both arrays or both `Rounded` numbers of one shape."""

    def __init__(self, value: Any, tangent: Any) -> None:
        self.value = value
        self.tangent = tangent

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values."""
        shape: tuple[int, ...] = self.value.shape
        return shape

    def each(self, function: Callable[..., Any], *others: Any) -> Moving:
        """A linear function of values, and of tangents."""
        values, tangents = ([getattr(other, part) for other in others] for part in ("value", "tangent"))
        return Moving(function(self.value, *values), function(self.tangent, *tangents))

    def __add__(self, other: Moving) -> Moving:
        return Moving(self.value + other.value, self.tangent + other.tangent)

    def __sub__(self, other: Moving) -> Moving:
        return self + -other

    def __neg__(self) -> Moving:
        return Moving(-self.value, -self.tangent)

    def __rsub__(self, other: float) -> Moving:
        return Moving(other - self.value, -self.tangent)

    def __mul__(self, other: Moving) -> Moving:
        both = [(self.tangent, other.value), (self.value, other.tangent)]
        return Moving(self.value * other.value, of_products(both))

    def __getitem__(self, index: Index) -> Moving:
        return self.each(lambda a: a[index])

    def swapaxes(self, one: int, other: int) -> Moving:
        """The same of weights, which are arrays."""
        return self.each(lambda a: a.swapaxes(one, other))

    def dot(self, rows: Moving) -> Moving:
        """As one sum of twice as many products."""
        tangent = dot(self.tangent, rows.value) + dot(self.value, rows.tangent)
        return Moving(dot(self.value, rows.value), tangent)

    def outer(self, other: Moving) -> Moving:
        """As one sum of twice as many products."""
        tangent = outer(self.tangent, other.value) + outer(self.value, other.tangent)
        return Moving(outer(self.value, other.value), tangent)


def tangents_of(found: Any) -> Any:
    """Those of all numbers, in tuples and lists as they are."""
    if isinstance(found, list):
        return [tangents_of(part) for part in found]
    if isinstance(found, tuple):
        parts = [tangents_of(part) for part in found]
        return type(found)(*parts) if hasattr(found, "_fields") else tuple(parts)
    return found.tangent if isinstance(found, Moving) else found
