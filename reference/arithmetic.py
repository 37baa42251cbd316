"""Where an implementation rounds, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

UNIT_ROUNDOFF = {"bfloat16": 2.0**-8, "float16": 2.0**-11, "float32": 2.0**-24, "float64": 2.0**-53}
"""u: the largest relative error of rounding to nearest, half the distance from 1 to the next number."""

SMALLEST_NORMAL = {"bfloat16": 2.0**-126, "float16": 2.0**-14, "float32": 2.0**-126, "float64": 2.0**-1022}
"""ω: results below it may lose accuracy, or be flushed to zero, as many libraries do."""

REFERENCE_ROUNDOFF = UNIT_ROUNDOFF["float64"]
"""The reference rounds, too: its own roundoff is added to that of the implementation."""


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """The roundoffs of an implementation; `rigorous` chooses the hard bound instead of the working bound.

    confidence: λ of the working bound, beyond which a sum of independent roundoffs lies with odds of 2 exp(-λ²/2).
    """

    products: float  # unit roundoff of every product and sum inside an inner product
    elementwise: float  # of every product and sum outside
    activation: float  # of an activation function
    tiny: float  # the absolute error of a result that is flushed to zero
    tiny_product: float  # of a product or a sum inside an inner product
    factors: float = 0.0  # of rounding both factors of a product inside an inner product, before it is computed
    storage: float = 0.0  # of storing what is computed more widely: inner products, their parts, activations
    rigorous: bool = False
    confidence: float = 1.0

    def summation(self, terms: int) -> float:
        """Error of a sum of n products in units of the sum of their sizes: n u at most, λ √n u in practice.

        What is lost of the factors is lost of each product once, and is not summed up.

        Hard: Jeannerod & Rump, "Improved error bounds for inner products in floating-point arithmetic" (2013).
        Working: Higham & Mary, "A new approach to probabilistic rounding error analysis" (2019).
        """
        return self.factors + self.products * (terms if self.rigorous else min(terms, self.confidence * terms**0.5))

    @property
    def of_gradients(self) -> Arithmetic:
        """The same on the way back, whose bare sums have no slack from activations: λ = 3."""
        return replace(self, confidence=3.0)


class Precision(NamedTuple):
    """What a layer of a dtype (or of a policy that mixes two) stores its weights in, and what it computes in."""

    weights: str
    compute: str


PRECISIONS = {
    **{dtype: Precision(dtype, dtype) for dtype in UNIT_ROUNDOFF},
    "mixed_bfloat16": Precision("float32", "bfloat16"),
    "mixed_float16": Precision("float32", "float16"),
}
"""By the name of the dtype or policy. The numbers of a case are exact in the dtype that is computed in."""

QUANTISED = {name: Precision("float32", "float32") for name in ("dynamic_int8", "dynamic_float16")}
"""Policies by which weights are quantised when a layer is converted (`reference/quantised.py`)."""

TF32 = "tf32"
"""float32, of whose products a GPU rounds both factors to the 11 digits of TensorFloat-32."""

STORED = {**PRECISIONS, **QUANTISED, TF32: Precision("float32", "float32")}
"""All of them."""


def arithmetic_of(dtype: str, *, rigorous: bool = False) -> Arithmetic:
    """The arithmetic that a dtype or policy documents."""
    compute = STORED[dtype].compute
    if dtype == TF32:
        return tensor_float(rigorous=rigorous)
    return (narrow if compute in {"bfloat16", "float16"} else uniform)(compute, rigorous=rigorous)


def narrow(dtype: str, *, rigorous: bool = False) -> Arithmetic:
    """Half precision: products are accumulated and activations evaluated in float32, results are stored in dtype."""
    wide, u = (UNIT_ROUNDOFF[name] + REFERENCE_ROUNDOFF for name in ("float32", dtype))
    return Arithmetic(
        products=wide,
        elementwise=u,
        activation=wide,
        tiny=SMALLEST_NORMAL[dtype],
        tiny_product=SMALLEST_NORMAL["float32"],
        storage=u,
        rigorous=rigorous,
    )


def uniform(dtype: str, *, rigorous: bool = False) -> Arithmetic:
    """Everything is computed and stored in one dtype."""
    u = UNIT_ROUNDOFF[dtype] + REFERENCE_ROUNDOFF
    tiny = SMALLEST_NORMAL[dtype]
    return Arithmetic(products=u, elementwise=u, activation=u, tiny=tiny, tiny_product=tiny, rigorous=rigorous)


def tensor_float(*, rigorous: bool = False) -> Arithmetic:
    """float32, but that every product has two roundoffs more, those of its factors, and their product.

    Source: https://docs.pytorch.org/docs/stable/notes/cuda.html#tensorfloat-32-tf32-on-ampere-and-later-devices
    """
    roundoff = UNIT_ROUNDOFF["float16"]  # which has 11 digits, too
    return replace(uniform("float32", rigorous=rigorous), factors=2 * roundoff + roundoff**2)
