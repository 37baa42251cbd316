"""Sizes, layers and directions follow from the shapes of weights."""

from __future__ import annotations

from typing import Any

import pytest

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.inference import inferred

LAYERS: dict[str, list[dict[str, Any]]] = {
    "torch": [
        {},
        {"bias": False},
        {"bidirectional": True},
        {"num_layers": 2, "proj_size": 2},
        {"num_layers": 3, "bidirectional": True, "proj_size": 4, "bias": False},
        {"hidden_size": 4},
        {"input_size": 1, "hidden_size": 1},
        {"input_size": 20, "hidden_size": 5},
        {"num_layers": 8, "bidirectional": True, "hidden_size": 64},
    ],
    "keras": [{}, {"bias": False}, {"num_layers": 3}, {"input_size": 16, "hidden_size": 4}],
    "onnx": [{}, {"bidirectional": True}, {"bias": False}, {"input_size": 5}, {"hidden_size": 2}],
    "tf1": [{}, {"proj_size": 2}, {"num_layers": 2}, {"num_layers": 2, "bidirectional": True, "proj_size": 9}],
    "nnabla": [
        {},
        {"bias": False},
        {"num_layers": 2},
        {"num_layers": 3, "bidirectional": True, "bias": False},
        {"num_layers": 8, "bidirectional": True, "input_size": 10},
    ],
    "gates": [{}, {"bias": False}, {"input_size": 5}],
}


@pytest.mark.parametrize(("name", "options"), [(name, options) for name, each in LAYERS.items() for options in each])
def test_the_layer_is_the_one_that_has_these_weights(name: str, options: dict[str, Any]) -> None:
    """All that shapes can tell; the rest is as by default."""
    layer = Layer(**{"input_size": 3, "hidden_size": 5} | options)

    found = inferred(LAYOUTS[name], LAYOUTS[name].weight_shapes(layer), layer.input_size)

    assert found == layer


@pytest.mark.parametrize("name", ["torch", "keras", "onnx", "gates"])
def test_an_input_of_another_width_is_no_reason_to_read_the_weights_otherwise(name: str) -> None:
    """Where the kernel is an array of its own."""
    layer = Layer(input_size=3, hidden_size=5)

    found = inferred(LAYOUTS[name], LAYOUTS[name].weight_shapes(layer), 7)

    assert found == layer


@pytest.mark.parametrize(
    ("name", "spoiled"),
    [
        ("torch", {"weight_hh_l0": (5, 20)}),
        ("torch", {"bias_hh_l0": (1, 20)}),
        ("keras", {"bias": (2, 20)}),
        ("tf1", {"kernel": (20, 8)}),
    ],
)
def test_weights_of_no_layer_are_read_as_those_that_differ_least(name: str, spoiled: dict[str, Any]) -> None:
    """So that the error names the one that is wrong."""
    layer = Layer(input_size=3, hidden_size=5)

    found = inferred(LAYOUTS[name], LAYOUTS[name].weight_shapes(layer) | spoiled, 3)

    assert found == layer


def test_among_layers_that_differ_as_little_the_names_of_weights_decide() -> None:
    """P is of another shape: it is not that a layer without peepholes has one."""
    layer = Layer(input_size=3, hidden_size=5, use_peepholes=True)

    found = inferred(LAYOUTS["onnx"], LAYOUTS["onnx"].weight_shapes(layer) | {"P": (1, 16)}, 3)

    assert found == layer


@pytest.mark.parametrize("name", ["tf1", "haiku", "flax.linen", "nnabla"])
def test_the_width_of_x_follows_from_the_weights(name: str) -> None:
    """Also where they lie in one array with those of h."""
    layer = Layer(input_size=3, hidden_size=5)

    assert inferred(LAYOUTS[name], LAYOUTS[name].weight_shapes(layer)) == layer


def test_of_no_weights_a_layer_is_made_all_the_same() -> None:
    """Its weights are then all missing."""
    assert inferred(LAYOUTS["torch"], {}, 3).input_size == 3
