"""The table of layouts that goes with vectors, followed as a reader in another language would follow it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.vectors import writing
from lstm_conformance.fixtures.vectors.vector import Vector
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.rows import ROWS
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta.vector_files import quick, vector

GUIDE = json.loads(Path(writing.__file__).with_name("guide.json").read_text("utf-8"))


def reordered(a: Array, gates: list[str]) -> Array:
    """The blocks of a canonical array (4H, ...) in another order of the gates."""
    blocks = dict(zip(GUIDE["gates"], np.split(a, 4), strict=True))
    return np.concatenate([blocks[gate] for gate in gates])


def made(array: dict[str, Any], gates: list[str], w: CellWeights) -> Array | None:
    """An array of a framework for one cell, as the table says: None where the cell has no block for it."""
    biases = {f"bias_{k}": bias for k, bias in enumerate(w.biases)}
    if biases:
        biases.setdefault("bias_1", np.zeros_like(w.biases[0]))
    blocks = {"kernel": w.kernel, "recurrent_kernel": w.recurrent_kernel, **biases}
    parts = [reordered(blocks[name], gates) for name in array["blocks"] if name in blocks]
    parts += [w.projection for name in array["blocks"] if name == "projection" and w.projection is not None]
    if not parts:
        return None
    joined = np.concatenate(parts, -1) if array["join"] == "concatenate" else sum(parts[1:], parts[0])
    return joined.T if array["transpose"] else joined


def one_bias(of: Vector) -> Vector:
    """The same with one bias, the sum of two; without biases, as it is."""

    def summed(w: CellWeights) -> CellWeights:
        return w._replace(biases=(np.sum(w.biases, 0),) if w.biases else ())

    return replace(of, weights=[[summed(w) for w in cells] for cells in of.weights])


class TestLayouts:
    """It gives what `reference/layouts` gives."""

    @pytest.mark.parametrize("name", ["plain", "no_bias", "bidirectional_layers", "projection_layers"])
    def test_torch(self, name: str) -> None:
        """One object has the whole stack; names carry the layer and the direction."""
        of, table = vector(name), GUIDE["layouts"]["torch"]

        found = {
            template.format(layer=k, direction=table["directions"][d]): made(array, table["gates"], w)
            for k, cells in enumerate(of.weights)
            for d, w in enumerate(cells)
            for template, array in table["arrays"].items()
        }

        assert_same(found, LAYOUTS["torch"].native_weights(of.layer, of.weights))

    @pytest.mark.parametrize(
        ("layout", "name"),
        [
            ("keras", "plain"),
            ("keras", "no_bias"),
            ("tf1", "plain"),
            ("tf1", "projection"),
            ("block", "plain"),
            ("block_v2", "plain"),
        ],
    )
    def test_a_cell(self, layout: str, name: str) -> None:
        """Every cell has arrays of its own; two biases are added up."""
        of, table = vector(name), GUIDE["layouts"][layout]

        found = {each: made(array, table["gates"], of.weights[0][0]) for each, array in table["arrays"].items()}

        assert_same(found, LAYOUTS[layout].native_weights(of.layer, one_bias(of).weights))

    @pytest.mark.parametrize("name", ["plain", "no_bias", "bidirectional"])
    def test_a_layer_with_all_directions(self, name: str) -> None:
        """ONNX has an axis of directions first."""
        of, table = vector(name), GUIDE["layouts"]["onnx"]

        found = {
            each: stacked([made(array, table["gates"], w) for w in of.weights[0]])
            for each, array in table["arrays"].items()
        }

        assert_same(found, LAYOUTS["onnx"].native_weights(of.layer, of.weights))

    def test_every_layout_is_in_the_table(self) -> None:
        """But the one that is written gate by gate, which the blocks are themselves, and those of the table of rows.

        OpenVINO's arrays are those of ONNX in another order. nnabla's hold several layers, and gates in an axis of
        their own, for which the table has no word. A vector has weights of all gates.
        """
        fewer = {name for name, layout in LAYOUTS.items() if layout.coupled}
        assert set(GUIDE["layouts"]) == set(LAYOUTS) - {"gates", "nnabla", "openvino", *ROWS} - fewer


def stacked(arrays: list[Array | None]) -> Array | None:
    """The arrays of all directions in one."""
    there = [a for a in arrays if a is not None]
    return np.stack(there) if there else None


def assert_same(found: dict[str, Array | None], expected: dict[str, Array]) -> None:
    """Equal names, shapes and numbers."""
    there = {name: a for name, a in found.items() if a is not None}
    assert {name: a.shape for name, a in there.items()} == {name: a.shape for name, a in expected.items()}
    assert [name for name, a in there.items() if not np.array_equal(a, expected[name])] == []


def test_every_activation_is_explained() -> None:
    """By its formula."""
    used = {name for each in quick().vectors for name in (each.layer.activation, each.layer.recurrent_activation)}

    assert used <= set(GUIDE["activations"])
