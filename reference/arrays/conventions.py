"""What arrays do not tell of the layer that they belong to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.contracts import run_time_forget_bias
from lstm_conformance.reference.layouts import LAYOUTS, Layout

BATCH_FIRST = frozenset({"keras", "tf1", "tf1.coupled", "mlx", "openvino"})
"""The layouts that have batches first where nobody says otherwise."""

ROWS_FIRST = {"keras": "a Keras layer", "mlx": "a layer of MLX", "openvino": "LSTMSequence of OpenVINO"}
"""Those of which no layer has the steps first, and what is to be said of it."""

NEEDS = {"merge_mode": "merge_modes", "return_sequences": "return_sequences", "return_state": "return_sequences"}
"""The requirement of every option that says what a call returns: layouts lack some."""


class Options(TypedDict, total=False):
    """The same by name, for functions that take it with their arguments: `Conventions` says what each means."""

    layout: str
    dtype: str | None
    prefix: str
    batch_first: bool | None
    go_backwards: bool
    activation: str
    recurrent_activation: str
    forget_bias: float | None
    merge_mode: str
    return_sequences: bool
    return_state: bool
    zero_output_for_mask: bool
    clip: float
    cell_clip: float
    proj_clip: float
    input_forget: bool
    accuracy: str


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """What arrays do not tell; None stands for the default of the layout.

    layout: whose names, axes and gate order the arrays have.
    dtype: in which the layer computes, or its policy, as mixed_float16; that of the input, if it is not said.
    prefix: of the names of the weights, as `encoder.lstm.`.
    batch_first: whether x is (B, T, I); of Keras, TensorFlow 1 and MLX it is, of others (T, B, I).
    forget_bias: what is added to the pre-activation of the forget gate at run time; 1 in TensorFlow 1, haiku and DyNet.
    accuracy: how well σ and tanh are computed: class N, S or X (SPEC.md, "The bound").
    The others are the arguments of `Layer` of the same names.
    """

    layout: str = "torch"
    dtype: str | None = None
    prefix: str = ""
    batch_first: bool | None = None
    go_backwards: bool = False
    activation: str = "tanh"
    recurrent_activation: str = "sigmoid"
    forget_bias: float | None = None
    merge_mode: str = "concat"
    return_sequences: bool = True
    return_state: bool = True
    zero_output_for_mask: bool = False
    clip: float = 0.0
    cell_clip: float = 0.0
    proj_clip: float = 0.0
    input_forget: bool = False
    accuracy: str = "N"

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", _name_of(self.dtype))
        for option in ("clip", "cell_clip", "proj_clip"):
            if not getattr(self, option) >= 0:
                raise BadInput(f"expected {option} to be 0, which is none, or above, came {getattr(self, option)!r}")
        if not math.isfinite(self.forget_bias or 0):
            raise BadInput(f"expected forget_bias to be a finite number, came {self.forget_bias!r}")
        if self.layout not in LAYOUTS:
            raise BadInput(f"expected a layout among {', '.join(LAYOUTS)}, came {self.layout!r}: name one of them")
        for option, requirement in NEEDS.items():
            if getattr(self, option) != getattr(Conventions, option) and requirement in LAYOUTS[self.layout].lacks:
                raise BadInput(f"{option}={getattr(self, option)!r}: the layout {self.layout} has no such layers")

    @property
    def lays(self) -> Layout:
        """The layout itself."""
        return LAYOUTS[self.layout]

    @property
    def rows_first(self) -> bool:
        """Whether x is (B, T, I). Raises BadInput where it cannot be as is said."""
        first = self.layout in BATCH_FIRST if self.batch_first is None else self.batch_first
        if self.layout in ROWS_FIRST and not first:
            name = ROWS_FIRST[self.layout]
            raise BadInput(
                f"{name} takes batches first, batch_first says it does not: exchange the first two axes of x and y"
            )
        return first

    @property
    def added(self) -> float:
        """What is added to the forget gate at run time."""
        return run_time_forget_bias(self.layout) if self.forget_bias is None else self.forget_bias


def _name_of(dtype: Any) -> str | None:
    """The name of a dtype, which may be one of NumPy or of torch."""
    if dtype is None or isinstance(dtype, str):
        return dtype
    try:
        return str(np.dtype(dtype).name)
    except TypeError:
        return str(dtype).removeprefix("torch.")
