"""How the tests of the hosts ask a fake: for a layer, with a batch of cases, in a process that may end."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.hosting import client
from lstm_conformance.fixtures.hosting.client import Hosted
from lstm_conformance.fixtures.hosting.wire import Arrays, Header
from lstm_conformance.suites.meta import fakes

FAKES = Path(fakes.__file__)
CASES, T, B = 4, 3, 2
INPUT_SIZE, HIDDEN_SIZE = 5, 6
GATES = 4 * HIDDEN_SIZE
DEADLINE = 60.0


def spec(adapter: type) -> str:
    """The text by which a host finds a fake."""
    return f"{FAKES}:{adapter.__name__}"


def layer(**changes: Any) -> Header:
    """The fields of a request that say which layer is meant."""
    return {
        "layer": {**configuration(1, 1, INPUT_SIZE, HIDDEN_SIZE).described, **changes},
        "dtype": "float64",
        "path": "eager",
    }


def batch(count: int = CASES, steps: int = T) -> Arrays:
    """The arrays of a request to run: a batch of cases, all different."""
    shapes = {
        "weights/weight_ih_l0": (GATES, INPUT_SIZE),
        "weights/weight_hh_l0": (GATES, HIDDEN_SIZE),
        "weights/bias_ih_l0": (GATES,),
        "weights/bias_hh_l0": (GATES,),
        "x": (steps, B, INPUT_SIZE),
        "h_0": (1, B, HIDDEN_SIZE),
        "c_0": (1, B, HIDDEN_SIZE),
    }
    numbers = np.random.RandomState(1)
    return {name: numbers.standard_normal((CASES, *shape))[:count] for name, shape in shapes.items()}


def run(
    implementation: client.Implementation,
    observe: tuple[str, ...] = (),
    deadline: float = DEADLINE,
    arrays: Arrays | None = None,
) -> Arrays:
    """Run a batch of cases; return what was seen."""
    arrays = batch() if arrays is None else arrays
    fields = {**layer(), "cases": len(arrays["x"]), "observe": list(observe)}
    return implementation.request("run", fields, arrays, deadline)[1]


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it is more than an entry that nobody has fetched."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def wait_until_gone(pid: int, seconds: float = 20.0) -> bool:
    """Wait for the end of a process; False if it does not come."""
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not is_running(pid)


def pid_of(host: Hosted) -> int:
    """The process that answers now."""
    assert host._process is not None, "the host has not been started"
    return host._process._process.pid
