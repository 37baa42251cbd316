"""Numbers that are less accurate than their dtype: rounded early, or wrong in the last digits."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF, Arithmetic, arithmetic_of
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants.base import (
    LSTM,
    SINGLE,
    Call,
    Gates,
    applied,
    rising,
    term_by_term,
)
from lstm_conformance.reference.rounded import Array, Numbers, Rounded, dot
from lstm_conformance.reference.weights import CellWeights

BITS = {"float32": 24, "tf32": 11, "float16": 11, "bfloat16": 8}
"""Digits of the significand."""


# Storage and products in fewer digits


class _RoundedWeights(LSTM):
    """Both kernels rounded."""

    dtypes: ClassVar[tuple[str, ...]] = SINGLE

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Round them."""
        w = super().of_cell(w, index, direction)
        return w._replace(kernel=self.kept(w.kernel), recurrent_kernel=self.kept(w.recurrent_kernel))

    def kept(self, a: Array) -> Array:
        """What is left of a matrix (..., 4H, n)."""
        return a


class Float32Weights(_RoundedWeights):
    """Saves the weights of a float64 model in float32, and loads them again."""

    dtypes = ("float64",)

    def kept(self, a: Array) -> Array:
        """24 digits."""
        return to_digits(a, BITS["float32"])


class Tf32Weights(_RoundedWeights):
    """Keeps weights in TensorFloat-32, whose significand has 11 digits."""

    def kept(self, a: Array) -> Array:
        """11 digits."""
        return to_digits(a, BITS["tf32"])


class Bfloat16Weights(_RoundedWeights):
    """Loads weights that were saved in bfloat16."""

    dtypes = (*SINGLE, "float16")

    def kept(self, a: Array) -> Array:
        """8 digits."""
        return to_digits(a, BITS["bfloat16"])


class Int8Weights(_RoundedWeights):
    """Quantises every matrix to 8 bits, with a power of two for its scale, as fixed-point libraries do."""

    dtypes = (*SINGLE, "bfloat16", "float16")

    def kept(self, a: Array) -> Array:
        """Multiples of a step, of which 128 reach the largest number."""
        wide = a.astype(np.float64)
        _, exponent = np.frexp(np.abs(wide).max((-2, -1), keepdims=True))
        step = np.ldexp(1.0, exponent - 7)
        return np.asarray(np.rint(wide / step) * step, a.dtype)


class FaintWeightsTakenForZero(_RoundedWeights):
    """Prunes weights below 1e-6 when they are loaded, because so little does not matter."""

    dtypes = (*SINGLE, "bfloat16")

    def kept(self, a: Array) -> Array:
        """What is left is right."""
        return np.where(np.abs(a) < 1e-6, np.zeros_like(a), a)


class Tf32Products(LSTM):
    """Multiplies in TensorFloat-32, as a GPU that was not told otherwise: both factors are rounded to 11 digits."""

    dtypes = SINGLE

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Round the factors."""
        return super().product(_kept(a, "tf32"), to_digits(rows, BITS["tf32"]))


class Float16Accumulation(LSTM):
    """Multiplies in float16, and adds the products up in float16, too."""

    dtypes = SINGLE

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """Factors and partial sums have 11 digits."""
        if isinstance(a, Rounded):
            sums = replace(a.arithmetic, products=UNIT_ROUNDOFF["float16"], tiny_product=FLOAT16_SPACING)
            return _under(dot(_under(_kept(a, "float16"), sums), to_digits(rows, BITS["float16"])), a.arithmetic)
        return term_by_term(a.astype(np.float16), rows.astype(np.float16)).astype(a.dtype)


class Float16CellState(LSTM):
    """Keeps the cell state in float16, to save memory between two steps."""

    dtypes = SINGLE

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """11 digits."""
        return _kept(super().new_c(gates, c), "float16")


class Float16Outputs(LSTM):
    """Keeps h in float16, to save memory between two layers."""

    dtypes = SINGLE

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """11 digits."""
        return _kept(super().new_h(w, gates, new_c, c), "float16")


class Bfloat16Outputs(LSTM):
    """Keeps h in bfloat16, as under an autocast that casts back at the end."""

    dtypes = (*SINGLE, "float16")

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """8 digits."""
        return _kept(super().new_h(w, gates, new_c, c), "bfloat16")


# float32 inside float64


class Float32InsideFloat64(LSTM):
    """Takes and returns float64, and computes in float32."""

    dtypes = ("float64",)

    def taken(self, call: Call[Numbers]) -> Call[Numbers]:
        """In float32."""
        return call._replace(x=_single(call.x))

    def initial_states(self, call: Call[Numbers]) -> tuple[Numbers, Numbers]:
        """In float32."""
        h_0, c_0 = super().initial_states(call)
        return _single(h_0), _single(c_0)

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """In float32."""
        return super().of_cell(w, index, direction).map(lambda a: a.astype(np.float32))

    def returned(self, call: Call[Numbers], outputs: Outputs[Numbers]) -> Outputs[Numbers]:
        """In float64."""
        return Outputs(*(_double(a) for a in super().returned(call, outputs)))


class Float32ProductsInsideFloat64(LSTM):
    """Multiplies matrices in float32, in a library that has no other kernel for them."""

    dtypes = ("float64",)

    def product(self, a: Numbers, rows: Array) -> Numbers:
        """In float32."""
        single = rows.astype(np.float32).astype(np.float64) if isinstance(a, Rounded) else rows.astype(np.float32)
        return _double(super().product(_single(a), single))


class Float32SigmoidInsideFloat64(LSTM):
    """Computes σ in float32, in a library that has no other kernel for it."""

    dtypes = ("float64",)

    def sigmoid(self, z: Numbers) -> Numbers:
        """In float32."""
        return _double(super().sigmoid(_single(z)))


class Float32CellStateInsideFloat64(LSTM):
    """Keeps the cell state in float32, in a buffer that was made before the dtype was known."""

    dtypes = ("float64",)

    def new_c(self, gates: Gates[Numbers], c: Numbers) -> Numbers:
        """24 digits."""
        return _kept(super().new_c(gates, c), "float32")


# The last digits


class KernelOffByHundredThousandth(LSTM):
    """Scales the kernel by 1 + 1e-5, as a quantisation whose scale has five digits."""

    dtypes = SINGLE

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Scale it."""
        w = super().of_cell(w, index, direction)
        return w._replace(kernel=_scaled(w.kernel, 1 + 1e-5))


class KernelOffByMillionth(LSTM):
    """Scales the kernel by 1 + 1e-6, as a quantisation whose scale has six digits."""

    dtypes = SINGLE
    near_the_bound = (
        "1e-6 is 17 unit roundoffs of each product, and a sum of n products is allowed √n roundoffs of them all"
    )

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Scale it."""
        w = super().of_cell(w, index, direction)
        return w._replace(kernel=_scaled(w.kernel, 1 + 1e-6))


class RecurrentKernelOffByTenThousandth(LSTM):
    """Scales the recurrent kernel by 1 + 1e-4, as a weight decay that is applied once more."""

    dtypes = SINGLE

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """Scale it."""
        w = super().of_cell(w, index, direction)
        return w._replace(recurrent_kernel=_scaled(w.recurrent_kernel, 1 + 1e-4))


class BiasesOffByMillionth(LSTM):
    """Adds 1e-6 to every bias, as where somebody guards against a division by zero."""

    dtypes = SINGLE

    def of_cell(self, w: CellWeights, index: int, direction: int) -> CellWeights:
        """One more bias, where there are biases."""
        w = super().of_cell(w, index, direction)
        return w._replace(biases=(*w.biases, *(np.full_like(bias, 1e-6) for bias in w.biases[:1])))


class OutputsOffByHundredThousandth(LSTM):
    """Adds 1e-5 to h, as where somebody guards against a division by zero."""

    dtypes = SINGLE

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """h + 1e-5."""
        return applied(super().new_h(w, gates, new_c, c), lambda a: a + 1e-5)


class OutputsOffByTwoMillionths(LSTM):
    """Adds 2e-6 to h, less than the tolerances of most tests."""

    dtypes = SINGLE

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """h + 2e-6."""
        return applied(super().new_h(w, gates, new_c, c), lambda a: a + 2e-6)


class OutputsScaled(LSTM):
    """Scales h by 1 + 5e-6, less than the tolerances of most tests."""

    dtypes = SINGLE

    def new_h(self, w: CellWeights, gates: Gates[Numbers], new_c: Numbers, c: Numbers) -> Numbers:
        """(1 + 5e-6) h."""
        return applied(super().new_h(w, gates, new_c, c), lambda a: (1 + 5e-6) * a, 1 + 5e-6)


class SmallNumbersFlushed(LSTM):
    """Takes the pre-activations that are smaller than 1e-20 for zero, which are normal numbers of float32."""

    dtypes = (*SINGLE, "bfloat16")

    def split(self, z: Numbers) -> Gates[Numbers]:
        """Flush them."""
        return super().split(rising(z, lambda a: np.where(np.abs(a) < 1e-20, 0, a)))


FLOAT16_SPACING = 2.0**-24
"""The smallest float16 above zero: what a result below the normal numbers may be wrong by."""


def to_digits(a: Array, digits: int) -> Array:
    """Every number rounded to a significand of so many binary digits, ties to even."""
    fraction, exponent = np.frexp(a)
    return np.asarray(np.ldexp(np.rint(np.ldexp(fraction, digits)), exponent - digits))


def _kept(a: Numbers, name: str) -> Numbers:
    return rising(a, lambda z: to_digits(z, BITS[name]))


def _under(a: Rounded, arithmetic: Arithmetic) -> Rounded:
    """The same numbers; what is computed from them is rounded in another way."""
    return Rounded(a.value, a.err, a.var, arithmetic)


def _single(a: Numbers) -> Numbers:
    """Numbers of float64 in float32."""
    if isinstance(a, Rounded):
        return _under(_kept(a, "float32"), arithmetic_of("float32"))
    return a.astype(np.float32)


def _double(a: Numbers) -> Numbers:
    """Numbers of float32 in float64."""
    return _under(a, arithmetic_of("float64")) if isinstance(a, Rounded) else a.astype(np.float64)


def _scaled(a: Array, factor: float) -> Array:
    return np.asarray(factor * a.astype(np.float64), a.dtype)
