"""The conformance tests of WebNN for the operator lstm: twelve, with four different things to see.

All activations are relu, all gates have the same weights, peepholes and initial states are zero where they are given.
"""

from __future__ import annotations

import numpy as np

from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.mutants.base import LSTM, Call
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.compared.kinds import Reverse
from lstm_conformance.suites.meta.compared.published import Published, Suite, within_ulps

LAYER = Layer(input_size=2, hidden_size=2, activation="relu", recurrent_activation="relu")
CELL = CellWeights(
    np.tile([[1.0, -1.0], [2.0, -2.0]], (4, 1)),
    np.full((8, 2), 0.1),
    (np.tile([1.0, 2.0], 4), np.tile([1.0, 2.0], 4)),
)

ONE_STEP: Array = np.array([[[1.0, 2.0], [2.0, 1.0]]])
TWO_STEPS: Array = np.array([[[1.0, 2.0], [2.0, 1.0]], [[3.0, 4.0], [1.0, 2.0]]])

AFTER_ONE: dict[str, Array] = {
    "h_n": np.array([[[1.0, 8.0], [27.0, 216.0]]]),
    "c_n": np.array([[[1.0, 4.0], [9.0, 36.0]]]),
}
AFTER_TWO: dict[str, Array] = {
    "h_n": np.array([[[10.469000816345215, 58.02900695800781], [74.52900695800781, 518.948974609375]]]),
    "c_n": np.array([[[5.510000228881836, 20.01000213623047], [19.110000610351564, 75.20999908447266]]]),
}
FIRST_STEP: Array = np.array([[[1.0, 8.0], [1.0, 8.0]]])
"""The output of the step that the backward direction reads first."""

ONE_STEP_TESTS = (
    "bias, recurrentBias",
    "peepholeWeight",
    "initialHiddenState",
    "initialCellState",
    "explicit returnSequence=false",
    "explicit direction='forward'",
    "explicit layout='iofg'",
    "layout='ifgo'",
)
"""The options that tell the tests of one step apart, none of which changes a number."""


def _test(name: str, x: Array, values: dict[str, Array], kind: type[LSTM] = LSTM) -> Published:
    return Published(
        name=name, layer=LAYER, cells=[CELL], call=Call(x), looks_at=tuple(values), kind=kind, values=values
    )


def _adopted(vector: Vector) -> Vector | None:
    """An operator has one layer, no projection, no lengths, and activations of three kinds."""
    layer = vector.layer
    known = {layer.activation, layer.recurrent_activation} <= {"relu", "sigmoid", "tanh"}
    fits = layer.num_layers == 1 and not layer.proj_size and vector.call.mask is None and known
    return vector if fits else None


SUITE = Suite(
    name="WebNN (web-platform-tests)",
    link="https://github.com/web-platform-tests/wpt/blob/master/webnn/conformance_tests/lstm.https.any.js",
    tolerance="1 ULP",
    accepts=within_ulps(1),
    vectors=(
        *(_test(f"steps=1, {options}", ONE_STEP, AFTER_ONE) for options in ONE_STEP_TESTS),
        _test("steps=1, returnSequence=true", ONE_STEP, {**AFTER_ONE, "y": AFTER_ONE["h_n"]}),
        _test("steps=1, all options", ONE_STEP, {**AFTER_ONE, "y": AFTER_ONE["h_n"]}),
        _test("steps=2, direction='backward'", TWO_STEPS, AFTER_TWO, Reverse),
        _test(
            "steps=2, all options",
            TWO_STEPS,
            {**AFTER_TWO, "y": np.concatenate([AFTER_TWO["h_n"], FIRST_STEP])},
            Reverse,
        ),
    ),
    adopted=_adopted,
    kinds=(LSTM, Reverse),
)
