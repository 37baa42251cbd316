"""Which layer some weights belong to: their names and shapes say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Layout, Shape


def inferred(layout: Layout, shapes: Mapping[str, Shape], input_size: int) -> Layer:
    """The layer whose weights are documented to have these names and shapes (without an axis of cases).

    input_size: that of the x that the layer is called with. Where no layer has just these weights it is the one whose
    weights differ least, so that `canonical_weights` says in what.
    """
    best, fewest = Layer(input_size=input_size, hidden_size=1), len(shapes) + 1
    for layer in _candidates(shapes, input_size):
        with suppress(ValueError):  # the framework has no such layer
            differing = len({name for name, _ in layout.weight_shapes(layer).items() ^ shapes.items()})
            if differing < fewest:
                best, fewest = layer, differing
        if not fewest:
            break
    return best


def _candidates(shapes: Mapping[str, Shape], input_size: int) -> Iterator[Layer]:
    """Every layer that could have such weights, plain ones first."""
    sizes = sorted({size for shape in shapes.values() for size in shape if size})
    inputs = [input_size, *(size for size in sizes if size != input_size)]
    hidden = sorted({size // 4 for size in sizes if size % 4 == 0} | {*sizes})
    depths = range(1, len(shapes) // 2 + 2)
    flags = ((False, True), depths, (False, True), (True, False), (0, *sizes))
    for use_peepholes, num_layers, bidirectional, bias, proj_size in product(*flags):
        for hidden_size, size in product(hidden, inputs):
            yield Layer(
                input_size=size,
                hidden_size=hidden_size,
                num_layers=num_layers,
                bidirectional=bidirectional,
                bias=bias,
                proj_size=proj_size,
                use_peepholes=use_peepholes,
            )
