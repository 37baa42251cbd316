"""What a layer is asked: calls whose numbers follow from a seed, or those that are given, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_conformance.reference.arrays.conventions import Conventions
from lstm_conformance.reference.arrays.errors import BadInput
from lstm_conformance.reference.arrays.expecting import Case, canonical, case_of, shapes_of
from lstm_conformance.reference.arrays.layers import exact, read
from lstm_conformance.reference.arrays.numbers import numbers
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts.base import Inputs
from lstm_conformance.reference.storage import representable
from lstm_conformance.suites.harness.judge.assertions import STATE_AXES
from lstm_conformance.suites.harness.judge.comparison import Comparison, within
from lstm_conformance.suites.harness.judge.way_back import X_AXES, named, of_cell
from lstm_conformance.suites.library.judging import NotConforming, fail_unless_within, flat, judge, outputs_of
from lstm_conformance.suites.library.taking import Taken

WITH_ROWS = 3
"""Axes of x, and of states in the layout of torch, of a call that has an axis of rows."""


class Sizes(NamedTuple):
    """T and B of a call, and whether it is given initial states; the scale of x, of h_0, which is below 1, and of c_0.

    gaps: whether rows have steps in which every feature is 0.
    """

    time: int
    batch: int
    states: bool
    x: float = 1.0
    h_0: float = 1.0
    c_0: float = 1.0
    gaps: bool = False


SIZES = (
    *(Sizes(7, 3, False), Sizes(7, 3, True), Sizes(1, 1, True)),
    *(Sizes(33, 17, True), Sizes(16, 32, False), Sizes(130, 2, True), Sizes(3, 130, False), Sizes(40, 3, False)),
)
"""Of the calls that a layer is asked: small ones, and usual ones."""

WITHOUT_STATES, WITH_STATES, ALONE, USUAL, MANY, LONG = *SIZES[:4], *SIZES[-2:]
"""Small calls, one of a single row and step, one of a usual size, one of many rows, and one of many steps."""

SMALL, LARGE = (WITH_STATES, WITHOUT_STATES, ALONE), (USUAL, MANY, LONG)
"""Of the calls that a layer is asked in training mode: with its gradients, and without."""

FURTHER = (
    *(Sizes(1, 1, False), Sizes(33, 1, False), Sizes(33, 1, True), Sizes(1, 17, False), Sizes(1, 17, True, c_0=0.0)),
    *(Sizes(300, 1, True), Sizes(24, 8, False, gaps=True), Sizes(8, 16, True, x=8.0, c_0=32.0), Sizes(20, 24, True)),
    *(Sizes(5, 64, False, x=16.0), Sizes(2, 65, True, h_0=0.0), Sizes(33, 17, False), Sizes(16, 32, True)),
    *(Sizes(130, 2, False), Sizes(3, 130, True)),
)
"""Those that it is asked the way there alone: one row or step of many, whole tiles, one more, and between; gates that
saturate, cell states that a limit would hold, states of which one is zero, and steps of zeros."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call of a layer: x and states in the axes of the layout, and the same as a case.

    valid: lengths (B) or a mask (B, T), as the layout has it, if not all steps count.
    random: for what else is drawn. described: where the numbers are from. one_way: whether gradients are not asked.
    lasting: whether it is looked at what becomes of the outputs when the layer is called again.
    may_be_refused: whether an exception is no mistake: of an extension of a class that takes such calls.
    """

    case: Case
    valid: NDArray[Any] | None
    native: Mapping[str, NDArray[Any]]
    random: np.random.RandomState
    described: str
    one_way: bool = False
    lasting: bool = True
    may_be_refused: bool = False

    @property
    def states(self) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """h_0 and c_0, if they are given."""
        return (self.native["h_0"], self.native["c_0"]) if "h_0" in self.native else None

    def judge(self, taken: Taken, *, gradients: bool) -> str:
        """Raise NotConforming unless two calls, and the way back, are right; why that cannot be told, if it cannot."""
        if self.may_be_refused and not self.is_taken_by(taken):
            return "the layer refuses it"
        x = self.native["x"]
        kept = taken.call(x, self.states, self.valid)
        first = outputs_of(self.case, kept, typed=taken.typed)
        other = np.swapaxes(np.swapaxes(x, 0, 1).copy(), 0, 1) if taken.typed and x.ndim == WITH_ROWS else x
        again = outputs_of(self.case, taken.call(other, self.states, self.valid), typed=taken.typed)
        untold = judge(self.case, taken.name, first, again, described=self.described)
        if self.lasting:
            self._check_lasting(taken, kept)
        if gradients and not self.one_way and taken.train is not None:
            fail_unless_within(self._gone_back(taken), taken.name, self.described)
        return untold

    def _gone_back(self, taken: Taken) -> Sequence[Comparison]:
        """Every gradient; where there is none because a layer cannot be trained, NotConforming says why."""
        try:
            return list(self.way_back(taken))
        except (BadInput, NotConforming):
            raise
        except Exception as error:
            message = f"{taken.name} has no gradients, {self.described}: {type(error).__name__}: {error}"
            raise NotConforming(f"{message}\ngradients=False leaves them out") from error

    def is_taken_by(self, taken: Taken) -> bool:
        """Whether the layer returns anything; whatever it raises refuses the call."""
        try:
            taken.call(self.native["x"], self.states, self.valid)
        except NotConforming:
            raise
        except Exception:
            return False
        return True

    def _check_lasting(self, taken: Taken, kept: Any) -> None:
        """Raise NotConforming where a call with other numbers changes what this one returned."""
        outputs = flat(kept)
        before = [a.copy() for a in outputs]
        taken.call(-self.native["x"], self.states, self.valid)
        if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(outputs, before, strict=True)):
            raise NotConforming("a later call overwrites the outputs of this one: return arrays of their own")

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
    yield from asked_at([*SIZES, *FURTHER], taken, conventions, seed)


def asked_at(every: Sequence[Sizes], taken: Taken, conventions: Conventions, seed: int) -> Iterator[Asked]:
    """The calls of these sizes, of SIZES or FURTHER, and further kinds of the small ones among them."""
    for sizes in every:
        call = drawn(taken, conventions, seed, sizes)
        yield call
        if sizes in {WITHOUT_STATES, WITH_STATES}:
            yield from _further(call, taken, conventions)


def drawn(taken: Taken, conventions: Conventions, seed: int, sizes: Sizes) -> Asked:
    """The call of these sizes, of SIZES or FURTHER, whose numbers follow from the seed."""
    every, dtype = [*SIZES, *FURTHER], conventions.dtype or "float32"
    weights = {name: exact(name, a, dtype) for name, a in taken.weights.items()}
    layer, _ = read(weights, conventions, taken.input_size)
    random = np.random.RandomState((seed * len(every) + every.index(sizes)) % 2**32)
    fitting = sizes if taken.rows is None else sizes._replace(batch=taken.rows)
    inputs = Inputs(*(representable(a, dtype) for a in _drawn(layer, fitting, random)))
    native = conventions.lays.native_inputs(layer, inputs)._asdict()
    arrays = {name: np.ascontiguousarray(a[0]) for name, a in native.items() if a is not None}
    call = _as_case(taken, conventions, arrays, random, f"x of seed {seed}")
    return replace(call, one_way=sizes not in SIZES, lasting=sizes == WITHOUT_STATES)


def _further(call: Asked, taken: Taken, conventions: Conventions) -> Iterator[Asked]:
    """A call without the axis of rows, with lengths, and with a mask, of a layer that may be called so."""
    x, rows_first = call.native["x"], conventions.rows_first
    if "unbatched" in taken.further:
        states = {name: a[:, 0] for name, a in call.native.items() if name != "x"}
        row = {"x": x[0] if rows_first else x[:, 0]} | states
        alone = _as_case(taken, conventions, row, call.random, f"{call.described}, without an axis of rows")
        yield replace(alone, one_way=True, lasting=False, may_be_refused=True)
    if "lengths" in taken.further:
        lengths = np.arange(len(x) if rows_first else x.shape[1]) * 3 % x.shape[1 if rows_first else 0] + 1
        yield _partly(call, taken, conventions, lengths=lengths)
    if "masks" in taken.further:
        rows, steps = x.shape[:2]
        inner = (np.arange(steps) + np.arange(rows)[:, None]) % max(steps - 1, 1) != 1
        inner[:, [0, -1]] = True
        yield _partly(call, taken, conventions, mask=inner)


def _partly(call: Asked, taken: Taken, conventions: Conventions, **valid: NDArray[Any]) -> Asked:
    """The same call, of whose steps only some count."""
    how = f"{call.described}, with {'a mask' if 'mask' in valid else 'lengths'}"
    case = _as_case(taken, conventions, call.native, call.random, how, valid)
    return replace(case, one_way=True, lasting=False, may_be_refused=True)


def _drawn(layer: Layer, sizes: Sizes, random: np.random.RandomState) -> Iterator[NDArray[Any]]:
    """x (T, 1, B, I), and h_0 and c_0 (L, D, 1, B, ·) if it is given states."""
    x = sizes.x * random.standard_normal((sizes.time, 1, sizes.batch, layer.input_size))
    yield x * (random.uniform(size=x.shape[:3]) < 0.75)[..., None] if sizes.gaps else x
    if sizes.states:
        axes = (layer.num_layers, layer.directions, 1, sizes.batch)
        yield sizes.h_0 * np.tanh(random.standard_normal((*axes, layer.output_size)))
        yield sizes.c_0 * random.standard_normal((*axes, layer.hidden_size))


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
