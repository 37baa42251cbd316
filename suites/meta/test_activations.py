"""Activations: the slopes are the steepest, the classes hold what libraries compute and not what they should not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lstm_conformance.reference.activations import ACCURACY, activation, hard_sigmoid, logistic
from lstm_conformance.reference.arithmetic import UNIT_ROUNDOFF, uniform
from lstm_conformance.reference.rounded import Array, Rounded, budget

NAMES = ("sigmoid", "tanh", "hard_sigmoid", "relu", "softsign", "linear")
EVERY_NAME = pytest.mark.parametrize("name", NAMES)
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])

ROUNDING = 2.0**-50
"""What the difference of two numbers around 1 may lose in float64."""


def grid(points: int) -> Array:
    """Where accuracy is lost: signals close to 0, gates that are almost shut, saturation; and everywhere else."""
    small = np.geomspace(1e-9, 1e-3, points)
    return np.concatenate(
        [np.linspace(-20, -4, 2 * points), np.linspace(-5, 5, 2 * points), np.linspace(-80, 80, points), small, -small]
    )


GRIDS = {"float32": grid(1000).astype(np.float32), "float64": grid(400)}


def exact_sigmoid(z: Decimal) -> Decimal:
    """1 / (1 + exp(-z)), in 60 digits."""
    return 1 / (1 + (-z).exp())


def exact_tanh(z: Decimal) -> Decimal:
    """(1 - exp(-2z)) / (1 + exp(-2z)), in 60 digits, of which 1 - exp(-2z) cancels ten at most."""
    decay = (-2 * z).exp()
    return (1 - decay) / (1 + decay)


EXACT = {"sigmoid": exact_sigmoid, "tanh": exact_tanh}


@cache
def truths(name: str, dtype: str) -> list[Decimal]:
    """The function on the grid of the dtype."""
    with localcontext() as context:
        context.prec = 60
        return [EXACT[name](Decimal(float(z))) for z in GRIDS[dtype]]


def share(computed: NDArray[Any], name: str, dtype: str, accuracy: str) -> float:
    """The largest error on the grid, as a share of what the class allows an implementation in this dtype."""
    allowed = activation(name, accuracy, dtype)
    relative, absolute = (Decimal(part * UNIT_ROUNDOFF[dtype]) for part in (allowed.relative, allowed.absolute))
    return max(
        float(abs(Decimal(float(seen)) - true) / (relative * abs(true) + absolute))
        for seen, true in zip(computed, truths(name, dtype), strict=True)
    )


def sigmoid_written_down(z: NDArray[Any]) -> NDArray[Any]:
    """1 / (1 + exp(-z)) in the dtype of z."""
    one = z.dtype.type(1)
    with np.errstate(over="ignore"):
        return np.asarray(one / (one + np.exp(-z)))


def tanh_by_sigmoid(z: NDArray[Any]) -> NDArray[Any]:
    """2 σ(2z) - 1 in the dtype of z."""
    two = z.dtype.type(2)
    return np.asarray(two * sigmoid_written_down(two * z) - z.dtype.type(1))


Function = Callable[[NDArray[Any]], NDArray[Any]]
COMPUTED: dict[str, Function] = {"sigmoid": sigmoid_written_down, "tanh": np.tanh}


@DTYPES
@pytest.mark.parametrize("name", COMPUTED)
def test_numpy_holds_the_default_class(name: str, dtype: str) -> None:
    """NumPy's own functions err by no more than class N allows, everywhere."""
    computed = COMPUTED[name](GRIDS[dtype])

    assert computed.dtype == dtype
    assert share(computed, name, dtype, "N") <= 1


@DTYPES
@pytest.mark.parametrize("accuracy", ["N", "S"])
def test_tanh_by_way_of_sigmoid_is_not_accurate(accuracy: str, dtype: str) -> None:
    """2σ(2z) - 1 loses the accuracy of small signals."""
    assert share(tanh_by_sigmoid(GRIDS[dtype]), "tanh", dtype, accuracy) > 100


@DTYPES
def test_tanh_by_way_of_sigmoid_holds_the_class_made_for_it(dtype: str) -> None:
    """Class X allows the absolute error that it has."""
    assert share(tanh_by_sigmoid(GRIDS[dtype]), "tanh", dtype, "X") <= 1


@DTYPES
@pytest.mark.parametrize("accuracy", ACCURACY)
@pytest.mark.parametrize("name", COMPUTED)
def test_no_class_holds_a_function_that_is_a_little_wrong(name: str, accuracy: str, dtype: str) -> None:
    """An error of 40 unit roundoffs, relative to the function, is seen by every class."""
    computed = COMPUTED[name](GRIDS[dtype]) * GRIDS[dtype].dtype.type(1 + 40 * UNIT_ROUNDOFF[dtype])

    assert share(computed, name, dtype, accuracy) > 1


@pytest.mark.parametrize("name", COMPUTED)
def test_the_reference_holds_the_class_of_float64(name: str) -> None:
    """What stands in `activations.py` is itself as accurate as it asks others to be."""
    with np.errstate(over="ignore"):
        computed = activation(name)(GRIDS["float64"])

    assert share(computed, name, "float64", "N") <= 1


def test_logistic_is_accurate_relative_to_itself() -> None:
    """However small σ is, its reference errs by no more than 4 unit roundoffs of it."""
    z = np.linspace(-700, 0, 1000)
    with localcontext() as context:
        context.prec = 60
        errors = [abs(Decimal(s) / exact_sigmoid(Decimal(t)) - 1) for s, t in zip(logistic(z), z, strict=True)]

    assert max(errors) <= 4 * Decimal(UNIT_ROUNDOFF["float64"])


def test_logistic_is_zero_where_its_denominator_overflows() -> None:
    """And 1 at the other end."""
    with np.errstate(over="ignore"):
        assert logistic(np.array([-1e4, -np.inf, 1e4, np.inf])).tolist() == [0, 0, 1, 1]


def neighbourhoods() -> tuple[Array, Array, Array]:
    """Random z, and d and e with |e| ≤ d, of all sizes; every second e is as large as it may be."""
    random = np.random.RandomState(0)
    z = random.standard_normal(20_000) * 10 ** random.uniform(-3, 1.5, 20_000)
    d = 10 ** random.uniform(-6, 1, 20_000)
    e = d * np.where(np.arange(20_000) % 2, random.choice([-1, 1], 20_000), random.uniform(-1, 1, 20_000))
    return z, d, e


@EVERY_NAME
def test_no_slope_is_steeper_than_the_steepest(name: str) -> None:
    """|f(z + e) - f(z)| ≤ steepest(z, d) |e| for every |e| ≤ d."""
    z, d, e = neighbourhoods()
    f = activation(name)

    assert np.all(np.abs(f(z + e) - f(z)) <= f.steepest(z, d) * np.abs(e) + ROUNDING * (1 + np.abs(z)))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"linear"}))
def test_the_slope_at_z_alone_is_not_the_steepest(name: str) -> None:
    """The interval counts: with the slope at its middle, the same comparison fails."""
    z, d, e = neighbourhoods()
    f = activation(name)

    assert np.any(np.abs(f(z + e) - f(z)) > f.steepest(z, 0 * d) * np.abs(e) + ROUNDING * (1 + np.abs(z)))


@EVERY_NAME
def test_the_steepest_slope_is_not_steeper_than_needed(name: str) -> None:
    """Somewhere in the interval, the function is almost that steep."""
    z, d, _ = neighbourhoods()
    f = activation(name)
    z, d = z[d < 1e-2], d[d < 1e-2]
    where = z[:, None] + d[:, None] * np.linspace(-1, 1, 21)

    found = np.abs(np.diff(f(where)) / np.diff(where)).max(1)
    assert np.all(f.steepest(z, 0.8 * d) <= found * 1.1 + 1e-8)


def through(name: str, z: float, d: float) -> Rounded:
    """An activation of a number that may be wrong by d, in an arithmetic so fine that the rest does not count."""
    number = Rounded(np.array(z), np.array(d), np.array(0.0), uniform("float64"))
    return activation(name, dtype="float64")(number)


KINKS = [("hard_sigmoid", -3.0, 1), ("hard_sigmoid", 3.0, -1), ("relu", 0.0, 1)]
"""Name, place, and the side on which the function has a slope."""


@pytest.mark.parametrize("distance", [0, 0.25, -0.25, 0.75, -0.75, 0.999, -0.999])
@pytest.mark.parametrize(("name", "kink", "_side"), KINKS)
def test_a_kink_within_the_bound_is_allowed_for(name: str, kink: float, _side: int, distance: float) -> None:
    """At the kink or beside it, f(z ± d) lies within the bound of f(z)."""
    d = 1e-3
    z = kink + distance * d
    ends = activation(name)(np.array([z - d, z + d]))

    assert np.all(budget(ends, through(name, z, d).moved(lambda a: np.repeat(a, len(ends)))) <= 1)


@pytest.mark.parametrize(("name", "kink", "side"), KINKS)
def test_a_kink_beyond_the_bound_does_not_count(name: str, kink: float, side: int) -> None:
    """Where the function is flat, nothing of the error of z gets through; where it is steep, all of it."""
    d = 1e-3

    flat, steep = through(name, kink - 1.5 * side * d, d), through(name, kink + 1.5 * side * d, d)

    assert flat.bound < 1e-15
    assert steep.bound > d / 10


@pytest.mark.parametrize(("slope", "z", "expected"), [(0.2, 2.4, 0.98), (0.2, 2.6, 1.0), (1 / 6, -2.9, 0.1 / 6)])
def test_hard_sigmoid_has_the_slope_it_is_given(slope: float, z: float, expected: float) -> None:
    """Keras 2 and ONNX have 0.2, Keras 3 has 1/6."""
    assert hard_sigmoid(slope)(np.array(z)) == pytest.approx(expected)


def test_class_is_chosen_by_name_and_dtype() -> None:
    """The table of SPEC.md: absolute error of σ, relative and absolute error of tanh."""
    found = {
        (accuracy, dtype): (
            activation("sigmoid", accuracy, dtype).absolute,
            activation("tanh", accuracy, dtype).relative,
            activation("tanh", accuracy, dtype).absolute,
        )
        for accuracy in ACCURACY
        for dtype in ("float32", "float64")
    }

    assert found == {
        ("N", "float32"): (4, 8, 0),
        ("N", "float64"): (4, 12, 0),
        ("S", "float32"): (2, 3, 0),
        ("S", "float64"): (2, 3, 0),
        ("X", "float32"): (4, 8, 4),
        ("X", "float64"): (4, 12, 4),
    }


def test_an_unknown_activation_is_refused() -> None:
    """The message says which ones there are."""
    with pytest.raises(ValueError, match=r"no activation named 'swish'; known: sigmoid, tanh, .*softsign"):
        activation("swish")
