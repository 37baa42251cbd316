"""What 10,000 cases cost, imports and host included: in items of 100 cases, and in an item each."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_conformance.fixtures.hosting.process import environment
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate

ROOT = Path(__file__).resolve().parents[3]

WAYS = (("torch.nn.LSTM", "eager"), ("keras.layers.LSTM", "tf.function"))
CASES = 10_000
PER_ITEM = 100
MEASURED = 500
"""Items of one case each that are run; the cost of the others follows from theirs."""


def cpu_seconds(implementation: str, path: str, items: int, cases: int) -> float:
    """User and system time of pytest and of its host, from start to end. Raises RuntimeError if anything is red."""
    plugins = ("lstm_conformance.suites.harness.run.plugin", "lstm_conformance.suites.meta.bench.items")
    options = ["--implementation", implementation, "--bench-path", path]
    options += ["--bench-items", str(items), "--bench-cases", str(cases)]
    command = [sys.executable, "-m", "pytest", "-q", *(word for name in plugins for word in ("-p", name))]
    before = cpu_of_children()
    ended = subprocess.run(
        [*command, *options, "suites/test_01_outputs.py"],
        cwd=ROOT,
        env=environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise RuntimeError(f"the measured run is red:\n{ended.stdout}\n{ended.stderr}")
    return cpu_of_children() - before


def measured(implementation: str, path: str) -> dict[str, Any]:
    """CPU seconds of all cases both ways, and their ratio."""
    start = cpu_seconds(implementation, path, 1, 1)
    batched = cpu_seconds(implementation, path, CASES // PER_ITEM, PER_ITEM)
    singly = start + (cpu_seconds(implementation, path, MEASURED, 1) - start) * CASES / MEASURED
    seconds = {
        "start": start,
        f"{CASES // PER_ITEM:,} items of {PER_ITEM}": batched,
        f"{CASES:,} items of 1 (from {MEASURED})": singly,
    }
    return {"size": f"{implementation} {path}", "s": seconds, "one by one to": {"batched": singly / batched}}


def rows() -> Iterator[dict[str, Any]]:
    """Every implementation that is installed."""
    for implementation, path in WAYS:
        missing = Candidate(BY_NAME, implementation).missing()
        yield {"size": implementation, "skipped": missing} if missing else measured(implementation, path)


def cpu_of_children() -> float:
    """CPU seconds of all processes that were started from here and have ended, and of those that they started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
