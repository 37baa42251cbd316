"""Numbers that carry their own error bound.

Written with `Rounded` numbers instead of arrays, the equations of `lstm.py` give the value of every element *and* how
far rounding alone may carry a correct implementation from it. The rules are those of running error analysis; the
derivation is in SPEC.md, chapter "The bound".
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from types import EllipsisType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.arithmetic import SMALLEST_NORMAL, UNIT_ROUNDOFF, Arithmetic
from lstm_conformance.reference.factors import sizes_and_squares

Array = NDArray[np.floating]
Function = Callable[[Array], Array]
SHORTEST = 8
"""Digits of the shortest numbers in use, those of bfloat16."""

Index = int | slice | EllipsisType | None | tuple[int | slice | EllipsisType | None, ...]
SteepestSlope = Callable[[Array, Array], Array]
"""(z, d) -> the largest absolute slope on the interval [z - d, z + d]."""


class Rounded:
    """Values with a bound `err` of their deterministic error and the square `var` of their statistical error.

    All three are arrays of one shape (`err` and `var` may be broadcast). An implementation that computes in
    `arithmetic` lies within `value` ± `bound`.
    """

    __array_ufunc__ = None  # an array on the left is refused instead of taking Rounded numbers for objects

    def __init__(self, value: Array, err: Array, var: Array, arithmetic: Arithmetic) -> None:
        self.value = value
        self.arithmetic = arithmetic
        self._err = err
        self._var = var

    @property
    def err(self) -> Array:
        """Bound of the deterministic error."""
        return self._err

    @property
    def var(self) -> Array:
        """Square of the statistical error."""
        return self._var

    @property
    def bound(self) -> Array:
        """The allowed error of every element."""
        return self.err + np.sqrt(self.var)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values."""
        return self.value.shape

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value
        err, var, _ = carried(self, other, self.arithmetic.elementwise)
        err += self.arithmetic.tiny
        return Rounded(value, err, var, self.arithmetic)

    def __add__(self, other: Rounded | Array) -> Rounded:
        a, b = self, exactly(other, self.arithmetic)
        value = a.value + b.value
        return Rounded(value, a.err + b.err + self.arithmetic.elementwise * np.abs(value), a.var + b.var, a.arithmetic)

    def __neg__(self) -> Rounded:
        return Rounded(-self.value, self.err, self.var, self.arithmetic)

    def __sub__(self, other: Rounded) -> Rounded:
        return self + -other

    def __rsub__(self, other: float) -> Rounded:
        value = other - self.value
        return Rounded(value, self.err + self.arithmetic.elementwise * np.abs(value), self.var, self.arithmetic)

    def __getitem__(self, index: Index) -> Rounded:
        return self.moved(lambda a: np.asarray(a[index]))

    def moved(self, move: Callable[[Array], Array]) -> Rounded:
        """The same numbers, moved about by a function that only moves (an index, a transposition, a flip)."""
        return Rounded(move(self.value), move(self.err), move(self.var), self.arithmetic)

    def through(
        self, function: Function, steepest: SteepestSlope, *, relative: float = 0, absolute: float = 0
    ) -> Rounded:
        """function(self), evaluated with an error of at most (relative |f(z)| + absolute) unit roundoffs.

        The slope is the steepest one within the bound, so that a kink is no special case.
        """
        u, value = self.arithmetic.activation, function(self.value)
        slope = steepest(self.value, self.bound)
        err = slope * self.err + (u * absolute + self.arithmetic.tiny)
        if of_size := u * relative + self.arithmetic.storage:
            err += of_size * np.abs(value)
        return Rounded(value, err, slope**2 * self.var, self.arithmetic)


def carried(a: Rounded, b: Rounded, u: float) -> tuple[Array, Array, Array]:
    """What a b carries of the errors of both, |a| (e_b + u |b|) + (|b| + e_b) e_a, and a² v_b + b² v_a; and |a b|.

    A fifth of the time of the way back is spent here, so it is written for few new arrays.
    """
    other = b.value if a.shape == b.shape else np.broadcast_to(b.value, np.broadcast_shapes(a.shape, b.shape))
    size_a, size_b = np.abs(a.value), np.abs(other)
    size = size_a * size_b
    err = u * size
    size_a *= b.err
    err += size_a
    size_b += b.err
    size_b *= a.err
    err += size_b
    var = np.square(other)
    var *= a.var
    square = np.square(a.value)
    square *= b.var
    var += square
    return err, var, size


class InnerProduct(Rounded):
    """A sum of products that is not finished: adding to it makes it longer, any other use rounds it.

    However an implementation orders and groups the n terms, its error is at most n u Σ|terms| (the hard bound) and
    rarely more than √n u Σ|terms| (the working bound): one roundoff for the whole sum, however it is written down.
    `size` is Σ|terms|, `carried` the error of the terms (err, var), `parts` the sum of what is stored on the way.
    """

    def __init__(
        self, value: Array, size: Array, carried: tuple[Array, Array], parts: Array, terms: int, by: Arithmetic
    ) -> None:
        self.value = value
        self.arithmetic = by
        self.size = size
        self.carried = carried
        self.parts = parts
        self.terms = terms

    def __add__(self, other: Rounded | Array) -> Rounded:
        if isinstance(other, InnerProduct):
            carried = _sum(self.carried[0], other.carried[0]), _sum(self.carried[1], other.carried[1])
            return self._longer(other.value, other.size, carried, other.parts, other.terms)
        if isinstance(other, Rounded):
            return super().__add__(other)
        size = np.abs(other)
        return self._longer(other, size, self.carried, size if self.arithmetic.storage else _NOTHING, 1)

    def __iadd__(self, other: Rounded | Array) -> Rounded:
        """The same sum, made longer in its own arrays: for one that nobody else holds."""
        if isinstance(other, Rounded):
            return self + other
        size = np.abs(other)
        self.value += other
        self.size += size
        parts = self.parts if self.parts is _NOTHING else self.parts + size
        return InnerProduct(self.value, self.size, self.carried, parts, self.terms + 1, self.arithmetic)

    def __getitem__(self, index: Index) -> InnerProduct:
        err, var, parts = (a if a is _NOTHING else _of_shape(a, self.shape)[index] for a in (*self.carried, self.parts))
        value, size = self.value[index], _of_shape(self.size, self.shape)[index]
        return InnerProduct(value, size, (err, var), parts, self.terms, self.arithmetic)

    def _longer(
        self, value: Array, size: Array, carried: tuple[Array, Array], parts: Array, terms: int
    ) -> InnerProduct:
        return InnerProduct(
            self.value + value, self.size + size, carried, _sum(self.parts, parts), self.terms + terms, self.arithmetic
        )

    @cached_property
    def fresh(self) -> Array:
        """What the summation itself may add."""
        return self.arithmetic.summation(self.terms) * self.size

    @property
    def bound(self) -> Array:
        """The allowed error of every element."""
        if self.arithmetic.rigorous or not _is_zero(self.carried[1]):
            return super().bound
        return self.err + self.fresh  # the square root of its square

    @cached_property
    def err(self) -> Array:
        """Bound of the deterministic error."""
        flushed = 2 * self.terms * self.arithmetic.tiny_product + (
            self.arithmetic.tiny if self.arithmetic.storage else 0
        )
        stored = self.arithmetic.storage * (2 * self.parts + np.abs(self.value)) if self.arithmetic.storage else 0.0
        err = self.carried[0] + flushed + stored + (self.fresh if self.arithmetic.rigorous else 0.0)
        return _of_shape(err, self.shape)

    @cached_property
    def var(self) -> Array:
        """Square of the statistical error."""
        if self.arithmetic.rigorous:
            return _of_shape(self.carried[1], self.shape)
        return _sum(self.carried[1], self.fresh**2)


_NOTHING: Array = np.zeros(())
"""Broadcasts to any shape."""

Numbers = TypeVar("Numbers", Array, Rounded)
"""What `lstm.py` is generic in."""


class Lifted:
    """Several numbers in the place of one, which know themselves what is made of them: those of `moving.py`."""

    __array_ufunc__ = None

    def each(self, function: Callable[..., Any], *others: Any) -> Any:
        """A linear function of all numbers, of each by itself."""
        raise NotImplementedError

    def dot(self, rows: Any) -> Any:
        """Inner products with every row of a matrix, as `dot`."""
        raise NotImplementedError

    def outer(self, other: Any) -> Any:
        """Products summed over steps and rows, as `sums.outer`."""
        raise NotImplementedError


def exactly(value: Rounded | Array, arithmetic: Arithmetic) -> Rounded:
    """Numbers without error: an input, a weight, an observed output."""
    if isinstance(value, Rounded):
        return value
    wide = np.asarray(value, np.float64)
    return Rounded(wide, _zeros_like(wide), _zeros_like(wide), arithmetic)


def dot(a: Numbers, rows: Array) -> Numbers:
    """Inner products of the last axis of a with every row of a matrix, whose numbers are exact.

    a (T, ..., B, n) or (..., B, n), rows (..., m, n); gives (T, ..., B, m) or (..., B, m).
    """
    if not isinstance(a, Rounded):
        return a.dot(rows) if isinstance(a, Lifted) else _times(a, rows)
    (weights, squares), rows = sizes_and_squares(rows), np.asarray(rows)
    value, sizes = _times(a.value, rows), _times_upwards(np.abs(a.value), weights)
    parts = np.abs(value) if a.arithmetic.storage else _NOTHING
    if _is_zero(a.err) and _is_zero(a.var):
        return InnerProduct(value, sizes, (_NOTHING, _NOTHING), parts, rows.shape[-1], a.arithmetic)
    err, var = _times(a.err, weights), _times(a.var, squares)
    return InnerProduct(value, sizes + err, (err, var), parts, rows.shape[-1], a.arithmetic)


def scaled(a: Numbers, factors: Array) -> Numbers:
    """Products of every element with an exact number: inner products of one term, to which others may be added."""
    if not isinstance(a, Rounded):
        return np.asarray(a * factors)
    value, sizes = a.value * factors, np.abs(factors)
    carried = a.err * sizes, a.var * sizes**2
    parts = np.abs(value) if a.arithmetic.storage else _NOTHING
    return InnerProduct(value, np.abs(value) + carried[0], carried, parts, 1, a.arithmetic)


def limited(a: Numbers, limit: float) -> Numbers:
    """Every element clipped to [-limit, limit]; far beyond the limit no error is left but that of storing it once."""
    if not isinstance(a, Rounded):
        return np.clip(a, -limit, limit)
    size, bound = np.abs(a.value), a.bound
    slope = 1.0 * (size - bound < limit)
    stored = 0.0 if _is_short(limit) else a.arithmetic.elementwise * limit
    err = slope * a.err + stored * (size + bound > limit)
    return Rounded(np.clip(a.value, -limit, limit), err, slope * a.var, a.arithmetic)


def inside(a: Numbers, limit: float) -> Numbers:
    """The slope of `limited`: 1 within the limit, 0 beyond it, and either where the bound reaches it."""
    if not isinstance(a, Rounded):
        return np.asarray(np.abs(a) < limit, a.dtype)
    size, bound = np.abs(a.value), a.bound
    doubt = (size - bound < limit) & (size + bound >= limit) & (bound > 0)
    return Rounded(1.0 * (size < limit), 1.0 * doubt, np.zeros_like(size), a.arithmetic)


def _is_short(number: float) -> bool:
    """Whether it is exact in every dtype: no more digits than bfloat16 has."""
    return math.ldexp(math.frexp(number)[0], SHORTEST).is_integer()


def where(mask: NDArray[np.bool_], a: Numbers, b: Numbers) -> Numbers:
    """Elements of a where the mask is set, of b elsewhere."""
    if isinstance(a, Rounded):
        pick = [np.where(mask, p, q) for p, q in ((a.value, b.value), (a.err, b.err), (a.var, b.var))]
        return Rounded(pick[0], pick[1], pick[2], a.arithmetic)
    if isinstance(a, Lifted):
        picked: Numbers = a.each(partial(where, mask), b)
        return picked
    return np.where(mask, a, b)


def moved(a: Numbers, move: Callable[[Array], Array]) -> Numbers:
    """The same numbers, moved about by a function that only moves."""
    if isinstance(a, Lifted):
        result: Numbers = a.each(lambda part: moved(part, move))
        return result
    return a.moved(move) if isinstance(a, Rounded) else move(a)


def zeros_like(a: Numbers) -> Numbers:
    """Exact zeros of the shape of a."""
    return moved(a, np.zeros_like)


def same_kind(a: Array, like: Numbers) -> Numbers:
    """An array without error, as numbers of the kind of `like`."""
    if isinstance(like, Lifted):
        result: Numbers = like.each(lambda of, part: same_kind(part, of), a)
        return result
    return exactly(a, like.arithmetic) if isinstance(like, Rounded) else np.asarray(a, np.float64)


def stored(a: Array, like: Numbers) -> Numbers:
    """The same of what was seen where it was stored: what went on of it may not have been rounded, as it is here."""
    seen = same_kind(a, like)
    if not isinstance(seen, Rounded) or not seen.arithmetic.storage:
        return seen
    err = seen.arithmetic.storage * np.abs(seen.value) + seen.arithmetic.tiny
    return Rounded(seen.value, err, seen.var, seen.arithmetic)


def stack(items: Sequence[Numbers]) -> Numbers:
    """The items side by side along a new first axis (of time, of layers, of directions)."""
    return _joined(np.array, items)


def concatenate(items: Sequence[Numbers], axis: int) -> Numbers:
    """The items one behind the other along an axis they have."""
    return items[0] if len(items) == 1 else _joined(lambda parts: np.concatenate(parts, axis), items)


def budget(observed: Array, expected: Rounded) -> Array:
    """Share of the allowed error that each observed element uses: above 1 it is wrong, NaN and ±inf are infinitely so.

    Raises ValueError where the shapes differ: a broadcast would compare one number with many.
    """
    if np.shape(observed) != expected.shape:
        raise ValueError(f"expected an observation of shape {expected.shape}, came {np.shape(observed)}")
    with np.errstate(all="ignore"):
        bound, error = expected.bound, np.abs(np.asarray(observed, np.float64) - expected.value)
        share = np.where(error == 0, 0.0, error / bound)
    return np.where(np.isnan(share) | ~np.isfinite(bound), np.inf, share)


def _joined(join: Callable[[Sequence[Array]], Array], items: Sequence[Numbers]) -> Numbers:
    first = items[0]
    if isinstance(first, Rounded):
        value = join([a.value for a in items])
        errors = ([getattr(a, name) for a in items] for name in ("err", "var"))
        err, var = (_zeros_like(value) if all(map(_is_nothing, parts)) else join(parts) for parts in errors)
        return Rounded(value, err, var, first.arithmetic)
    if isinstance(first, Lifted):
        return first.each(lambda *parts: _joined(join, parts), *items[1:])
    return join(items)


def _is_nothing(a: Array) -> bool:
    """Zeros that take no memory: the error of exact numbers."""
    return not any(a.strides) and not a.any()


def _times(a: Array, rows: Array) -> Array:
    """a @ rowsᵀ, with the axis of time (if there is one) merged into the rows of a: one product instead of T."""
    if a.ndim <= rows.ndim:
        return a @ rows.swapaxes(-1, -2)
    last, cases = a.ndim - 3, range(1, a.ndim - 2)  # np.moveaxis takes as long as a small product
    by_case = a.transpose(*cases, 0, -2, -1)
    flat = by_case.reshape(*by_case.shape[:-3], -1, by_case.shape[-1]) @ rows.swapaxes(-1, -2)
    return flat.reshape(*by_case.shape[:-1], rows.shape[-2]).transpose(last, *range(last), -2, -1)


MANY = 2**28
"""Products from which on sizes are added up in float32, which takes half the time: that of large layers is seconds."""

LARGEST = float(np.finfo(np.float32).max) / 2
"""Sizes up to here fit into float32."""


def _times_upwards(sizes: Array, rows: Array) -> Array:
    """a @ rowsᵀ of numbers that are not negative, or a little more: sizes need only an upper bound.

    In float32 a sum of n terms loses less than (n + 4) u of itself, conversions included, and what is flushed to zero:
    both are added twice. What does not fit into float32 is computed in float64, as everything small is.
    """
    terms, most = rows.shape[-1], max(float(sizes.max(initial=1)), 1) * max(float(rows.max(initial=1)), 1)
    if sizes.size * rows.shape[-2] < MANY or not terms * most < LARGEST:
        return _times(sizes, rows)
    above = _times(sizes.astype(np.float32), rows.astype(np.float32))
    above *= np.float32(1 + 2 * (terms + 4) * UNIT_ROUNDOFF["float32"])
    above += np.float32(2 * terms * most * SMALLEST_NORMAL["float32"])
    return above.astype(np.float64)


def _sum(a: Array, b: Array) -> Array:
    """a + b, and no pass over either where the other is nothing."""
    if a is _NOTHING:
        return b
    return a if b is _NOTHING else a + b


_ZERO = bytes(8)


def _zeros_like(a: Array) -> Array:
    """Zeros that take no memory; `np.broadcast_to` takes as long as six small sums."""
    return np.ndarray(a.shape, np.float64, _ZERO, 0, (0,) * a.ndim)


def _of_shape(a: Array, shape: tuple[int, ...]) -> Array:
    return a if a.shape == shape else np.broadcast_to(a, shape)


def _is_zero(a: Array) -> bool:
    """Whether all are 0: of most arrays that are not, the first number says so."""
    return not (a.size and a[(0,) * a.ndim]) and not a.any()


KEPT = 2**28
"""Bytes of freed memory that are kept at most: a way back of 100 small cases and 20 steps takes a third of them."""


def _keep_freed_memory() -> None:
    """Let the allocator of glibc keep what arrays leave: else each new one pays for its pages anew, half of the time.

    What is larger than a threshold, of 32 MiB at most, goes back to the system at once, and so does what is free at the
    end of the heap, where it is more than another: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
    Other allocators have neither.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    of_trim, of_mmap = -1, -3
    mallopt(of_mmap, 2**25)
    mallopt(of_trim, KEPT)


_keep_freed_memory()
