"""Adapters without a framework: one that is right, and others that do each one thing wrong that adapters do.

They are named by class, in a spec for a host or as they are: see `suites/meta/asking.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

import lstm_conformance
from lstm_conformance.fixtures.implementations.adapter import Adapter, check_names_and_shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lstm_conformance.fixtures.implementations.adapter import Weights

    Array = NDArray[Any]


def sigmoid(z: Array) -> Array:
    """The logistic function, by a tanh that cannot overflow."""
    result: Array = (0.5 * (1 + np.tanh(0.5 * z))).astype(z.dtype)
    return result


class NumpyLSTM(Adapter):
    """A single layer, right and plain, in torch's layout: x (T, B, I), h_0 and c_0 (1, B, H)."""

    name = "fakes.NumpyLSTM"
    claims: tuple[str, ...] = ("no_bias", "initial_state")

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """A layer is the dict of its weights."""
        del path
        gates = 4 * layer.hidden_size
        shapes: dict[str, tuple[int, ...]] = {
            "weight_ih_l0": (gates, layer.input_size),
            "weight_hh_l0": (gates, layer.hidden_size),
        }
        if layer.bias:
            shapes.update(bias_ih_l0=(gates,), bias_hh_l0=(gates,))
        return {name: np.zeros(shape, dtype) for name, shape in shapes.items()}

    def load(self, built: Any, weights: Weights) -> None:
        """Take the weights, of the right names and shapes."""
        check_names_and_shapes({name: array.shape for name, array in built.items()}, weights)
        built.update(weights)

    def weights(self, built: Any) -> Weights:
        """The weights, copied."""
        return {name: array.copy() for name, array in built.items()}

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return output, h_n, c_n."""
        kernel, recurrent = built["weight_ih_l0"].T, built["weight_hh_l0"].T
        bias = built["bias_ih_l0"] + built["bias_hh_l0"] if "bias_ih_l0" in built else 0
        zeros = np.zeros((x.shape[1], len(recurrent)), x.dtype)
        h, c = (states[0][0], states[1][0]) if states else (zeros, zeros)
        outputs = []
        for x_t in x:
            i, f, g, o = np.split(x_t @ kernel + h @ recurrent + bias, 4, axis=-1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            outputs.append(h)
        return [np.stack(outputs), h[None], c[None]]


class Printing(NumpyLSTM):
    """Prints to stdout in every way there is, from the first line on."""

    def __init__(self) -> None:
        self._print()

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Print, then compute."""
        self._print()
        return super().call(built, x, states)

    def _print(self) -> None:
        print("from Python")
        print("from the first stdout", file=sys.__stdout__)
        os.write(1, b"from C\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)


class Flooding(NumpyLSTM):
    """Writes 100 MB to stderr in every call."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Write, then compute."""
        for _ in range(100):
            os.write(2, b"warning: " + b"!" * 999_990 + b"\n")
        return super().call(built, x, states)


class Reading(NumpyLSTM):
    """Its name is what it could read from stdin: nothing, or it would eat the requests."""

    def __init__(self) -> None:
        self.name = f"read {os.read(0, 100)!r}"


class Hanging(NumpyLSTM):
    """Starts a process that sleeps and then loops for ever; says on stderr who they are."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Never return."""
        del built, x, states
        child = subprocess.Popen(["sleep", "1000"])
        os.write(2, f"pids {os.getpid()} {child.pid}\n".encode())
        while True:
            pass


class SlowToStart(NumpyLSTM):
    """Takes a second to start, as a framework does that is imported."""

    def __init__(self) -> None:
        time.sleep(1.0)


class Meeting(NumpyLSTM):
    """Starts only when another process that starts in the same folder is there."""

    def __init__(self) -> None:
        Path(f"{os.getpid()}.here").touch()
        while len(list(Path.cwd().glob("*.here"))) < 2:
            time.sleep(0.01)


class Aborting(NumpyLSTM):
    """Aborts the process in every call of more than three time steps."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Abort or compute."""
        if len(x) > 3:
            os.abort()
        return super().call(built, x, states)


class Exiting(NumpyLSTM):
    """Leaves the process with a status of its own."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Leave."""
        del built, x, states
        print("so long")  # what is buffered would be lost
        os._exit(3)


class Raising(NumpyLSTM):
    """Lets NumPy raise an error in every call."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Raise."""
        del built, states
        return np.linalg.inv(x)  # here


class SystemExiting(NumpyLSTM):
    """Calls sys.exit, as a command line tool does that was meant to be a library."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Exit."""
        del built, x, states
        sys.exit("no licence")


class Unimportable(NumpyLSTM):
    """Needs a framework that is not installed."""

    def __init__(self) -> None:
        raise ModuleNotFoundError("No module named 'framework'")


class Incomplete(Adapter):
    """Has none of the four methods."""


class OnePackage(NumpyLSTM):
    """Names a package, and not several."""

    packages = "numpy"  # type: ignore[assignment]


class OtherArguments(NumpyLSTM):
    """Cannot be asked to build what it is asked to build."""

    def build(self, layer: Any) -> Any:  # type: ignore[override]
        """Build nothing: dtype and path are missing."""


class Duck:
    """Inherits from nothing, and has only the method `build`."""

    def build(self, layer: Any, dtype: str, path: str) -> None:
        """Build nothing."""


class ReturningDict(NumpyLSTM):
    """Returns its outputs by name."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return a dict."""
        return {"output": super().call(built, x, states)[0]}


class ReturningOneTensor(NumpyLSTM):
    """Returns its only output as it is, not in a list."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return an array."""
        return super().call(built, x, states)[0]


class ReturningObjects(NumpyLSTM):
    """Returns something that is no tensor."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return objects."""
        del built, x, states
        return [object()]


class ReturningComplex(NumpyLSTM):
    """Returns complex numbers."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return complex numbers."""
        return [output.astype(complex) for output in super().call(built, x, states)]


class ReturningNothingFromArray(NumpyLSTM):
    """Forgets to return something from `array`."""

    def array(self, tensor: Any) -> Any:
        """Return nothing."""


class Irregular(NumpyLSTM):
    """Returns another shape in every call."""

    calls = 0

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return more and more axes."""
        self.calls += 1
        return [output.reshape((1,) * self.calls + output.shape) for output in super().call(built, x, states)]


class Forgetful(NumpyLSTM):
    """Returns its states only at the first call."""

    calls = 0

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Return three tensors, then one."""
        self.calls += 1
        return super().call(built, x, states)[: 3 if self.calls == 1 else 1]


class ListingWeights(NumpyLSTM):
    """Returns its weights without their names."""

    def weights(self, built: Any) -> Any:
        """Return a list."""
        return list(built.values())


class WeightsOfLists(NumpyLSTM):
    """Returns its weights as lists of numbers."""

    def weights(self, built: Any) -> Any:
        """Return a dict of lists."""
        return {name: array.tolist() for name, array in built.items()}


class ModifyingInputs(NumpyLSTM):
    """Doubles its input, its states and its weights, after it has used them."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, then spoil."""
        outputs = super().call(built, x, states)
        for array in [x, *(states or ()), *built.values()]:
            np.multiply(array, 2, out=array)
        return outputs


class ReusingOutputs(NumpyLSTM):
    """Returns the same arrays from every call and overwrites them in the next, which makes them negative."""

    def __init__(self) -> None:
        self.buffers: list[Array] = []

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute into the old arrays."""
        outputs = super().call(built, x, states)
        for buffer, output in zip(self.buffers, outputs, strict=False):
            buffer[...] = -output
        self.buffers = self.buffers or outputs
        return self.buffers


class Counting(NumpyLSTM):
    """Counts the layers that it builds, and fails in the call that it is told to."""

    def __init__(self) -> None:
        self.builds = 0
        self.fails = False

    def build(self, layer: Any, dtype: str, path: str) -> Any:
        """Build and count."""
        self.builds += 1
        return super().build(layer, dtype, path)

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Fail or compute."""
        if self.fails:
            raise RuntimeError("told to fail")
        return super().call(built, x, states)


class Showing(NumpyLSTM):
    """Its name is where modules are looked for in its process."""

    def __init__(self) -> None:
        self.name = os.pathsep.join([*lstm_conformance.__path__, "and", *sys.path])


class WrongOnTwoThreads(NumpyLSTM):
    """Forgets a row where two threads share the rows, and has none for one where there is one."""

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Compute, and let every thread but the first begin a row too late."""
        outputs = super().call(built, x, states)
        for thread in range(1, self.threads):
            outputs[0][:, thread * x.shape[1] // self.threads] = 0
        return outputs


class KeepingTheFirstDtype(NumpyLSTM):
    """Divides by three with a constant that it makes once a process, in the dtype of the first call."""

    thirds: ClassVar[list[Any]] = []

    def call(self, built: Any, x: Any, states: tuple[Any, Any] | None) -> Any:
        """Multiply the input by three, and divide it."""
        if not self.thirds:
            self.thirds.append(x.dtype.type(1 / 3))
        return super().call(built, 3 * self.thirds[0].astype(x.dtype) * x, states)
