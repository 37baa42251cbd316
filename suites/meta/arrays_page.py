"""Writes `docs/arrays.md`, the arrays of every layout, from the layouts themselves: `make adapter-page`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from lstm_conformance.reference.cell import OTHER
from lstm_conformance.reference.contracts import run_time_forget_bias
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS, Layout
from lstm_conformance.reference.layouts.base import Inputs, Shape
from lstm_conformance.reference.weights import GATES, CellWeights

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "arrays.md"

T, B, I, H, P, L = 7, 11, 19, 17, 13, 6  # noqa: E741
SIZES = {
    T: "T",
    B: "B",
    I: "I",
    H: "H",
    P: "P",
    L: "L",
    2: "2",
    1: "1",
    4: "4",
    L - 1: "L-1",
    2 * L: "2L",
    4 * H: "4H",
    8 * H: "8H",
    2 * H: "2H",
    3 * H: "3H",
    2 * P: "2P",
    I + H: "I+H",
    I + P: "I+P",
    3 * H + P: "3H+P",
}
"""Sizes of which no two are the same, and how they are written."""

PLAIN = Layer(input_size=I, hidden_size=H)
LAYERS: Mapping[str, tuple[Layer, frozenset[str]]] = {
    "one layer": (PLAIN, frozenset()),
    "two directions": (replace(PLAIN, bidirectional=True), frozenset({"bidirectional"})),
    "a stack of L layers, of which these are the first two": (replace(PLAIN, num_layers=L), frozenset({"layers"})),
    "a projection": (replace(PLAIN, proj_size=P), frozenset({"projection"})),
    "peepholes": (replace(PLAIN, use_peepholes=True), frozenset({"peepholes"})),
    "coupled gates (`input_forget`)": (replace(PLAIN, input_forget=True), frozenset({"input_forget"})),
}
"""What is shown of a layout that lacks none of these claims, and has other weights for it."""

HEAD = """\
# The arrays of every layout

Written by `make adapter-page` from [`reference/layouts/`](../reference/layouts/__init__.py).
They are those of adapters, of [the protocol](../fixtures/PROTOCOL.md), and of [the library](library.md).
T steps, B rows, I features, H units, P units behind a projection, L layers; lengths are (B), a mask is (B, T).
With `batch_first`, where it can be claimed, x and the outputs of all steps have rows first.
"""


ADDED = "The class adds {:g} to the forget gate in every step, unless an argument says otherwise; that is no weight."
"""What TensorFlow 1, haiku and DyNet do; haiku has no argument for it."""


def page() -> str:
    """The text of the page."""
    return "\n".join([HEAD, *(line for name, layout in LAYOUTS.items() for line in _layout(name, layout))])


def _layout(name: str, layout: Layout) -> Iterator[str]:
    yield f"## `{name}`\n"
    without = f"; {layout.coupled} is 1 - {OTHER[layout.coupled]}, and has no weights" if layout.coupled else ""
    yield f"Gates in the order {', '.join(_gates(layout))}{without}; steps that count are told by `{layout.told_by}`."
    added = run_time_forget_bias(name)
    yield f"{ADDED.format(added)}\n" if added else ""
    yield "| layer | weights | inputs | outputs |\n|---|---|---|---|"
    plain = layout.weight_shapes(PLAIN)
    for about, (layer, needed) in LAYERS.items():
        if not needed & layout.lacks and (layer is PLAIN or layout.weight_shapes(layer) != plain):
            cells = (
                _listed(_lowest(layer, layout.weight_shapes)),
                _listed(_inputs(layout, layer)),
                _listed(_lowest(layer, lambda of: layout.output_shapes(of, T, B))),
            )
            yield f"| {about} | {' | '.join(cells)} |"
    yield ""


def _gates(layout: Layout) -> list[str]:
    """The gates as they lie in the input weights: in canonical ones, all numbers of a gate are its place."""
    marks = np.repeat(np.arange(len(GATES), dtype=float), H)
    zeros = [np.full((1, 4 * H), -1.0)] * layout.biases
    cell = CellWeights(np.tile(marks[:, None], (1, 1, I)), np.tile(marks[:, None], (1, 1, H)), tuple(zeros))
    native = layout.native_weights(PLAIN, [[cell]]).values()
    found = [round(abs(value)) for a in native for value in a.reshape(-1) if value in range(len(GATES))]
    return [GATES[place] for place in dict.fromkeys(found)]


def _lowest(layer: Layer, shapes_of: Callable[[Layer], Mapping[str, Shape]]) -> dict[str, Shape]:
    """Of the first two layers of a stack: the others are like the second."""
    shapes = shapes_of(layer)
    some = shapes_of(replace(layer, num_layers=2)) if layer.num_layers > 1 else shapes
    return {name: shape for name, shape in shapes.items() if name in some}


def _inputs(layout: Layout, layer: Layer) -> dict[str, Shape]:
    """x, and the states that may be given."""
    states = (layer.num_layers, layer.directions, 1, B)
    canonical = Inputs(
        np.zeros((T, 1, B, I)), np.zeros((*states, layer.output_size)), np.zeros((*states, layer.hidden_size))
    )
    native = layout.native_inputs(layer, canonical)
    return {name: a.shape[1:] for name, a in native._asdict().items() if a is not None}


def _listed(shapes: Mapping[str, Shape]) -> str:
    return "<br>".join(f"`{name}` ({', '.join(SIZES[size] for size in shape)})" for name, shape in shapes.items())


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
