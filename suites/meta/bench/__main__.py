"""Measures everything, prints a table of each part, and writes all figures to build/bench.json."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from lstm_conformance.fixtures.hosting.process import environment
from lstm_conformance.suites.meta.bench import memory, suite

TARGET = suite.ROOT / "build" / "bench.json"
NEEDS_TORCH = {
    "forward": "The reference beside other forward passes, in float64: milliseconds of CPU",
    "judging": "The judge (reference fed what it observes, bound, budget) beside the forward pass: milliseconds of CPU",
}
WAY_BACK = "The way back and its bound, in float32: milliseconds of CPU a case"
WHOLE = f"Rule 1.1 on {suite.CASES:,} cases of T5 B3 I10 H20, imports and host included: seconds of CPU"

MANY = "Runs in two workers: seconds of CPU, and the most memory that a process takes"

NAME, NARROWEST, GAP = 30, 8, 3
"""Characters of the first column, of each of the others at least, and between them."""

Row = dict[str, Any]


def child(part: str) -> Iterator[Row]:
    """The rows of a part that imports a framework, from a process of its own."""
    command = [sys.executable, "-m", f"lstm_conformance.suites.meta.bench.{part}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(os.environ)) as process:
        for line in process.stdout or ():
            yield json.loads(line)
    if process.returncode != 0:
        sys.exit(f"bench: {part} ended with exit status {process.returncode}")


def show(title: str, rows: Iterable[Row]) -> list[Row]:
    """Print each row as soon as it is measured: what was measured, its figures, and last its ratios."""
    print(f"\n{title}", flush=True)
    kept: list[Row] = []
    for row in rows:
        cells = {} if "skipped" in row else columns(row)
        if cells and all("skipped" in each for each in kept):
            print(" " * NAME + "".join(name.rjust(width(name)) for name in cells))
        values = "".join(text.rjust(width(name)) for name, text in cells.items())
        print(f"{row['size']:<{NAME}}" + (values if cells else f"  not measured: {row['skipped']}"), flush=True)
        kept.append(row)
    return kept


def width(name: str) -> int:
    """Characters of a column."""
    return GAP + max(NARROWEST, len(name))


def columns(row: Row) -> dict[str, str]:
    """The cells of a row by the names of their columns: the figures, then the ratios."""
    (_, figures), (ratio, ratios) = list(row.items())[1:]
    cells = {name: f"{value:,.2f}" for name, value in figures.items()}
    return cells | {f"{ratio} {name}": f"{value:.2f}" for name, value in ratios.items()}


def main() -> None:
    """Measure, print, write."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, one thread used")
    parts: dict[str, list[Row]] = {}
    if importlib.util.find_spec("torch") is None:
        print("torch is not installed: the forward passes and the judge are not measured")
    else:
        parts = {part: show(title, child(part)) for part, title in NEEDS_TORCH.items()}
    parts["way_back"] = show(WAY_BACK, child("way_back"))
    parts["suite"] = show(WHOLE, suite.rows())
    parts["memory"] = show(MANY, memory.rows())
    TARGET.parent.mkdir(exist_ok=True)
    unfinished = TARGET.with_suffix(".tmp")
    unfinished.write_text(json.dumps({"platform": platform.platform(), **parts}, indent=1) + "\n", "utf-8")
    unfinished.replace(TARGET)
    print(f"\nAll figures: {TARGET.relative_to(suite.ROOT)}")


if __name__ == "__main__":
    main()
