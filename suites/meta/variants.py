"""Cells with options that torch and Keras lack, on drawn numbers: the reference, the oracle, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.data import Cases
from lstm_conformance.reference.activations import Activation, activation
from lstm_conformance.reference.arithmetic import Arithmetic
from lstm_conformance.reference.cell import Cell
from lstm_conformance.reference.lstm import Mask, Outputs, layer
from lstm_conformance.reference.mutants import MUTANTS, family_of
from lstm_conformance.reference.oracle import ACTIVATIONS, PARAMETRIC, Function, Oracle
from lstm_conformance.reference.parametric import with_parameters
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.meta.numbers import start

Named = tuple[str, *tuple[float, ...]]
"""An activation, and its α and β, if it has any."""


@dataclass(frozen=True)
class Variant:
    """The options of a cell, as the reference and the oracle take them; the weights of its peepholes lie within ± peep.

    named: the activations of the gates, of the candidate and of the cell state on its way out.
    """

    peep: float = 0
    named: tuple[Named, Named, Named] = (("sigmoid",), ("tanh",), ("tanh",))
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def set(self) -> list[str]:
        """The options that are not those of a plain cell."""
        return [*self.options, *(["peepholes"] if self.peep else [])]

    def cell(self, accuracy: str = "N", dtype: str = "float32") -> Cell:
        """For the reference."""
        gate, candidate, output = (_activation(named, accuracy, dtype) for named in self.named)
        return Cell(gate, candidate, output, **self.options)

    def oracle(self, kind: type[Oracle] = Oracle) -> Oracle:
        """For the oracle."""
        gate, candidate, output = (_function(named) for named in self.named)
        return kind(candidate, gate, output, **self.options)

    def with_peepholes(self, cases: Cases) -> Cases:
        """The same cases, each of whose cells has peepholes, if the variant has any; seeded by the case."""
        if not self.peep:
            return cases
        random = np.random.RandomState(cases.numbers[0])
        weights = [
            [w._replace(peepholes=self.drawn(random, (len(cases), 3, w.hidden_size))) for w in directions]
            for directions in cases.weights
        ]
        return cases.varied("peepholes", weights=weights)

    def drawn(self, random: np.random.RandomState, shape: tuple[int, ...]) -> Array:
        """Numbers of float32."""
        return random.uniform(-self.peep, self.peep, shape).astype(np.float32)


def _activation(named: Named, accuracy: str, dtype: str) -> Activation:
    name, *parameters = named
    plain = name in ACTIVATIONS and not parameters
    if plain:
        return activation(name, accuracy, dtype)
    return with_parameters(name, *parameters, accuracy=accuracy, dtype=dtype)


def _function(named: Named) -> str | Function:
    name, *parameters = named
    return name if name in ACTIVATIONS and not parameters else PARAMETRIC[name](*parameters)


VARIANTS = {
    "plain": Variant(),
    "peepholes": Variant(0.5),
    "large peepholes": Variant(2),
    "clip": Variant(options={"clip": 0.5}),
    "cell clip": Variant(options={"cell_clip": 0.25}),
    "projection clip": Variant(options={"projection_clip": 0.02}),
    "input_forget": Variant(options={"coupled": "f"}),
    "coupled input gate": Variant(options={"coupled": "i"}),
    "forget bias": Variant(options={"forget_bias": 1.25}),
    "all at once": Variant(
        0.5,
        (("hard_sigmoid", 0.25, 0.375), ("scaled_tanh", 1.5, 0.5), ("elu", 0.75)),
        {"clip": 1.5, "cell_clip": 0.75, "projection_clip": 0.25, "forget_bias": 0.5, "coupled": "f"},
    ),
    "affine": Variant(named=(("affine", 0.25, 0.5), ("affine", 0.5, -0.25), ("tanh",))),
    "leaky_relu": Variant(named=(("sigmoid",), ("leaky_relu", 0.125), ("leaky_relu", -0.5))),
    "thresholded_relu": Variant(named=(("sigmoid",), ("thresholded_relu", 0.25), ("thresholded_relu", 0.125))),
    "scaled_tanh": Variant(named=(("sigmoid",), ("scaled_tanh", 0.5, 2.0), ("scaled_tanh", 2.0, -0.5))),
    "hard_sigmoid": Variant(named=(("hard_sigmoid", 0.5, 0.25), ("tanh",), ("tanh",))),
    "elu": Variant(named=(("sigmoid",), ("elu", 1.5), ("elu", 0.5))),
    "softplus": Variant(named=(("sigmoid",), ("softplus",), ("tanh",))),
}
"""Every option alone, and several together."""


CLAIMS = {"projection_clip": "proj_clip", "coupled": "input_forget"}
"""What the requirement is called that an option of a cell is, where it is called otherwise."""


def misreading(variant: Variant) -> list[str]:
    """The wrong LSTMs that misread one of its options."""
    claims = {CLAIMS.get(option, option) for option in variant.set}
    return [name for name, mutant in MUTANTS.items() if family_of(mutant) == "cells" and claims & set(mutant.only)]


def values(variant: Variant, cases: Cases, mask: Mask | None = None) -> Outputs[Array]:
    """What the reference computes of one layer."""
    x, h_0, c_0 = start(cases)
    return layer(variant.cell(), cases.weights[0], x, h_0[0], c_0[0], mask=mask)


def legal(
    variant: Variant,
    cases: Cases,
    observed: Array | None,
    by: Arithmetic,
    mask: Mask | None = None,
    accuracy: str = "N",
) -> Outputs[Rounded]:
    """What one layer must return, and the allowed error; observed (T, N, B, D P) is fed to its steps."""
    x, h_0, c_0 = (exactly(a, by) for a in start(cases))
    dtype = "float64" if by.elementwise < 2.0**-40 else "float32"
    return layer(variant.cell(accuracy, dtype), cases.weights[0], x, h_0[0], c_0[0], observed=observed, mask=mask)
