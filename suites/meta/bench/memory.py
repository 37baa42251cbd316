"""What many implementations cost: some families of wrong LSTMs, and an ordinary run, each with its peak memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from lstm_conformance.fixtures.hosting.process import environment
from lstm_conformance.suites.harness.plan.mutant_names import FAMILIES
from lstm_conformance.suites.harness.run.candidates import BY_NAME, Candidate
from lstm_conformance.suites.meta.bench.suite import ROOT, cpu_of_children

LIMIT = 1500.0
"""Megabytes that no process may take, however many implementations there are."""

RUNS = (("mutants:products", ("--brief", "--once")), ("mutants:masks", ("--brief", "--once")), ("torch.nn.LSTM", ()))
"""What is run, in two workers, with which options; from few implementations to many the memory hardly grows."""

_PEAKS = re.compile(r"^peak memory: (.+)$", re.MULTILINE)


def peaks(output: str) -> list[float]:
    """The megabytes that the last line of a run tells: of the controlling process, then of its workers.

    Raises ValueError where there is no such line, as on Windows.
    """
    line = _PEAKS.search(output)
    if line is None:
        raise ValueError(f"expected a line that tells the peak memory of the run, came:\n{output[-2000:]}")
    return [float(number.replace(",", "")) for number in re.findall(r"([\d,]+) MB", line[1])]


def measured(implementation: str, options: tuple[str, ...]) -> dict[str, Any]:
    """CPU seconds of all processes, and the megabytes of the largest."""
    command = [sys.executable, "-m", "pytest", "suites", "--ignore=suites/meta", BY_NAME, implementation, *options]
    before = cpu_of_children()
    ended = subprocess.run(
        [*command, "-n", "2", "--dist", "loadgroup", "-q", "--tb=no", "-rN"],
        cwd=ROOT,
        env=environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    controller, *workers = peaks(ended.stdout)
    figures = {"CPU s": cpu_of_children() - before, "controller MB": controller, "largest worker MB": max(workers)}
    share = {"largest": max(controller, *workers) / LIMIT}
    return {"size": _named(implementation), "figures": figures, f"of {LIMIT:,.0f} MB": share}


def rows() -> Iterator[dict[str, Any]]:
    """Everything that is installed."""
    for implementation, options in RUNS:
        missing = Candidate(BY_NAME, implementation).missing()
        yield {"size": implementation, "skipped": missing} if missing else measured(implementation, options)


def _named(implementation: str) -> str:
    family = FAMILIES.get(implementation.partition(":")[2], ())
    return f"{implementation}, {len(family)} of them" if family else implementation
