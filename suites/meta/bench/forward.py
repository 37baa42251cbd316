"""The reference beside other forward passes in float64, and beside its floor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from lstm_conformance.reference.lstm import Cell, lstm
from lstm_conformance.reference.rounded import Array
from lstm_conformance.suites.meta.bench.layers import SIZES, Size, drawn, floor, onnx_layer, torch_layer
from lstm_conformance.suites.meta.bench.turns import in_turns, milliseconds, ratios

SECONDS = 10.0
"""For each size; the largest takes as long as two rounds take."""

SAME = 1e-9
"""What implementations of one layer in float64 may differ by: here only to see that all of them compute it."""


def measured(size: Size) -> dict[str, Any]:
    """Milliseconds of every forward pass of one size, and what the reference takes beside each of the others."""
    case = drawn(size, "float64")
    forward: dict[str, Callable[[], Array]] = {
        "lstm()": lambda: lstm(Cell(), case.weights, case.x, case.h_0, case.c_0).y,
        "torch float64": torch_layer(case, "float64"),
        "onnx reference": onnx_layer(case),
    }
    _check_same(forward)
    times = in_turns({**forward, "floor": lambda: floor(case)}, SECONDS)
    return {"size": str(size), "ms": milliseconds(times), "lstm() to": ratios(times, "lstm()")}


def _check_same(calls: dict[str, Callable[[], Array]]) -> None:
    """Raise ValueError unless all calls compute the same layer."""
    expected = calls["lstm()"]()
    for name, call in calls.items():
        difference = float(np.max(np.abs(call() - expected)))
        if not difference <= SAME:
            raise ValueError(f"{name} is to compute the same layer as lstm(); its output differs by {difference:.1e}")


def rows() -> Iterator[dict[str, Any]]:
    """All sizes."""
    for size in SIZES:
        yield measured(size)


if __name__ == "__main__":
    for _row in rows():
        print(json.dumps(_row), flush=True)
