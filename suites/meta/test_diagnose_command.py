"""`lstm-conformance diagnose`, tried as a user would: outputs of real layers, mixed up on the way."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.cases.configuration import configuration
from lstm_conformance.fixtures.hosting.client import Hosted
from lstm_conformance.fixtures.implementations import IMPLEMENTATIONS
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.gate_order import reordered
from lstm_conformance.reference.layouts.tf1 import with_forget_bias
from lstm_conformance.reference.weights import CellWeights
from lstm_conformance.suites.meta import onnx_node, scalar
from lstm_conformance.suites.meta.needing import needs
from lstm_conformance.suites.meta.numbers import drawn

Arrays = dict[str, Any]
STEPS, ROWS, INPUTS, HIDDEN = 7, 3, 6, 8


class Framework:
    """A layer of a framework, in a process of its own."""

    def __init__(self, name: str) -> None:
        self.host = Hosted(IMPLEMENTATIONS[name].spec)

    def __call__(self, weights: Arrays, call: Arrays, **options: Any) -> list[Any]:
        """What it returns for weights and inputs in its own names and axes."""
        layer = configuration(1, 1, INPUTS, HIDDEN, **options).described
        fields = {"layer": layer, "dtype": "float32", "path": "eager", "cases": 1, "observe": []}
        arrays = {f"weights/{name}": a[None] for name, a in weights.items()} | {k: a[None] for k, a in call.items()}
        _, found = self.host.request("run", fields, arrays, 60.0)
        return [a[0] for a in found.values()]


@pytest.fixture(scope="module")
def torch() -> Iterator[Framework]:
    """`torch.nn.LSTM`."""
    framework = Framework("torch.nn.LSTM")
    yield framework
    framework.host.close()


@pytest.fixture(scope="module")
def keras() -> Iterator[Framework]:
    """`keras.layers.LSTM`."""
    framework = Framework("keras.layers.LSTM")
    yield framework
    framework.host.close()


class Diagnosis:
    """What the command says of arrays, in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, arrays: Arrays, options: str = "") -> tuple[int, list[str]]:
        """The exit status, and the names of what fits."""
        file = self.folder / "arrays.npz"
        np.savez(file, **arrays)
        status = main(["diagnose", str(file), "--json", *options.split()])
        found = json.loads(self.capsys.readouterr().out)
        return status, [" and ".join(fit["names"]) for fit in found["fits"]]


@pytest.fixture
def diagnosis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Diagnosis:
    """Asked by the words of the command line."""
    return Diagnosis(tmp_path, capsys)


CORRECT = (0, [""])


def native(layout: str, **options: Any) -> tuple[Arrays, Arrays]:
    """Weights and inputs of one float32 case in a layout, without the axis of cases; no states are given."""
    cases = drawn(STEPS, ROWS, INPUTS, HIDDEN, biases=LAYOUTS[layout].biases, initial_state=False, **options)
    layer = cases.configuration.layer
    weights = {name: a[0] for name, a in LAYOUTS[layout].native_weights(layer, cases.weights).items()}
    return weights, {"x": LAYOUTS[layout].native_inputs(layer, cases.inputs).x[0]}


def in_torch(weights: Arrays, order: str = "ifgo") -> Arrays:
    """The weights of a Keras layer as its users load them into torch, its gates taken to be in an order."""
    kernel, recurrent_kernel, bias = (
        reordered(weights[k], order, "ifgo", -1) for k in ("kernel", "recurrent_kernel", "bias")
    )
    return {
        "weight_ih_l0": kernel.T,
        "weight_hh_l0": recurrent_kernel.T,
        "bias_ih_l0": bias,
        "bias_hh_l0": np.zeros_like(bias),
    }


class TestMovedFromKerasToTorch:
    """The file holds the Keras layer's weights and torch's outputs: does torch compute the Keras layer?"""

    @needs("torch")
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("ifgo", CORRECT),
            ("ifog", (1, ["candidate_and_output_gate_exchanged"])),
            ("igfo", (1, ["forget_gate_and_candidate_exchanged"])),
            ("iofg", (1, ["read_in_onnx_order"])),
            ("fgoi", (1, ["gates in the order f, g, o, i"])),
        ],
    )
    def test_the_order_of_the_gates_is_named(
        self, torch: Framework, diagnosis: Diagnosis, order: str, expected: tuple[int, list[str]]
    ) -> None:
        """Keras' i, f, c, o is torch's i, f, g, o: moving blocks of the kernel is the mistake."""
        weights, call = native("keras")

        y, h_n, c_n = torch(in_torch(weights, order), call, batch_first=True)

        assert diagnosis(weights | call | {"y": y, "h_n": h_n, "c_n": c_n}, "--layout keras") == expected

    @needs("torch")
    def test_kernels_that_were_reshaped(self, torch: Framework, diagnosis: Diagnosis) -> None:
        """They must be transposed."""
        weights, call = native("keras")
        moved = in_torch(weights)
        moved["weight_ih_l0"] = weights["kernel"].reshape(-1, INPUTS)
        moved["weight_hh_l0"] = weights["recurrent_kernel"].reshape(-1, HIDDEN)

        y, *_ = torch(moved, call, batch_first=True)

        assert diagnosis(weights | call | {"y": y}, "--layout keras") == (1, ["both_kernels_reshaped_before"])


class TestTorch:
    """The file holds torch's own weights."""

    @needs("torch")
    @pytest.mark.parametrize(
        ("options", "flags"),
        [
            ({}, ""),
            ({"num_layers": 2, "bidirectional": True, "proj_size": 5}, ""),
            ({"bias": False}, ""),
            ({"batch_first": True}, "--batch-first"),
        ],
    )
    def test_a_right_layer_is_right(
        self, torch: Framework, diagnosis: Diagnosis, options: dict[str, Any], flags: str
    ) -> None:
        """Sizes, layers, directions and the projection are read off the weights."""
        weights, call = native("torch", **options)

        y, h_n, c_n = torch(weights, call, **options)

        assert diagnosis(weights | call | {"output": y, "h_n": h_n, "c_n": c_n}, flags) == CORRECT

    @needs("torch")
    def test_the_last_output_is_enough(self, torch: Framework, diagnosis: Diagnosis) -> None:
        """`output[-1]`."""
        weights, call = native("torch")

        assert diagnosis(weights | call | {"y": torch(weights, call)[0][-1]}) == CORRECT

    @needs("torch")
    def test_the_recurrent_bias_was_forgotten(self, torch: Framework, diagnosis: Diagnosis) -> None:
        """`bias_hh` stayed at zero."""
        weights, call = native("torch")

        y, *_ = torch(weights | {"bias_hh_l0": np.zeros_like(weights["bias_hh_l0"])}, call)

        assert diagnosis(weights | call | {"y": y}) == (1, ["recurrent_bias_missing"])

    @needs("torch")
    @pytest.mark.parametrize("num_layers", [1, 2])
    def test_the_directions_are_exchanged(self, torch: Framework, diagnosis: Diagnosis, num_layers: int) -> None:
        """The weights whose names end in `_reverse` were loaded forwards."""
        weights, call = native("torch", bidirectional=True, num_layers=num_layers)
        exchanged = {
            name.removesuffix("_reverse") if "_rev" in name else f"{name}_reverse": weights[name] for name in weights
        }

        y, h_n, c_n = torch(exchanged, call, bidirectional=True, num_layers=num_layers)

        assert diagnosis(weights | call | {"y": y, "h_n": h_n, "c_n": c_n}) == (1, ["directions_exchanged"])

    @needs("torch")
    def test_batch_and_time_are_exchanged(self, torch: Framework, diagnosis: Diagnosis) -> None:
        """A layer with batch_first is called with steps first."""
        weights, call = native("torch")

        y, *_ = torch(weights, call, batch_first=True)

        assert diagnosis(weights | call | {"y": y}) == (1, ["batch_and_time_exchanged"])

    @needs("torch")
    @pytest.mark.parametrize("names", [("y",), ("y", "h_n", "c_n")])
    def test_the_state_is_that_of_the_call_before(
        self, torch: Framework, diagnosis: Diagnosis, names: tuple[str, ...]
    ) -> None:
        """It was not reset: the file knows nothing of the other call."""
        weights, call = native("torch")
        _, *carried = torch(weights, {"x": call["x"][::-1]})

        outputs = torch(weights, call | dict(zip(("h_0", "c_0"), carried, strict=True)))

        seen = dict(zip(("y", "h_n", "c_n"), outputs, strict=True))
        assert diagnosis(weights | call | {name: seen[name] for name in names}) == (
            1,
            ["a correct LSTM from another initial state"],
        )

    @needs("torch")
    def test_the_state_that_was_given_is_no_mistake(self, torch: Framework, diagnosis: Diagnosis) -> None:
        """The same call, whose file knows the states."""
        weights, call = native("torch")
        _, h_0, c_0 = torch(weights, {"x": call["x"][::-1]})
        call |= {"h_0": h_0, "c_0": c_0}

        assert diagnosis(weights | call | {"y": torch(weights, call)[0]}) == CORRECT


class TestOnnx:
    """The file holds what a node is given."""

    @pytest.mark.parametrize("bidirectional", [False, True])
    def test_the_reference_evaluator_is_right(self, diagnosis: Diagnosis, bidirectional: bool) -> None:
        """Under ONNX' own names."""
        cases = drawn(STEPS, ROWS, INPUTS, HIDDEN, dtype="float64", bidirectional=bidirectional)
        layer, layout = cases.configuration.layer, LAYOUTS["onnx"]
        x, h_0, c_0 = layout.native_inputs(layer, cases.inputs)
        arrays = {"X": x, **layout.native_weights(layer, cases.weights), "initial_h": h_0, "initial_c": c_0}
        feeds = {name: a[0] for name, a in arrays.items() if a is not None}
        direction = "bidirectional" if bidirectional else "forward"

        outputs = onnx_node.evaluator(feeds, HIDDEN, direction)(feeds)

        assert diagnosis(feeds | dict(zip(onnx_node.OUTPUTS, outputs, strict=True)), "--layout onnx") == CORRECT

    @needs("torch")
    def test_its_weights_were_read_in_the_order_of_the_others(self, torch: Framework, diagnosis: Diagnosis) -> None:
        """I, o, f, c as i, f, c, o."""
        weights, call = native("onnx")
        bias_ih, bias_hh = np.split(weights["B"][0], 2)
        moved = {
            "weight_ih_l0": weights["W"][0],
            "weight_hh_l0": weights["R"][0],
            "bias_ih_l0": bias_ih,
            "bias_hh_l0": bias_hh,
        }

        y, h_n, c_n = torch(moved, call)

        seen = {"Y": y[:, None], "Y_h": h_n, "Y_c": c_n}
        assert diagnosis(weights | call | seen, "--layout onnx") == (1, ["onnx_weights_not_reordered"])


class TestTensorFlow1:
    """The file holds a checkpoint's kernel and bias; a Keras layer gives the outputs."""

    @staticmethod
    def in_keras(forget_bias: float) -> tuple[Arrays, Arrays, Arrays]:
        """A checkpoint, a call, and the weights of the Keras layer that is to compute the same."""
        cases = drawn(STEPS, ROWS, INPUTS, HIDDEN, biases=1, initial_state=False, batch_first=True)
        layer = cases.configuration.layer
        added = with_forget_bias(cases.weights, forget_bias)
        stored, moved = (LAYOUTS[k].native_weights(layer, w) for k, w in (("tf1", cases.weights), ("keras", added)))
        x = LAYOUTS["keras"].native_inputs(layer, cases.inputs).x[0]
        float32 = {name: np.asarray(a[0], np.float32) for name, a in moved.items()}
        return {name: a[0] for name, a in stored.items()}, {"x": x}, float32

    @pytest.mark.deep
    @needs("keras", "tensorflow")
    @pytest.mark.parametrize(
        ("forget_bias", "flags", "expected"),
        [
            (1.0, "", CORRECT),
            (0.0, "", (1, ["forget_bias_missing"])),
            (0.0, "--forget-bias 0", CORRECT),
            (1.0, "--forget-bias 0", (1, ["forget_bias_added_at_run_time"])),
        ],
    )
    def test_the_forget_bias_of_run_time(
        self, keras: Framework, diagnosis: Diagnosis, forget_bias: float, flags: str, expected: tuple[int, list[str]]
    ) -> None:
        """It stands in no checkpoint."""
        checkpoint, call, weights = self.in_keras(forget_bias)

        y, h_n, c_n = keras(weights, call)

        found = diagnosis(checkpoint | call | {"y": y, "h_n": h_n, "c_n": c_n}, f"--layout tf1 {flags}")
        assert found == expected


class TestKeras:
    """The file holds the weights of a Keras layer."""

    @needs("keras", "tensorflow")
    @pytest.mark.parametrize(
        ("options", "flags"),
        [
            ({}, ""),
            ({"go_backwards": True}, "--go-backwards"),
            ({"return_sequences": False}, ""),
            ({"num_layers": 2}, ""),
            ({"recurrent_activation": "hard_sigmoid"}, "--recurrent-activation hard_sigmoid"),
            ({"activation": "relu"}, "--activation relu"),
        ],
    )
    def test_a_right_layer_is_right(
        self, keras: Framework, diagnosis: Diagnosis, options: dict[str, Any], flags: str
    ) -> None:
        """With the options that its weights do not show."""
        weights, call = native("keras", **options)

        y, *states = keras(weights, {"x": call["x"]}, **options)

        seen = {"y": y, "h_n": np.stack(states[::2]), "c_n": np.stack(states[1::2])}
        assert diagnosis(weights | call | seen, f"--layout keras {flags}") == CORRECT

    @needs("keras", "tensorflow")
    @pytest.mark.parametrize(
        ("flags", "expected"),
        [
            ("", ["hard_sigmoid_of_slope_one_sixth"]),
            ("--recurrent-activation hard_sigmoid", [""]),
        ],
    )
    def test_the_hard_sigmoid_of_keras_3(
        self, keras: Framework, diagnosis: Diagnosis, flags: str, expected: list[str]
    ) -> None:
        """Nobody said that the layer has one; then somebody says so."""
        weights, call = native("keras")

        y, *_ = keras(weights, call, recurrent_activation="hard_sigmoid")

        assert diagnosis(weights | call | {"y": y}, f"--layout keras {flags}")[1] == expected

    @pytest.mark.parametrize(
        ("flags", "expected"),
        [
            ("", {"hard_sigmoid_of_slope_one_fifth"}),
            ("--recurrent-activation hard_sigmoid", {"hard_sigmoid_of_slope_one_fifth", "hard_sigmoid_of_keras2"}),
        ],
    )
    def test_the_hard_sigmoid_of_keras_2(self, diagnosis: Diagnosis, flags: str, expected: set[str]) -> None:
        """Its slope is 1/5, that of Keras 3 is 1/6; the outputs are computed number by number."""
        cases = drawn(STEPS, 1, INPUTS, HIDDEN, biases=1, dtype="float64", initial_state=False)
        cell = scalar_cell(cases.weights[0][0].at(0), lambda z: min(max(0.2 * z + 0.5, 0.0), 1.0))
        zero = [[0.0] * HIDDEN]

        row = scalar.stack([[cell]], cases.inputs.x[:, 0, 0].tolist(), [zero], [zero], STEPS)

        weights = {
            name: a[0] for name, a in LAYOUTS["keras"].native_weights(cases.configuration.layer, cases.weights).items()
        }
        arrays = weights | {"x": cases.inputs.x[:, 0, 0], "y": np.array(row.ys[-1])}
        status, names = diagnosis(arrays, f"--layout keras {flags}")
        assert (status, set(names)) == (1, expected)


def scalar_cell(cell: CellWeights, gate: scalar.Function) -> scalar.Cell:
    """A cell with one bias, in lists."""
    biases = [bias.tolist() for bias in cell.biases]
    return scalar.Cell(cell.kernel.tolist(), cell.recurrent_kernel.tolist(), biases, None, gate, math.tanh)
