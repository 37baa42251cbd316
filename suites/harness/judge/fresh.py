"""Whether the weights that a layer begins with are what its contract says, and whether none of them repeats another.

What is drawn is chance: each test fails a right layer with a probability of at most `ERROR`, or of far less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log, prod, sqrt
from typing import NamedTuple

import numpy as np

from lstm_conformance.fixtures.cases.configuration import Configuration
from lstm_conformance.fixtures.cases.fresh import FRESH, seed_of
from lstm_conformance.reference.arithmetic import PRECISIONS, UNIT_ROUNDOFF
from lstm_conformance.reference.contracts.initial import (
    LAWS,
    Constant,
    Law,
    Normal,
    Orthogonal,
    Sizes,
    Uniform,
)
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import GATES, CellWeights
from lstm_conformance.suites.harness.judge import binomial
from lstm_conformance.suites.harness.judge.comparison import Statement
from lstm_conformance.suites.harness.judge.subject import Subject

ERROR = float(binomial.ERROR)
"""Of a single test, as where numbers are dropped."""

ROUNDINGS = 7
"""How many roundoffs of its limit a number may lie beyond it: those of the limit and of twice the limit, of its product
with a number of [0, 1), which count twice, and of the difference; what is of second order is less than one more.
A limit that is made of a variance, its root and what is left of it behind a cut, times a number, has fewer."""

SHIFT = 6
"""Roundoffs by which the share of numbers below any place may be moved: the former six of half the width, and the grid
of the numbers of [0, 1), which is no coarser than two. What a roundoff of a normal number moves is a quarter of one."""

ALIKE = 5
"""How many numbers may have one size, of which there are 2²² or more: six of n have, with a chance of n⁶ 2⁻¹¹⁰ / 6!,
less than `ERROR` for 9,000 numbers."""

HOUSEHOLDER = 4
"""The small constant of the error of a QR decomposition."""


class Part(NamedTuple):
    """One part of a cell: its name, its numbers in one layer, and how it begins."""

    name: str
    numbers: Array
    law: Law | None

    @property
    def blocks(self) -> dict[str, Array]:
        """Those of its gates, (H, ·) or (H); all of it where it has none."""
        if self.name.endswith(("projection", "peepholes")):
            return {"": self.numbers}
        return dict(zip(GATES, np.split(self.numbers, len(GATES)), strict=True))


class Built(NamedTuple):
    """The parts of layers that were built one behind another, and the weights of one more with the seed of the first.

    layers: of each layer its parts, all in the same order.
    """

    layers: Sequence[Sequence[Part]]
    first: Mapping[str, Array]
    again: Mapping[str, Array]


def built(subject: Subject, configuration: Configuration, number: int) -> Built:
    """Layers with a seed, behind it, and with another one. Raises WeightsMismatch, and as `Subject.run` does."""
    seed, other = (seed_of(f"{configuration} case {number} {which}") for which in ("", "other"))
    layers = subject.fresh(configuration, (seed, 0, other, seed))
    *drawn, _ = [_parts(subject, configuration, weights) for weights in layers]
    return Built(drawn, layers[0], layers[-1])


def as_documented(layers: Sequence[Sequence[Part]], dtype: str) -> Iterator[Statement]:
    """Every part is distributed as its law says; dtype: in which the weights are kept.

    What is drawn in float32 may be widened to float64: roundoffs are those of float32 there, too.
    """
    roundoff = max(UNIT_ROUNDOFF[PRECISIONS[dtype].weights], UNIT_ROUNDOFF["float32"])
    for of_layers in zip(*layers, strict=True):
        law, name = of_layers[0].law, of_layers[0].name
        if isinstance(law, (Uniform, Normal)):
            numbers = np.concatenate([part.numbers.ravel() for part in of_layers])
            yield Statement(name, uneven(numbers, law, roundoff))
        elif isinstance(law, Orthogonal):
            for part in of_layers:
                matrices = part.blocks if law.by_gate else {"": part.numbers}
                yield from (Statement(f"{name} {k}".strip(), skew(each, roundoff)) for k, each in matrices.items())
        elif isinstance(law, Constant):
            yield from (Statement(name, unequal(part, law)) for part in of_layers)


def repeated(layers: Sequence[Sequence[Part]]) -> str | None:
    """Two rows or columns, of whatever gates and layers, that hold the same numbers up to signs and order; or None.

    Numbers of float32 are made of 2²² sizes or more: n of them are those of another one with a chance of n! 2⁻²²ⁿ at
    most, and there are less than 2²⁰ pairs of vectors. That is less than 10⁻²⁰ for 5 numbers, and ever less for more.
    """
    seen: dict[bytes, str] = {}
    for index, parts in enumerate(layers):
        for name, vector in _vectors(parts):
            where, numbers = f"{name} of layer {index} that was built", np.sort(np.abs(vector)).tobytes()
            if numbers in seen:
                return f"{where} and {seen[numbers]} hold the same numbers"
            seen[numbers] = where
    return None


def uneven(numbers: Array, law: Uniform | Normal, roundoff: float) -> str | None:
    """Why these are not drawn as the law says; None where they may be.

    None lies outside of where it may lie, and hardly two are alike. n of them lie within the share q with a chance of
    qⁿ. By the inequality of Dvoretzky, Kiefer and Wolfowitz with the constant of Massart (1990,
    doi:10.1214/aop/1176990746), the share below any place is that of the distribution but for √(ln(2/ε) / 2n), with a
    chance of ε.
    """
    count, largest = numbers.size, float(np.abs(numbers).max())
    reach = law.reach(count, ERROR)
    rounded = ROUNDINGS * roundoff * reach
    if not largest <= reach + rounded:
        return f"the largest of {count} is {largest:.6g}, documented is a limit of {reach:.6g}"
    if law.within(np.array(largest + rounded)) < ERROR ** (1 / count):
        return f"the largest of {count} is {largest:.6g}: a limit of {reach:.6g} lets one expect more"
    sizes, counts = np.unique(np.abs(numbers), return_counts=True)
    if counts.max() > ALIKE:
        return f"{counts.max()} of {count} are ±{sizes[counts.argmax()]:.6g}, where hardly two are alike by chance"
    ordered, places = np.sort(numbers), np.arange(count + 1) / count
    due = (1 + np.copysign(law.within(np.abs(ordered)), ordered)) / 2
    apart = float(max((places[1:] - due).max(), (due - places[:-1]).max()))
    allowed = sqrt(log(2 / ERROR) / (2 * count)) + SHIFT * roundoff
    if apart > allowed:
        return f"of {count}, shares below a place differ by {apart:.3g} from due ones, by chance {allowed:.3g} at most"
    return None


def skew(matrix: Array, roundoff: float) -> str | None:
    """Why the shorter axis does not hold vectors of length 1 that are orthogonal; None where it may.

    A decomposition by Householder's reflections is √n c m n roundoffs from an orthogonal matrix (m, n) at most, in the
    norm of Frobenius (Higham, Accuracy and Stability of Numerical Algorithms, 2002, theorem 19.4); products of two of
    its vectors are twice as far from 0 or 1, and little more.
    """
    vectors = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    apart = float(np.abs(vectors @ vectors.T - np.eye(len(vectors))).max())
    away = sqrt(len(vectors)) * HOUSEHOLDER * prod(matrix.shape) * roundoff
    allowed = 2 * away + away**2
    return None if apart <= allowed else f"products of its vectors are off by {apart:.3g}, at most {allowed:.2g} is due"


def unequal(part: Part, law: Constant) -> str | None:
    """The gate of which a number is not what it must be, exactly; None where there is none."""
    for (gate, block), due in zip(part.blocks.items(), law.of_gates, strict=False):
        wrong = block[block != due]
        if wrong.size:
            return f"{gate} has {wrong.size} numbers as {wrong[0]:.6g}, documented is {due:g}".strip()
    return None


def _parts(subject: Subject, configuration: Configuration, native: Mapping[str, Array]) -> list[Part]:
    """All parts of all cells of a layer, in float64; native: with an axis of one case."""
    layer = configuration.layer
    words = (FRESH[configuration.fresh], subject.hello.promised.initial)
    cells = subject.layout.canonical_weights(layer, native)
    return [
        Part(f"{_where(k, d, layer.bidirectional)}{name}", a, _law(words, name, a, cell))
        for k, directions in enumerate(cells)
        for d, cell in enumerate(cell.at(0).float64() for cell in directions)
        for name, a in cell.named.items()
    ]


def _law(words: Sequence[Mapping[str, str]], name: str, a: Array, cell: CellWeights) -> Law | None:
    """How a part begins, as the first words say that speak of it, None where nothing is said of it."""
    names = (name, "bias") if name.startswith("bias") else (name,)
    word = next((each[n] for each in words for n in names if n in each), None)
    if word is None:
        return None
    inputs, outputs = cell.kernel.shape[-1], cell.recurrent_kernel.shape[-1]
    return LAWS[word](Sizes(inputs, cell.hidden_size, outputs, len(a), a.shape[1] if a.ndim > 1 else 1))


def _where(index: int, direction: int, both: bool) -> str:
    ends = ("forward", "backward")[direction] if both else ""
    return f"layer {index} {ends} ".replace("  ", " ")


def _vectors(parts: Sequence[Part]) -> Iterator[tuple[str, Array]]:
    """The rows and columns of the blocks of what is drawn, each with a name; a vector is one row."""
    for part in parts:
        if isinstance(part.law, (Uniform, Normal, Orthogonal)):
            for gate, block in part.blocks.items():
                rows = np.atleast_2d(block)
                yield from ((f"row {k} of {part.name} {gate}".strip(), row) for k, row in enumerate(rows))
                columns = rows.T if block.ndim > 1 else ()
                yield from ((f"column {k} of {part.name} {gate}".strip(), row) for k, row in enumerate(columns))
