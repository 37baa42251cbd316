"""The example of the manuals of TensorFlow 1: cells of 100, 200 and 300 units on (10, 128), judged cell by cell.

A `Layer` has one size for all layers of a stack, so this one is no configuration.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pytest

from lstm_conformance.reference.arithmetic import arithmetic_of
from lstm_conformance.reference.cell import cell_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.lstm import Outputs, layer
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.meta import multi_rnn_cell
from lstm_conformance.suites.meta.multi_rnn_cell import FEATURES, ROWS, SIZES
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.numbers import worst

Arrays = Mapping[str, Array]

WIDTHS = (FEATURES, *SIZES[:-1])
"""Of the inputs of each cell."""

pytestmark = needs("tensorflow", "tf_keras")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Arrays:
    """The arrays of one call."""
    file = tmp_path_factory.mktemp("multi_rnn_cell") / "arrays.npz"
    subprocess.run([sys.executable, "-m", multi_rnn_cell.__name__, file], check=True, capture_output=True, timeout=180)
    with np.load(file) as arrays:
        return dict(arrays)


def expected(seen: Arrays, index: int, *, forget_bias: float = 1.0) -> Outputs[Rounded]:
    """What the cell at this index makes of the output seen of the one below it."""
    described = Layer(input_size=WIDTHS[index], hidden_size=SIZES[index], forget_bias=forget_bias)
    weights = {name: seen[f"{name}_{index}"][None] for name in ("kernel", "bias")}
    (cells,) = LAYOUTS["tf1"].canonical_weights(described, weights)
    x = seen[f"h_n_{index - 1}"] if index else seen["x"]
    numbers = (seen[f"{name}_0_{index}"][None, None] for name in ("h", "c"))
    x_and_states = (exactly(np.asarray(a, np.float64), arithmetic_of("float32")) for a in (x[None, None], *numbers))
    return layer(cell_of(described), cells, *x_and_states)


@pytest.mark.deep
def test_the_shapes_are_those_of_the_manual(seen: Arrays) -> None:
    """Output (10, 300); twice (10, 100), (10, 200) and (10, 300) for the states."""
    assert seen["output"].shape == (ROWS, 300)
    assert [seen[f"{name}_n_{k}"].shape for k in range(3) for name in "ch"] == [
        (ROWS, size) for size in SIZES for _ in range(2)
    ]


def test_the_output_is_h_of_the_last_cell(seen: Arrays) -> None:
    """The same numbers."""
    assert np.array_equal(seen["output"], seen["h_n_2"])


@pytest.mark.parametrize("index", range(3))
def test_every_cell_lies_within_the_bound(seen: Arrays, index: int) -> None:
    """h and c, with the forget bias of 1 that is the default."""
    outputs = expected(seen, index)

    assert worst(seen[f"h_n_{index}"][None, None], outputs.h_n) < 1
    assert worst(seen[f"c_n_{index}"][None, None], outputs.c_n) < 1


@pytest.mark.parametrize("index", range(3))
def test_without_the_forget_bias_none_does(seen: Arrays, index: int) -> None:
    """So the test can fail."""
    assert worst(seen[f"c_n_{index}"][None, None], expected(seen, index, forget_bias=0.0).c_n) > 1
