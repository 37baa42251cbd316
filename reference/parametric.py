"""Activations with parameters: those that an ONNX LSTM may name, with their α and β.

Source: https://onnx.ai/onnx/operators/onnx__LSTM.html, `activations`, `activation_alpha` and `activation_beta`.
Errors count the roundings of the formula: a product and a sum, each relative to its own size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstm_conformance.reference.activations import (
    ACCURACY,
    Activation,
    hard_sigmoid,
    logistic,
    nearest_zero,
    tanh_slope,
)
from lstm_conformance.reference.rounded import Array


def affine(alpha: float, beta: float) -> Activation:
    """The product α z may be larger than the sum α z + β, by β."""
    return Activation(
        lambda z: alpha * z + beta,
        lambda z, _: np.full_like(z, abs(alpha)),
        relative=2,
        absolute=abs(beta),
        derivative=lambda z: np.full_like(z, alpha),
    )


def leaky_relu(alpha: float) -> Activation:
    """The number itself, and α z below 0."""
    return Activation(
        lambda z: np.where(z < 0, alpha * z, z),
        lambda z, d: np.maximum(1.0 * (z + d >= 0), abs(alpha) * (z - d < 0)),
        relative=1,
        derivative=lambda z: np.where(z < 0, alpha, 1.0),
    )


def thresholded_relu(alpha: float) -> Activation:
    """The number itself above α, else 0.

    It jumps at α: where the interval has it inside, the slope is that which reaches from one end to the other.
    """

    def steepest(z: Array, d: Array) -> Array:
        jumps = (z - d <= alpha) & (z + d > alpha) & (d > 0)
        return np.where(jumps, 1 + np.abs(z) / np.where(d > 0, d, 1), 1.0 * (z - d > alpha))

    return Activation(lambda z: np.where(z > alpha, z, 0), steepest)


def scaled_tanh(alpha: float, beta: float, accuracy: str, dtype: str) -> Activation:
    """A tanh whose argument is rounded, α tanh(β z): the rounding of β z moves tanh by no more than of itself."""
    known = ACCURACY[accuracy]
    tanh = known.tanh_in_float64 if dtype == "float64" else known.tanh
    return Activation(
        lambda z: alpha * np.tanh(beta * z),
        lambda z, d: abs(alpha * beta) * tanh_slope(abs(beta) * nearest_zero(z, d)),
        relative=tanh + 2,
        absolute=abs(alpha) * known.tanh_absolute,
        derivative=lambda z: alpha * beta * tanh_slope(np.abs(beta * z)),
    )


def elu(alpha: float) -> Activation:
    """The number itself, and α (exp(z) - 1) below 0, which may lose what is small beside 1."""
    return Activation(
        lambda z: np.where(z < 0, alpha * np.expm1(np.minimum(z, 0)), z),
        lambda z, d: np.maximum(1.0 * (z + d >= 0), abs(alpha) * np.exp(np.minimum(z + d, 0)) * (z - d < 0)),
        relative=2,
        absolute=4 * abs(alpha),
        derivative=lambda z: np.where(z < 0, alpha * np.exp(np.minimum(z, 0)), 1.0),
    )


SOFTPLUS = Activation(lambda z: np.logaddexp(0, z), lambda z, d: logistic(z + d), relative=4, absolute=4)
"""log(1 + exp(z)), where 1 + exp(z) may be rounded."""

_BY_NAME: dict[str, tuple[Callable[..., Activation], tuple[float, ...]]] = {
    "affine": (affine, (1.0, 0.0)),
    "elu": (elu, (1.0,)),
    "hard_sigmoid": (hard_sigmoid, (0.2, 0.5)),
    "leaky_relu": (leaky_relu, (0.01,)),
    "scaled_tanh": (scaled_tanh, (1.0, 1.0)),
    "softplus": (lambda: SOFTPLUS, ()),
    "thresholded_relu": (thresholded_relu, (1.0,)),
}
"""By name: the function, and the α and β that stand where none are given; ONNX documents no default of some."""


def with_parameters(name: str, *parameters: float, accuracy: str = "N", dtype: str = "float32") -> Activation:
    """The activation of this name with its α and β, or with their defaults from the first that is not given on.

    A tanh is as accurate as an implementation of this class computes it in this dtype.
    Raises ValueError for a name or a number of parameters that it does not have.
    """
    if name not in _BY_NAME:
        raise ValueError(f"no activation with parameters named {name!r}; known: {', '.join(_BY_NAME)}")
    function, defaults = _BY_NAME[name]
    if len(parameters) > len(defaults):
        raise ValueError(f"{name} has {len(defaults)} parameters, came {len(parameters)}: {parameters}")
    given = (*parameters, *defaults[len(parameters) :])
    inexact = {"accuracy": accuracy, "dtype": dtype} if name == "scaled_tanh" else {}
    return function(*given, **inexact)
