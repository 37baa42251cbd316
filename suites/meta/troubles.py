"""Adapters that trouble the suite: they raise, return what nobody asked for, print, hang, or end their process.

Those that do so for one case only, the culprit, know it by the first number of its input, which they read in the file
`culprit` of the current folder.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_conformance.suites.meta.reference_adapter import Built, ReferenceLSTM

Array = NDArray[Any]
States = tuple[Array, Array] | None

SMALLEST = 1e-20

CULPRIT = Path("culprit")
KILLED = Path("killed")
PID = Path("pid")


class Troubled(ReferenceLSTM):
    """Right where no state is given, as in the smoke check; else something happens to the outputs."""

    def __init_subclass__(cls) -> None:
        cls.name = f"troubles.{cls.__name__}"

    def call(self, built: Built, x: Array, states: States) -> list[Array]:
        """Compute, then spoil."""
        outputs = super().call(built, x, states)
        return outputs if states is None else self.spoiled(outputs)

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """What is returned instead."""
        return outputs


class NeverComputing(ReferenceLSTM):
    """Raises in every call."""

    name = "troubles.NeverComputing"

    def call(self, built: Built, x: Array, states: States) -> list[Array]:
        """Raise."""
        del built, x, states
        raise RuntimeError("there is no kernel for anything")


class FlushedTanh(ReferenceLSTM):
    """Flushes the smallest numbers to zero: nothing but a probe of its activations sees them."""

    name = "troubles.FlushedTanh"

    def call(self, built: Built, x: Array, states: States) -> list[Array]:
        """Compute, then flush."""
        return [np.where(np.abs(output) < SMALLEST, 0, output) for output in super().call(built, x, states)]


class Raising(Troubled):
    """Raises where a state is given."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Raise."""
        raise RuntimeError(f"there is no kernel for this, nor for {len(outputs)} outputs")


class Transposed(Troubled):
    """Returns its outputs with units first."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Turn all axes round."""
        return [output.T for output in outputs]


class OutputAlone(Troubled):
    """Returns no states."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Drop them."""
        return outputs[:1]


class NotNumbers(Troubled):
    """Returns NaN everywhere."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Replace every number."""
        return [np.full_like(output, np.nan) for output in outputs]


class Infinite(Troubled):
    """Returns infinity everywhere."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Replace every number."""
        return [np.full_like(output, np.inf) for output in outputs]


class Enormous(Troubled):
    """Returns the largest number that there is, everywhere."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Replace every number."""
        return [np.full_like(output, np.finfo(output.dtype).max) for output in outputs]


class Noisy(ReferenceLSTM):
    """Prints in every call, and floods stderr."""

    name = "troubles.Noisy"

    def call(self, built: Built, x: Array, states: States) -> list[Array]:
        """Print a line to each stdout there is, and a megabyte to stderr."""
        print("from Python")
        os.write(1, b"from C\n")
        os.write(2, b"!" * 999_999 + b"\n")
        return super().call(built, x, states)


class SlowlyComputing(Troubled):
    """Takes a while for every call, and leaves its process id in the current folder."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Say who it is, and sleep."""
        PID.write_text(str(os.getpid()))
        time.sleep(0.2)
        return outputs


class KilledOnce(Troubled):
    """Is killed in its first call, and leaves a file that says so; it is not killed again."""

    def spoiled(self, outputs: list[Array]) -> list[Array]:
        """Kill the process, as a system does that is short of memory."""
        if not KILLED.exists():
            KILLED.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return outputs


class Unlike(ReferenceLSTM):
    """Treats the culprit unlike all other cases."""

    def __init__(self) -> None:
        self.culprit = float(CULPRIT.read_text())

    def call(self, built: Built, x: Array, states: States) -> list[Array]:
        """Look at the first number of the input."""
        if float(x.flat[0]) == self.culprit:
            self.trouble()
        return super().call(built, x, states)

    def trouble(self) -> None:
        """What happens to the culprit."""
        raise RuntimeError("there is no kernel for this case")


class RaisingForOne(Unlike):
    """Raises for the culprit."""

    name = "troubles.RaisingForOne"


class AbortingForOne(Unlike):
    """Aborts its process for the culprit."""

    name = "troubles.AbortingForOne"

    def trouble(self) -> None:
        """Abort, as a runtime does whose assertion fails."""
        os.write(2, b"assertion failed: rows > 0\n")
        os.abort()


class HangingForOne(Unlike):
    """Never returns for the culprit."""

    name = "troubles.HangingForOne"

    def trouble(self) -> None:
        """Loop for ever."""
        while True:
            time.sleep(1)


class NotStarting(ReferenceLSTM):
    """Ends its process before it has said hello."""

    name = "troubles.NotStarting"

    def __init__(self) -> None:
        os.write(2, b"no licence found\n")
        sys.stderr.flush()
        os._exit(7)


class DyingOfMistakes(ReferenceLSTM):
    """Crashes where an input of the wrong width should be refused."""

    name = "troubles.DyingOfMistakes"
    claims: tuple[str, ...] = (*ReferenceLSTM.claims, "refusals")

    def call(self, built: Built, x: Array, states: States) -> list[Array]:
        """Abort the process instead of raising."""
        if x.shape[-1] != built.layer.input_size:
            os.abort()
        return super().call(built, x, states)
