"""The way back with its bound, of small cases judged at once: milliseconds a case, which grow as the steps do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.gradients import BackwardPass, Gradients, Observed
from lstm_conformance.reference.lstm import Call, Cell, Outputs, lstm
from lstm_conformance.reference.rounded import Array, Rounded, exactly
from lstm_conformance.suites.meta.bench.judging import CASES, SECONDS
from lstm_conformance.suites.meta.bench.turns import in_turns, milliseconds, ratios

FLOAT32 = uniform("float32").of_gradients

SIZES = ((5, 3, 10, 20), (10, 3, 10, 20), (20, 3, 10, 20), (5, 6, 10, 20), (5, 3, 10, 40))
"""T, B, I and H: a small case, and others of more steps, more rows, more units."""


def way_back(*size: int) -> Callable[[Array | None], Gradients[Rounded]]:
    """All gradients of a batch of cases, from cotangents of 1, and from what was seen of ∂z, if it was."""
    cases = draw(configuration(*size, trained=True), range(CASES), biases=2)
    weights = [[w.float64() for w in directions] for directions in cases.weights]
    seen = lstm(Cell(), weights, cases.inputs.x, *cases.states)
    x, h_0, c_0 = (exactly(a, FLOAT32) for a in (cases.inputs.x, *cases.states))
    call = Call(x, h_0, c_0)
    given = Outputs(*(exactly(np.ones_like(a), FLOAT32) for a in seen))
    y = seen.y.astype(np.float32)
    return lambda z: BackwardPass(Cell()).gradients(weights, call, given, Observed(y, z))


def rows() -> Iterator[dict[str, Any]]:
    """Of the whole way back, and followed step by step."""
    for size in SIZES:
        by = way_back(*size)
        z = by(None).z.value.astype(np.float32)
        times = in_turns({"whole": lambda by=by: by(None), "step by step": lambda by=by, z=z: by(z)}, SECONDS)  # type: ignore[misc]
        ms = {name: each / CASES for name, each in milliseconds(times).items()}
        name = " ".join(f"{letter}{number}" for letter, number in zip("TBIH", size, strict=True))
        yield {"size": f"{name}, one of {CASES}", "ms": ms, "whole to": ratios(times, "whole")}


if __name__ == "__main__":
    for _row_ in rows():
        print(json.dumps(_row_), flush=True)
