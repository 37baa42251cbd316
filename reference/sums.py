"""Sums over all steps and rows: what the gradients of weights are.

As inner products they are not finished, and their error does not hang on the order in which steps and rows are added.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstm_conformance.reference.rounded import Array, InnerProduct, Lifted, Numbers, Rounded, carried

_NOTHING: Array = np.zeros(())


def outer(a: Numbers, b: Numbers) -> Numbers:
    """Products of a (T, ..., B, m) and b (T, ..., B, n), both inexact, summed over steps and rows: (..., m, n)."""
    if isinstance(a, Lifted):
        lifted: Numbers = a.outer(b)
        return lifted
    if not isinstance(a, Rounded):
        return _across(_listed(a), _listed(b))
    value, sizes = [_listed(factor.value) for factor in (a, b)], [_listed(np.abs(factor.value)) for factor in (a, b)]
    err_a, err_b, var_a, var_b = (_listed(part) for part in (a.err, b.err, a.var, b.var))
    err, var = _across(err_a, sizes[1]), _across(var_a, value[1] ** 2)
    if err_b.any() or var_b.any():
        err = err + _across(sizes[0] + err_a, err_b)
        var = var + _across(value[0] ** 2, var_b)
    size = _across(sizes[0], sizes[1]) + err
    parts = _stored(a.value.swapaxes(-1, -2) @ b.value) if a.arithmetic.storage else _NOTHING
    return InnerProduct(_across(value[0], value[1]), size, (err, var), parts, value[0].shape[-2], a.arithmetic)


def total(a: Numbers) -> Numbers:
    """a (T, ..., B, m), summed over steps and rows: (..., m)."""
    if isinstance(a, Lifted):
        lifted: Numbers = a.each(total)
        return lifted
    if not isinstance(a, Rounded):
        return np.asarray(_listed(a).sum(-2))
    value, err, var = (_listed(part) for part in (a.value, a.err, a.var))
    carried = err.sum(-2), var.sum(-2)
    size = np.abs(value).sum(-2) + carried[0]
    parts = _stored(np.moveaxis(value, -2, 0)) if a.arithmetic.storage else _NOTHING
    return InnerProduct(value.sum(-2), size, carried, parts, value.shape[-2], a.arithmetic)


def of_products(pairs: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """The sum of a few products of inexact numbers, element by element, in whatever order they are added."""
    a, b = pairs[0]
    if not isinstance(a, Rounded) or not isinstance(b, Rounded):
        return sum((p * q for p, q in pairs[1:]), start=a * b)
    value = sum((p.value * q.value for p, q in pairs[1:]), start=a.value * b.value)
    err, var, size = (sum(parts) for parts in zip(*(carried(p, q, 0.0) for p, q in pairs), strict=True))
    parts = size if a.arithmetic.storage else _NOTHING
    return InnerProduct(value, size + err, (err, var), parts, len(pairs), a.arithmetic)


def _stored(shares: Array) -> Array:
    """What is stored of a sum over the first axis, as `parts` of an inner product, which counts them twice.

    Those are its n shares, and each sum of some of them: in whatever order, at most n times the sizes of all shares.
    """
    return np.asarray(len(shares) / 2 * np.abs(shares).sum(0))


def _listed(a: Array) -> Array:
    """(T, ..., B, m) -> (..., T B, m)."""
    by_case = a.transpose(*range(1, a.ndim - 2), 0, -2, -1)
    return by_case.reshape(*by_case.shape[:-3], -1, a.shape[-1])


def _across(a: Array, b: Array) -> Array:
    """(..., n, m) and (..., n, k) -> (..., m, k)."""
    return np.asarray(a.swapaxes(-1, -2) @ b)
