"""The judge beside the forward pass that it judges: torch's, in float32."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.cases.data import draw
from lstm_conformance.reference.arithmetic import uniform
from lstm_conformance.reference.lstm import Cell, layer
from lstm_conformance.reference.rounded import Array, budget, exactly
from lstm_conformance.suites.meta.bench.layers import SIZES, Drawn, Size, drawn, torch_layer
from lstm_conformance.suites.meta.bench.turns import in_turns, milliseconds, ratios

SECONDS = 5.0
"""For each size."""

LONGEST = 30.0
"""Seconds that measuring a size may take; a larger one is skipped."""

CASES = 100
"""Small cases in a batch."""

FLOAT32 = uniform("float32")


def judged(weights: Any, x: Array, h_0: Array, c_0: Array, observed: Array) -> Array:
    """The reference, fed the observed outputs of a layer, its bound, and the budget that every output uses."""
    inputs = (exactly(a, FLOAT32) for a in (x, h_0, c_0))
    return budget(observed, layer(Cell(), weights, *inputs, observed=observed).y)


def of_layers(case: Drawn) -> Callable[[], list[Array]]:
    """Judge every layer of a stack on what the one below has put out."""
    outputs, x = [], case.x
    for directions, h_0, c_0 in zip(case.weights, case.h_0, case.c_0, strict=True):
        y = layer(Cell(), directions, x, h_0, c_0).y.astype(np.float32)
        outputs.append((directions, x, h_0, c_0, y))
        x = y
    return lambda: [judged(*each) for each in outputs]


def measured(size: Size) -> dict[str, Any]:
    """Milliseconds of both, and their ratio."""
    case = drawn(size, "float32")
    judge, forward = of_layers(case), torch_layer(case, "float32")
    began = time.perf_counter()
    judge()
    if 2 * (time.perf_counter() - began) > LONGEST:  # once to warm up, once to measure
        return {"size": str(size), "skipped": f"would take more than {LONGEST:g} s"}
    return _row(str(size), in_turns({"judge": judge, "torch float32": forward}, SECONDS), 1)


def in_a_batch() -> dict[str, Any]:
    """A small case among others, judged at once and called one by one."""
    called = configuration(5, 3, 10, 20)
    cases, case = draw(called, range(CASES), biases=2), drawn(Size(5, 3, 10, 20, 1), "float32")
    (h_0, c_0), x = cases.states, cases.inputs.x
    y = layer(Cell(), cases.weights[0], x, h_0[0], c_0[0]).y.astype(np.float32)
    one = torch_layer(case, "float32")
    calls = {
        "judge": lambda: judged(cases.weights[0], x, h_0[0], c_0[0], y),
        "torch float32": lambda: [one() for _ in range(CASES)],
    }
    return _row(f"T5 B3 I10 H20, one of {CASES}", in_turns(calls, SECONDS), CASES)


def _row(size: str, times: dict[str, list[float]], cases: int) -> dict[str, Any]:
    per_case = {name: each / cases for name, each in milliseconds(times).items()}
    return {"size": size, "ms": per_case, "judge to": ratios(times, "judge")}


def rows() -> Iterator[dict[str, Any]]:
    """All sizes, and a batch of small cases."""
    yield in_a_batch()
    for size in SIZES:
        yield measured(size)


if __name__ == "__main__":
    for _row_ in rows():
        print(json.dumps(_row_), flush=True)
