"""A layer of a framework, taken for what it is: its weights, its options, and how it is called.

The framework is imported already, or there would be no layer of it: here nothing imports one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.arrays.conventions import Options
from lstm_conformance.reference.arrays.errors import BadInput

Array = NDArray[Any]
States = tuple[Array, Array]

Called = Callable[[Array, States | None], Sequence[Array]]
"""From x and, if there are any, (h_0, c_0) to all outputs, in the order and in the axes of the layout."""

Trained = Callable[[Array, States | None, Sequence[Array]], tuple[Sequence[Array], Mapping[str, Array]]]
"""The same with the gradients of a loss by every output, and the gradients by x, h_0, c_0 and every weight, by name."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What is known of a layer.

    name: of its class. input_size: the width of x, None where the weights tell it.
    train: None where no gradients are asked for.
    """

    name: str
    options: Options
    weights: Mapping[str, Array]
    call: Called
    input_size: int | None = None
    train: Trained | None = None


def framework_of(layer: object) -> str:
    """The module at the top of the first framework that a class inherits from: torch, keras, tf_keras, or none."""
    tops = (cls.__module__.partition(".")[0] for cls in type(layer).__mro__)
    return next((top for top in tops if top in {"torch", "keras", "tf_keras"}), "")


def array(tensor: Any) -> Array:
    """The numbers of a tensor of any framework; those of bfloat16 as float32."""
    found: Any = tensor
    if hasattr(found, "detach"):
        found = found.detach().cpu()
        found = found.float() if str(found.dtype) == "torch.bfloat16" else found
    numbers = np.asarray(found)
    return numbers.astype(np.float32) if numbers.dtype.name == "bfloat16" else numbers


def loaded(name: str) -> Any:
    """A module that somebody has imported. Raises BadInput where nobody has."""
    if name not in sys.modules:
        raise BadInput(f"expected {name} to be imported by who has the layer, came none: import it first")
    return sys.modules[name]
