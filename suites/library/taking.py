"""A layer of a framework, taken for what it is: its weights, its options, and how it is called.

The framework is imported already, or there would be no layer of it: here nothing imports one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from lstm_conformance.reference.arrays.conventions import Options
from lstm_conformance.reference.arrays.errors import BadInput

Array = NDArray[Any]
States = tuple[Array, Array]

Called = Callable[[Array, States | None, Array | None], Any]
"""From x, (h_0, c_0) and lengths or a mask, None for none, to all outputs as the layout has them, or by name."""

Trained = Callable[[Array, States | None, Sequence[Array], Array | None], tuple[Sequence[Array], Mapping[str, Array]]]
"""The same, with the gradients of a loss by every output, behind the states; and the gradients by x, h_0, c_0 and every
weight, by name."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What is known of a layer.

    name: of its class. input_size: the width of x, None where the weights tell it.
    train: None where no gradients are asked for.
    typed: whether outputs must have the dtype of the layer, and inputs may lie in memory as they like.
    renewed: gives the layer other weights of these names after a call with this x, and tells what is known of it then;
    None where it cannot be given any. further: kinds of calls that its class is documented to take: `unbatched`,
    `lengths` and `masks`, which it may refuse. rows: those of every call, where it is built for as many.
    training: the same layer in training mode, None where it is said to drop something.
    """

    name: str
    options: Options
    weights: Mapping[str, Array]
    call: Called
    input_size: int | None = None
    train: Trained | None = None
    typed: bool = False
    renewed: Callable[[Array, Collection[str]], AbstractContextManager[Taken]] | None = None
    further: tuple[str, ...] = ()
    rows: int | None = None
    training: Taken | None = None


def framework_of(layer: object) -> str:
    """The module at the top of the first framework that a class inherits from: torch, keras, tf_keras, or none."""
    tops = (cls.__module__.partition(".")[0] for cls in type(layer).__mro__)
    return next((top for top in tops if top in {"torch", "keras", "tf_keras"}), "")


def loaded(name: str) -> Any:
    """A module that somebody has imported. Raises BadInput where nobody has."""
    if name not in sys.modules:
        raise BadInput(f"expected {name} to be imported by who has the layer, came none: import it first")
    return sys.modules[name]
