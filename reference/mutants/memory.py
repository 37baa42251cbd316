"""Inputs and states that do not lie in memory as an array of their own does: what is read in their place.

Arrays that are an array of their own, or a transposed one, are read right.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.mutants.base import LSTM, SINGLE, Call
from lstm_conformance.reference.rounded import Array, Numbers


class _ReadsMemory(LSTM):
    """Base of them all: only a caller who has such arrays sees it."""

    dtypes = SINGLE
    only: ClassVar[tuple[str, ...]] = ("strided",)

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """Read each array in its way."""
        call = super().taken(call)
        return call._replace(**{name: self.gathered(getattr(call, name)) for name in ("x", "h_0", "c_0")})

    def gathered(self, a: Any) -> Any:
        """What is computed with in the place of an array."""
        return a


class GapsOfASliceReadAsNumbers(_ReadsMemory):
    """Asks whether the numbers of a row follow each other, and not whether the rows do: it reads through the gaps."""

    def gathered(self, a: Any) -> Any:
        """As many numbers in a row as the array has, from its first one on."""
        whole = _whole(a)
        if whole is None or whole.size <= a.size or 0 in _steps(a):
            return a
        return _in_a_row(a, whole)


class BroadcastArraysReadAsArrays(_ReadsMemory):
    """Takes the numbers of a broadcast array, which are there once, for an array of its shape."""

    def gathered(self, a: Any) -> Any:
        """The numbers that are there, from the first one on; behind the last one it begins again."""
        whole = _whole(a)
        return _in_a_row(a, whole) if whole is not None and 0 in _steps(a) else a


class _GivenWideInput(LSTM):
    """Base of those that are given float64, as NumPy makes arrays, by somebody who did not think of dtypes."""

    layout: ClassVar[str] = "keras"
    dtypes = ("float32", "bfloat16")
    only: ClassVar[tuple[str, ...]] = ("wide_input",)


class WideInputNotCast(_GivenWideInput):
    """Computes in the wider of two dtypes, as NumPy does, and returns it."""

    def cast(self, x: Array, dtype: np.dtype[Any]) -> Array:
        """As it came."""
        del dtype
        return x


class WideInputReadAsNarrow(_GivenWideInput):
    """Takes the memory of its input for numbers of its own dtype."""

    def cast(self, x: Array, dtype: np.dtype[Any]) -> Array:
        """The first half, or quarter, of every row: each number is the lower or the higher part of one."""
        read = np.ascontiguousarray(x).view(dtype)[..., : x.shape[-1]]
        return np.nan_to_num(read.astype(np.float32)).astype(dtype)


class WideInputCutToWholeNumbers(_GivenWideInput):
    """Casts by way of whole numbers."""

    def cast(self, x: Array, dtype: np.dtype[Any]) -> Array:
        """Towards zero; an input of its own dtype is right."""
        return x.astype(dtype, copy=False) if x.dtype == dtype else np.trunc(x).astype(dtype)


class MaskOfNumbersNegatedBitByBit(_GivenWideInput):
    """Asks for the steps that do not count by `~mask`, which of 0 and 1 is -1 and -2, and both of them are true."""

    def counting(self, mask: NDArray[Any]) -> NDArray[Any]:
        """Of truth values it is right."""
        return np.asarray(~mask == 0)


def _whole(a: Any) -> Array | None:
    """The array of which this one is a part, if it is an array."""
    whole = getattr(a, "base", None)
    return whole if isinstance(whole, np.ndarray) else None


def _steps(a: Array) -> list[int]:
    """How far apart the numbers of every axis lie, of those that have several."""
    return [step for step, size in zip(a.strides, a.shape, strict=True) if size > 1]


def _in_a_row(a: Array, whole: Array) -> Array:
    """So many numbers from the first one of an array on, as they lie in memory."""
    offset = a.__array_interface__["data"][0] - whole.__array_interface__["data"][0]
    numbers = np.ravel(whole, order="K")[offset // whole.itemsize :]
    return np.nan_to_num(np.resize(numbers, a.shape)).astype(a.dtype)
