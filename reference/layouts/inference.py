"""Which layer some weights belong to: their names and shapes say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product

from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Layout, Shape

MATRICES_OF_A_LAYER = 3
"""Axes beyond which an array holds layers as well, or all of them but the first, in its first axis, as in nnabla."""


def inferred(
    layout: Layout, shapes: Mapping[str, Shape], input_size: int | None = None, merge_mode: str = "concat"
) -> Layer:
    """The layer whose weights are documented to have these names and shapes (without an axis of cases).

    input_size: that of the x that the layer is called with, if it is known.
    merge_mode: what becomes of the outputs of two directions, which the next layer reads.
    Where no layer has just these weights it is the one whose weights differ least, so that `canonical_weights` says in
    what.
    """
    best, fewest = Layer(input_size=input_size or 1, hidden_size=1), len(shapes) + 1
    for layer in _candidates(layout, shapes, input_size, merge_mode):
        with suppress(ValueError):  # the framework has no such layer
            differing = len({name for name, _ in layout.weight_shapes(layer).items() ^ shapes.items()})
            if differing < fewest:
                best, fewest = layer, differing
        if not fewest:
            break
    return best


def _candidates(
    layout: Layout, shapes: Mapping[str, Shape], input_size: int | None, merge_mode: str
) -> Iterator[Layer]:
    """Every layer that could have such weights, plain ones first; before them those that have these names."""
    sizes = sorted({size for shape in shapes.values() for size in shape if size})
    blocks = 3 if layout.coupled else 4
    inputs = [*sizes, *_left_over(sizes, blocks)] if input_size is None else [input_size, *(set(sizes) - {input_size})]
    hidden = sorted({size // blocks for size in sizes if size % blocks == 0} | {*sizes})
    for named_so in (True, False):
        for kind in _kinds(shapes, sizes, merge_mode):
            if (_names(layout, kind) == shapes.keys()) == named_so:
                for hidden_size, size in product(hidden, inputs):
                    yield replace(kind, input_size=size, hidden_size=hidden_size)


def _kinds(shapes: Mapping[str, Shape], sizes: Sequence[int], merge_mode: str) -> Iterator[Layer]:
    """What a layer is besides the sizes of its input and of its states."""
    counted = {shape[0] for shape in shapes.values() if len(shape) > MATRICES_OF_A_LAYER}
    depths = sorted({*range(1, len(shapes) // 2 + 2), *counted, *(above + 1 for above in counted)} - {0})
    flags = ((False, True), (False, True), depths, (False, True), (True, False), (0, *sizes))
    for input_forget, use_peepholes, num_layers, bidirectional, bias, proj_size in product(*flags):
        yield Layer(
            input_size=1,
            hidden_size=1,
            num_layers=num_layers,
            bidirectional=bidirectional,
            bias=bias,
            proj_size=proj_size,
            use_peepholes=use_peepholes,
            input_forget=input_forget,
            merge_mode=merge_mode,
        )


def _names(layout: Layout, kind: Layer) -> set[str]:
    """Those of the weights of such layers, whatever their sizes; none where the framework has none."""
    try:
        return {*layout.weight_shapes(kind)}
    except ValueError:
        return set()


def _left_over(sizes: Sequence[int], blocks: int) -> list[int]:
    """What could be the width of x where it lies in one array with that of h, whose rows are its own."""
    states = {*sizes, *(size // blocks for size in sizes)}
    return sorted({size - state for size in sizes for state in states if size > state} - {*sizes})
