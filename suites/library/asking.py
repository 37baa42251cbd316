"""What a layer is asked: calls whose numbers follow from a seed, or those that are given, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_conformance.reference.arrays.conventions import Conventions
from lstm_conformance.reference.arrays.expecting import Case, canonical, case_of, shapes_of
from lstm_conformance.reference.arrays.layers import exact, read
from lstm_conformance.reference.arrays.numbers import numbers
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.storage import representable
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES
from lstm_conformance.suites.harness.judge.comparison import Comparison, within
from lstm_conformance.suites.harness.judge.way_back import X_AXES, named, of_cell
from lstm_conformance.suites.library.judging import fail_unless_within, judge, outputs_of
from lstm_conformance.suites.library.taking import Taken

WITH_ROWS = 3
"""Axes of x, and of states in the layout of torch, of a call that has an axis of rows."""

SIZES = (
    *((7, 3, False), (7, 3, True), (1, 1, True)),
    *((33, 17, True), (16, 32, False), (130, 2, True), (3, 130, False)),
)
"""T and B of the calls that a layer is asked, and whether they are given initial states: small ones, and usual ones."""

FURTHER = (
    *((1, 1, False), (33, 1, False), (33, 1, True), (1, 17, False), (1, 17, True), (40, 3, False), (24, 8, False)),
    *((8, 16, True), (20, 24, True), (5, 64, False), (2, 65, True), (33, 17, False), (16, 32, True)),
    *((130, 2, False), (3, 130, True)),
)
"""Those that it is asked the way there alone: one row or step of many, whole tiles, one more, and between."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call of a layer: x and states in the axes of the layout, and the same as a case.

    valid: lengths (B) or a mask (B, T), as the layout has it, if not all steps count.
    random: for what else is drawn. described: where the numbers are from. one_way: whether gradients are not asked.
    """

    case: Case
    valid: NDArray[Any] | None
    native: Mapping[str, NDArray[Any]]
    random: np.random.RandomState
    described: str
    one_way: bool = False

    @property
    def states(self) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """h_0 and c_0, if they are given."""
        return (self.native["h_0"], self.native["c_0"]) if "h_0" in self.native else None

    def judge(self, taken: Taken, *, gradients: bool) -> str:
        """Raise NotConforming unless two calls, and the way back, are right; why that cannot be told, if it cannot."""
        calls = [outputs_of(self.case, taken.call(self.native["x"], self.states, self.valid)) for _ in range(2)]
        untold = judge(self.case, taken.name, *calls, described=self.described)
        if gradients and not self.one_way and taken.train is not None:
            fail_unless_within(list(self.way_back(taken)), taken.name, self.described)
        return untold

    def way_back(self, taken: Taken) -> Iterator[Comparison]:
        """Every gradient of the sum of all outputs times random numbers."""
        shapes = shapes_of(self.case).values()
        given = [representable(self.random.standard_normal(shape), self.case.dtype) for shape in shapes]
        assert taken.train is not None
        seen, by = taken.train(self.native["x"], self.states, given, self.valid)
        outputs = outputs_of(self.case, seen)
        due = self.case.gradients(canonical(self.case, given), outputs.outputs.y)
        layout, layer = self.case.reading.layout, self.case.layer
        inputs = layout.canonical_inputs(
            layer, Inputs(*(self._with_rows(name, by[name])[None] for name in self.native))
        )
        yield within("gradient by x", inputs.x, due.x, X_AXES)
        for name, a, expected in zip(("h_0", "c_0"), inputs[1:], (due.h_0, due.c_0), strict=True):
            if a is not None:
                yield within(f"gradient by {name}", a, expected, f"layer {STATE_AXES}")
        if all(name in by for name in taken.weights):
            cells = layout.canonical_weights(layer, {name: by[name][None] for name in taken.weights})
            for index, (of, expecteds) in enumerate(zip(cells, due.weights, strict=True)):
                for direction, (cell, one) in enumerate(zip(of, expecteds, strict=True)):
                    yield from of_cell(named(layer, index, direction), cell, one)

    def _with_rows(self, name: str, a: NDArray[Any]) -> NDArray[Any]:
        """With the axis of rows that a call without one has not."""
        if not self.case.unbatched or a.ndim == WITH_ROWS:
            return a
        return np.expand_dims(a, 0 if name == "x" and self.case.conventions.rows_first else 1)


def asked(
    taken: Taken,
    conventions: Conventions,
    inputs: Mapping[str, ArrayLike | None],
    seed: int,
    valid: Mapping[str, ArrayLike | None],
) -> Iterator[Asked]:
    """The call that is given, or all that are drawn; valid: its lengths or its mask."""
    if inputs["x"] is not None:
        given = {name: numbers(name, a) for name, a in inputs.items() if a is not None}
        yield _as_case(taken, conventions, given, np.random.RandomState(seed % 2**32), "x as given", valid)
        return
    dtype = conventions.dtype or "float32"
    layer, _ = read({name: exact(name, a, dtype) for name, a in taken.weights.items()}, conventions, taken.input_size)
    for number, (time, batch, with_states) in enumerate([*SIZES, *FURTHER]):
        random = np.random.RandomState((seed * len([*SIZES, *FURTHER]) + number) % 2**32)
        states = (layer.num_layers, layer.directions, 1, batch)
        drawn = [random.standard_normal((time, 1, batch, layer.input_size))]
        if with_states:
            drawn += [np.tanh(random.standard_normal((*states, layer.output_size)))]
            drawn += [random.standard_normal((*states, layer.hidden_size))]
        native = conventions.lays.native_inputs(layer, Inputs(*(representable(a, dtype) for a in drawn)))
        arrays = {name: np.ascontiguousarray(a[0]) for name, a in native._asdict().items() if a is not None}
        call = _as_case(taken, conventions, arrays, random, f"x of seed {seed}")
        yield replace(call, one_way=number >= len(SIZES))


def _as_case(
    taken: Taken,
    conventions: Conventions,
    arrays: Mapping[str, NDArray[Any]],
    random: np.random.RandomState,
    how: str,
    valid: Mapping[str, ArrayLike | None] | None = None,
) -> Asked:
    told = {name: numbers(name, a) for name, a in (valid or {}).items() if a is not None}
    case = case_of(taken.weights, arrays, conventions, **told)
    return Asked(case=case, valid=next(iter(told.values()), None), native=arrays, random=random, described=how)
