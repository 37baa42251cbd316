"""What somebody hands over as an array, of any framework, as one of NumPy.

No framework is imported: its tensors are known by what they can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.layers import below
from lstm_conformance.reference.bfloat16 import is_bfloat16

REAL = "fiub"
"""Kinds of dtypes, as NumPy has them, whose numbers are real."""


def numbers(name: str, given: Any) -> NDArray[Any]:
    """The numbers of an array, a list, or a tensor of any framework, also of one that records gradients.

    Those of a bfloat16 that NumPy does not have become float32, which holds each of them.
    Raises BadInput for what holds no real numbers, or cannot be read.
    """
    try:
        array = np.asarray(_without_gradients(given))
    except (TypeError, ValueError, RuntimeError) as error:
        raise BadInput(f"{name}: expected an array, came {type(given).__name__}, which is none: {error}") from error
    if array.dtype.name == "bfloat16":
        return array.astype(np.float32)
    if array.dtype.kind not in REAL and not is_bfloat16(array):
        raise BadInput(f"{name}: expected real numbers, came {_came(given, array)}: hand over an array of them")
    return array


def numbers_of(arrays: Any, prefix: str = "") -> dict[str, NDArray[Any]]:
    """The arrays by name that begin with the prefix, without it. Raises BadInput where they have no names."""
    if not isinstance(arrays, Mapping):
        raise BadInput(
            f"expected weights by name, in a dict, came {type(arrays).__name__}: name each as the layout does"
        )
    if not isinstance(prefix, str):
        raise BadInput(f"expected prefix to be a text, came {prefix!r}: leave it out where there is none")
    return {name: numbers(name, a) for name, a in below(arrays, prefix).items()}


def _without_gradients(given: Any) -> Any:
    """A tensor of torch that NumPy can read; anything else as it is."""
    if not hasattr(given, "detach"):
        return given
    tensor = given.detach().cpu()
    return tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor


def _came(given: Any, array: NDArray[Any]) -> str:
    return f"{type(given).__name__} of {array.dtype}" if array.ndim else repr(given)[:80]
