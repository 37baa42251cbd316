"""Layouts: nothing is lost between a framework's arrays and the canonical ones, and the manuals' examples come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.cases.configuration import Configuration, configuration
from lstm_conformance.fixtures.cases.data import Cases, draw
from lstm_conformance.fixtures.cases.tiers import TIERS
from lstm_conformance.reference.cell import cell_of
from lstm_conformance.reference.layer import Layer
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.layouts.base import Shape, WeightsMismatch
from lstm_conformance.reference.layouts.inference import inferred
from lstm_conformance.reference.layouts.rows import ROWS
from lstm_conformance.reference.layouts.tf1 import with_forget_bias
from lstm_conformance.reference.merging import last
from lstm_conformance.reference.rounded import Array
from lstm_conformance.reference.weights import GATES, CellWeights, Weights
from lstm_conformance.suites.harness.judge.probing import probed
from lstm_conformance.suites.meta.adapters import ADAPTERS, claims_of
from lstm_conformance.suites.meta.numbers import values
from lstm_conformance.suites.meta.tables import table

OF_ROWS = frozenset({"bidirectional", "batch_first", "no_bias", "projection", "initial_state", "unbatched"})

CLAIMS = {name: claims_of(name) for name in ("torch", "keras")} | {
    "onnx": frozenset({"bidirectional", "batch_first", "no_bias", "initial_state", "go_backwards", "activations"}),
    "openvino": frozenset({"bidirectional", "initial_state", "go_backwards", "activations"}),
    "nnabla": frozenset({"layers", "bidirectional", "no_bias", "initial_state", "activations"}),
    "tf1": frozenset({"layers", "bidirectional", "batch_first", "projection", "initial_state", "activations"}),
    "gates": frozenset({"batch_first", "unbatched", "no_bias", "initial_state", "activations"}),
    **{name: OF_ROWS - LAYOUTS[name].lacks for name in ROWS},
}
"""What can be said in each layout."""

ALIKE = dict.fromkeys(replace(called, dtype="float32", regime="mild") for called in TIERS["full"].configurations)
"""Every configuration, but for what a layout does not see."""

EXPRESSIBLE = [(name, called) for name, claims in CLAIMS.items() for called in ALIKE if called.requirements <= claims]


def cases_of(name: str, called: Configuration) -> Cases:
    """Two cases with as many biases as the layout has."""
    return draw(called, (0, 1), biases=LAYOUTS[name].biases)


def flattened(weights: Weights) -> list[Array]:
    """All arrays, in order."""
    cells = [cell for directions in weights for cell in directions]
    arrays = [(cell.kernel, cell.recurrent_kernel, *cell.biases, cell.projection) for cell in cells]
    return [a for each in arrays for a in each if a is not None]


def equal(one: list[Array], other: list[Array]) -> bool:
    """Same dtypes, same shapes, same bits."""
    return [(a.dtype, a.shape, a.tobytes()) for a in one] == [(a.dtype, a.shape, a.tobytes()) for a in other]


@table(EXPRESSIBLE)
def test_weights_come_back_as_they_went(name: str, called: Configuration) -> None:
    """Canonical to native to canonical is the identity, bit by bit."""
    layout, weights = LAYOUTS[name], cases_of(name, called).weights

    native = layout.native_weights(called.layer, weights)
    back = layout.canonical_weights(called.layer, native)

    assert [len(directions) for directions in back] == [len(directions) for directions in weights]
    assert equal(flattened(back), flattened(weights))
    assert {key: a.shape[1:] for key, a in native.items()} == layout.weight_shapes(called.layer)


@table(EXPRESSIBLE)
def test_outputs_have_the_documented_shapes(name: str, called: Configuration) -> None:
    """Outputs in the framework's axes become canonical ones of the shapes that the reference has."""
    layout, layer = LAYOUTS[name], called.layer
    shapes = layout.output_shapes(layer, called.time, called.batch, unbatched=called.unbatched)
    native = [np.zeros((2, *shape)) for shape in shapes.values()]

    found = layout.canonical_outputs(layer, native, unbatched=called.unbatched)

    time = called.time if layer.return_sequences else 1
    depth = layer.num_layers if layer.return_state else 0
    rows = (2, called.batch)
    assert list(shapes) == layout.output_names(layer)
    assert found.y.shape == (time, *rows, layer.width)
    assert found.h_n.shape == (depth, layer.directions, *rows, layer.output_size)
    assert found.c_n.shape == (depth, layer.directions, *rows, layer.hidden_size)


@pytest.mark.parametrize(
    ("name", "options", "shapes"),
    [
        (
            "torch",
            {"input_size": 10, "hidden_size": 20, "num_layers": 2},
            {
                "weight_ih_l0": (80, 10),
                "weight_hh_l0": (80, 20),
                "bias_ih_l0": (80,),
                "bias_hh_l0": (80,),
                "weight_ih_l1": (80, 20),
                "weight_hh_l1": (80, 20),
                "bias_ih_l1": (80,),
                "bias_hh_l1": (80,),
            },
        ),
        (
            "torch",
            {"input_size": 10, "hidden_size": 20, "num_layers": 2, "bidirectional": True, "bias": False},
            {
                "weight_ih_l0": (80, 10),
                "weight_hh_l0": (80, 20),
                "weight_ih_l0_reverse": (80, 10),
                "weight_hh_l0_reverse": (80, 20),
                "weight_ih_l1": (80, 40),
                "weight_hh_l1": (80, 20),
                "weight_ih_l1_reverse": (80, 40),
                "weight_hh_l1_reverse": (80, 20),
            },
        ),
        (
            "torch",
            {"input_size": 10, "hidden_size": 20, "num_layers": 2, "proj_size": 5, "bias": False},
            {
                "weight_ih_l0": (80, 10),
                "weight_hh_l0": (80, 5),
                "weight_hr_l0": (5, 20),
                "weight_ih_l1": (80, 5),
                "weight_hh_l1": (80, 5),
                "weight_hr_l1": (5, 20),
            },
        ),
        (
            "keras",
            {"input_size": 300, "hidden_size": 128},
            {"kernel": (300, 512), "recurrent_kernel": (128, 512), "bias": (512,)},
        ),
        (
            "keras",
            {"input_size": 10, "hidden_size": 20, "num_layers": 2, "bias": False},
            {
                "layer_0/kernel": (10, 80),
                "layer_0/recurrent_kernel": (20, 80),
                "layer_1/kernel": (20, 80),
                "layer_1/recurrent_kernel": (20, 80),
            },
        ),
        (
            "keras",
            {"input_size": 10, "hidden_size": 20, "num_layers": 2, "bidirectional": True, "bias": False},
            {
                "layer_0/forward/kernel": (10, 80),
                "layer_0/forward/recurrent_kernel": (20, 80),
                "layer_0/backward/kernel": (10, 80),
                "layer_0/backward/recurrent_kernel": (20, 80),
                "layer_1/forward/kernel": (40, 80),
                "layer_1/forward/recurrent_kernel": (20, 80),
                "layer_1/backward/kernel": (40, 80),
                "layer_1/backward/recurrent_kernel": (20, 80),
            },
        ),
        (
            "onnx",
            {"input_size": 10, "hidden_size": 20},
            {"W": (1, 80, 10), "R": (1, 80, 20), "B": (1, 160)},
        ),
        (
            "onnx",
            {"input_size": 10, "hidden_size": 20, "bidirectional": True, "bias": False},
            {"W": (2, 80, 10), "R": (2, 80, 20)},
        ),
        (
            "tf1",
            {"input_size": 10, "hidden_size": 20},
            {"kernel": (30, 80), "bias": (80,)},
        ),
        (
            "tf1",
            {"input_size": 10, "hidden_size": 20, "num_layers": 2, "proj_size": 5},
            {
                "cell_0/kernel": (15, 80),
                "cell_0/bias": (80,),
                "cell_0/projection/kernel": (20, 5),
                "cell_1/kernel": (10, 80),
                "cell_1/bias": (80,),
                "cell_1/projection/kernel": (20, 5),
            },
        ),
        (
            "tf1",
            {"input_size": 10, "hidden_size": 20, "bidirectional": True},
            {"fw/kernel": (30, 80), "fw/bias": (80,), "bw/kernel": (30, 80), "bw/bias": (80,)},
        ),
        (
            "onnx",
            {"input_size": 10, "hidden_size": 20, "bias": False, "use_peepholes": True},
            {"W": (1, 80, 10), "R": (1, 80, 20), "P": (1, 60)},
        ),
        (
            "tf1",
            {"input_size": 10, "hidden_size": 20, "use_peepholes": True},
            {"kernel": (30, 80), "bias": (80,), "w_i_diag": (20,), "w_f_diag": (20,), "w_o_diag": (20,)},
        ),
        (
            "block",
            {"input_size": 10, "hidden_size": 20, "use_peepholes": True},
            {"w": (30, 80), "b": (80,), "wci": (20,), "wcf": (20,), "wco": (20,)},
        ),
        ("block_v2", {"input_size": 10, "hidden_size": 20}, {"w": (30, 80), "b": (80,)}),
        (
            "tf1.coupled",
            {"input_size": 10, "hidden_size": 20, "use_peepholes": True, "proj_size": 5},
            {"W_0": (15, 60), "B": (60,), "W_F_diag": (20,), "W_O_diag": (20,), "W_P_0": (20, 5)},
        ),
        (
            "brevitas",
            {"input_size": 10, "hidden_size": 20, "bias": False, "input_forget": True},
            {
                f"layers.0.0.{gate}_gate_params.{name}_weight.weight": shape
                for name, shape in (("input", (20, 10)), ("hidden", (20, 20)))
                for gate in ("input", "cell", "output")
            },
        ),
        (
            "gates",
            {"input_size": 10, "hidden_size": 20},
            {
                f"{name}_{gate}": shape
                for name, shape in (("W", (20, 10)), ("U", (20, 20)), ("b", (20,)))
                for gate in "ifgo"
            },
        ),
    ],
    ids=[
        "torch",
        "both directions",
        "projection",
        "keras",
        "stack",
        "keras in both directions",
        "onnx",
        "onnx both directions",
        "tf1",
        "tf1 stack",
        "tf1 both directions",
        "onnx with peepholes",
        "tf1 with peepholes",
        "block with peepholes",
        "block_v2",
        "tf1 with coupled gates",
        "brevitas with coupled gates",
        "gates",
    ],
)
def test_the_weights_of_the_manuals(name: str, options: dict[str, Any], shapes: dict[str, Shape]) -> None:
    """Names and shapes are those that the manuals print, in that order."""
    assert list(LAYOUTS[name].weight_shapes(Layer(**options)).items()) == list(shapes.items())


def test_a_keras_layer_of_128_units_on_300_features() -> None:
    """It has 219,648 parameters, and takes one sequence of 100 steps as (1, 100, 300)."""
    called = configuration(100, 1, 300, 128)
    cases, layout = draw(called, (0,), biases=1), LAYOUTS["keras"]

    shapes = layout.weight_shapes(called.layer).values()

    assert sum(int(np.prod(shape)) for shape in shapes) == 219_648
    assert layout.native_inputs(called.layer, cases.inputs).x.shape[1:] == (1, 100, 300)
    assert layout.output_shapes(called.layer, 100, 1) == {"y": (1, 100, 128), "h_0": (1, 128), "c_0": (1, 128)}


def test_the_outputs_of_torchs_manual() -> None:
    """nn.LSTM(10, 20, 2) on (5, 3, 10)."""
    layer = Layer(input_size=10, hidden_size=20, num_layers=2)

    shapes = LAYOUTS["torch"].output_shapes(layer, 5, 3)

    assert shapes == {"output": (5, 3, 20), "h_n": (2, 3, 20), "c_n": (2, 3, 20)}


COUPLED = (("tf1.coupled", {"use_peepholes": True, "proj_size": 4}, "i"), ("brevitas", {"input_forget": True}, "f"))
"""Layouts, options of layers that have no weights of a gate, and which it is."""


@pytest.mark.parametrize(("name", "options", "gate"), COUPLED)
class TestAGateWithoutWeights:
    """In canonical arrays its weights are zeros, and native ones have no place for them."""

    def test_its_weights_come_back_as_zeros(self, name: str, options: dict[str, Any], gate: str) -> None:
        """All others come back as they went."""
        cases = cases_of(name, configuration(4, 2, 3, 5, **options))
        layout, layer = LAYOUTS[name], cases.configuration.layer

        native = layout.native_weights(layer, cases.weights)
        back, (sent,) = layout.canonical_weights(layer, native), cases.weights

        for one, other in zip(back[0], sent, strict=True):
            pairs = [(a, other.named[key], "ifo" if key == "peepholes" else "ifgo") for key, a in one.named.items()]
            for a, due, order in (each for each in pairs if each[1].shape[-2:] != (4, 5)):
                blocks = np.array_split(a, len(order), -2 if a.ndim > 2 else -1)
                there = np.array_split(due, len(order), -2 if a.ndim > 2 else -1)
                for letter, block, was in zip(order, blocks, there, strict=True):
                    assert np.array_equal(block, np.zeros_like(was) if letter == gate else was)
        assert {key: a.shape[1:] for key, a in native.items()} == layout.weight_shapes(layer)

    def test_the_layer_is_told_by_its_weights(self, name: str, options: dict[str, Any], gate: str) -> None:
        """Its sizes as well, of which there are three blocks."""
        layer = Layer(input_size=3, hidden_size=5, **options)

        found = inferred(LAYOUTS[name], LAYOUTS[name].weight_shapes(layer), 3)

        assert found == layer
        assert cell_of(found, coupled=LAYOUTS[name].coupled).coupled == gate

    def test_it_is_not_probed(self, name: str, options: dict[str, Any], gate: str) -> None:
        """Its pre-activation is that of nothing; in a plain cell, those of all three are."""
        layer = Layer(input_size=3, hidden_size=5, **options)

        assert probed(cell_of(layer, coupled=LAYOUTS[name].coupled)) == "ifo".replace(gate, "")
        assert probed(cell_of(Layer(input_size=3, hidden_size=5))) == "ifo"


MANUAL_ORDER = {"torch": "ifgo", "keras": "ifgo", "onnx": "iofg", "tf1": "igfo"}
"""torch: W_ii|W_if|W_ig|W_io in rows. Keras: i, f, c, o in columns, where c is the candidate g.

ONNX: i, o, f, c in rows. TensorFlow 1: i, j, f, o in columns, where j is the candidate.
"""


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("name", MANUAL_ORDER)
def test_every_gate_is_where_the_manual_says(name: str, gate: str) -> None:
    """Weights that are 1 in one block of the native arrays, and 0 elsewhere, act on that gate alone."""
    layer, layout = Layer(input_size=3, hidden_size=5), LAYOUTS[name]
    place = MANUAL_ORDER[name].index(gate)
    native = {key: np.zeros((1, *shape)) for key, shape in layout.weight_shapes(layer).items()}
    for a in native.values():
        axis = next(axis for axis, size in enumerate(a.shape) if size in {20, 40})
        for block in np.split(a, a.shape[axis] // 5, axis)[place::4]:  # ONNX has both biases in one array
            block[:] = 1

    (cell,) = layout.canonical_weights(layer, native)[0]

    assert only_ones(cell) == {each: {float(each == gate)} for each in GATES}


@pytest.mark.parametrize("gate", GATES)
def test_what_is_given_gate_by_gate_is_named_so(gate: str) -> None:
    """W_f, U_f and b_f act on f alone."""
    layer, layout = Layer(input_size=3, hidden_size=5), LAYOUTS["gates"]
    native = {key: np.full((1, *shape), float(key[-1] == gate)) for key, shape in layout.weight_shapes(layer).items()}

    (cell,) = layout.canonical_weights(layer, native)[0]

    assert only_ones(cell) == {each: {float(each == gate)} for each in GATES}


def only_ones(cell: CellWeights) -> dict[str, set[float]]:
    """By gate, the least weight of every row of every array of a cell of 5 units."""
    arrays = (cell.kernel, cell.recurrent_kernel, *cell.biases)
    return {each: {float(a[0, 5 * k + row].min()) for a in arrays for row in range(5)} for k, each in enumerate(GATES)}


@pytest.mark.parametrize(("row", "column"), [(0, 0), (7, 2), (19, 1)])
@pytest.mark.parametrize(("name", "key"), [("torch", "weight_ih_l0"), ("keras", "kernel")])
def test_a_weight_is_in_the_row_of_its_gate(name: str, key: str, row: int, column: int) -> None:
    """Canonical kernels are (4H, I): torch's are, Keras' are transposed."""
    layer, layout = Layer(input_size=3, hidden_size=5), LAYOUTS[name]
    native = {each: np.zeros((1, *shape)) for each, shape in layout.weight_shapes(layer).items()}
    at = (row, column) if name == "torch" else (column, row)
    native[key][0][at] = 7

    (cell,) = layout.canonical_weights(layer, native)[0]

    assert np.argwhere(cell.kernel[0] == 7).tolist() == [[row, column]]


Spoil = Callable[[dict[str, Array]], dict[str, Array]]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda w: {k: a for k, a in w.items() if k != "bias_hh_l0"}, r"bias_hh_l0 \(20,\) is missing$"),
        (lambda w: {**w, "weight_ho": np.zeros((1, 2, 3))}, r"weight_ho \(2, 3\) is not expected$"),
        (
            lambda w: {**w, "weight_ih_l0": w["weight_ih_l0"].swapaxes(1, 2)},
            r"weight_ih_l0 has shape \(3, 20\), documented is \(20, 3\)$",
        ),
        (
            lambda w: {"weight_ih_l0": w["weight_hh_l0"], "bias": w["bias_ih_l0"], "bias_hh_l0": w["bias_hh_l0"]},
            r": weight_hh_l0 \(20, 5\) is missing; bias_ih_l0 \(20,\) is missing; bias \(20,\) is not expected; "
            r"weight_ih_l0 has shape \(20, 5\), documented is \(20, 3\)$",
        ),
    ],
    ids=["missing", "unknown", "misshapen", "all"],
)
def test_other_weights_are_refused(spoil: Spoil, message: str) -> None:
    """The message names every weight that is missing, unknown or misshapen."""
    layer, layout = Layer(input_size=3, hidden_size=5), LAYOUTS["torch"]
    native: dict[str, Array] = {key: np.zeros((1, *shape)) for key, shape in layout.weight_shapes(layer).items()}

    with pytest.raises(WeightsMismatch, match=message):
        layout.canonical_weights(layer, spoil(native))


def test_peepholes_that_are_not_expected_are_refused() -> None:
    """They must not be dropped in silence."""
    layer, layout = Layer(input_size=3, hidden_size=5), LAYOUTS["onnx"]
    native = {key: np.zeros((1, *shape)) for key, shape in layout.weight_shapes(layer).items()}

    with pytest.raises(WeightsMismatch, match=r"P \(1, 15\) is not expected"):
        layout.canonical_weights(layer, native | {"P": np.zeros((1, 1, 15))})


def test_the_peepholes_of_onnx_are_those_of_i_o_and_f() -> None:
    """In one array; those of TensorFlow 1 have the names of their gates."""
    called = configuration(4, 1, 3, 2, use_peepholes=True)
    ((cell,),) = draw(called, (0,), biases=2).weights
    ((single,),) = one_bias = draw(called, (0,), biases=1).weights
    assert cell.peepholes is not None
    assert single.peepholes is not None
    i, f, o = cell.peepholes[0].tolist()

    onnx = LAYOUTS["onnx"].native_weights(called.layer, [[cell]])
    tf1 = LAYOUTS["tf1"].native_weights(called.layer, one_bias)

    assert onnx["P"].tolist() == [[[*i, *o, *f]]]
    assert [tf1[f"w_{gate}_diag"][0].tolist() for gate in "ifo"] == single.peepholes[0].tolist()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("onnx", {"num_layers": 2}, "one layer without a projection"),
        ("onnx", {"proj_size": 2}, "one layer without a projection"),
        ("tf1", {"bias": False}, "give it one of zeros"),
        ("gates", {"num_layers": 2}, "one layer in one direction"),
        ("gates", {"bidirectional": True}, "one layer in one direction"),
        ("gates", {"proj_size": 2}, "one layer in one direction"),
    ],
)
def test_a_layer_that_the_framework_does_not_have_is_refused(name: str, options: dict[str, Any], message: str) -> None:
    """In a sentence, by what asks for its weights."""
    layer = Layer(input_size=3, hidden_size=5, **options)

    with pytest.raises(ValueError, match=message):
        LAYOUTS[name].weight_shapes(layer)
    with pytest.raises(ValueError, match=message):
        LAYOUTS[name].native_weights(layer, draw(configuration(4, 1, 3, 5, **options), (0,), biases=1).weights)


@pytest.mark.parametrize(("name", "biases"), [("keras", 2), ("gates", 2), ("tf1", 2), ("onnx", 1)])
def test_other_numbers_of_biases_are_refused(name: str, biases: int) -> None:
    """What cannot be expressed is not dropped in silence, and nothing is made up."""
    cases = draw(configuration(4, 1, 3, 5), (0,), biases=biases)

    with pytest.raises(ValueError, match="bias"):
        LAYOUTS[name].native_weights(cases.configuration.layer, cases.weights)


def test_the_forget_bias_of_tensorflow_1_is_added_to_the_forget_gate() -> None:
    """Without a rounding: it is no part of the weights, so weights come back as they went."""
    cases = draw(configuration(4, 1, 3, 5), (0,), biases=1)

    ((cell,),) = with_forget_bias(cases.weights, 1.0)

    ((stored,),) = cases.weights
    added = cell.biases[0] - stored.biases[0].astype(np.float64)
    assert added.tolist() == [[0.0] * 5 + [1.0] * 5 + [0.0] * 10]


def test_a_forget_bias_makes_up_for_a_bias_that_is_not_there() -> None:
    """A cell without biases has this one then."""
    ((cell,),) = with_forget_bias(draw(configuration(4, 1, 3, 5, bias=False), (0,), biases=1).weights, 0.5)

    assert [bias.tolist() for bias in cell.biases] == [[[0.0] * 5 + [0.5] * 5 + [0.0] * 10]]


def test_the_upper_rows_of_a_kernel_of_tensorflow_1_are_those_of_x() -> None:
    """The lower ones are those of h."""
    layer, layout = Layer(input_size=3, hidden_size=5), LAYOUTS["tf1"]
    kernel = np.arange(8.0)[None, :, None] * np.ones((1, 1, 20))

    ((cell,),) = layout.canonical_weights(layer, {"kernel": kernel, "bias": np.zeros((1, 20))})

    assert cell.kernel[0, 7].tolist() == [0, 1, 2]
    assert cell.recurrent_kernel[0, 7].tolist() == [3, 4, 5, 6, 7]


@pytest.mark.parametrize("name", ["keras", "onnx", "tf1"])
def test_some_take_batches_only(name: str) -> None:
    """Inputs, shapes and outputs without a batch are refused."""
    cases = draw(configuration(4, 1, 3, 5), (0,), biases=1)
    layer, layout = cases.configuration.layer, LAYOUTS[name]

    with pytest.raises(ValueError, match="batches only"):
        layout.native_inputs(layer, cases.inputs, unbatched=True)
    with pytest.raises(ValueError, match="batches only"):
        layout.output_shapes(layer, 4, 1, unbatched=True)
    with pytest.raises(ValueError, match="batches only"):
        layout.canonical_outputs(layer, [], unbatched=True)


def torch_outputs(called: Configuration, outputs: list[Array]) -> list[Array]:
    """Canonical y, h_n, c_n as the manual describes torch's, axis by axis."""
    y, h_n, c_n = outputs
    y = np.einsum("tnbp->nbtp" if called.layer.batch_first else "tnbp->ntbp", y)
    h_n, c_n = (np.einsum("ldnbk->nldbk", a).reshape(a.shape[2], -1, *a.shape[3:]) for a in (h_n, c_n))
    if called.unbatched:
        return [y.reshape(len(y), called.time, -1), h_n[:, :, 0], c_n[:, :, 0]]
    return [y, h_n, c_n]


def keras_outputs(called: Configuration, outputs: list[Array]) -> list[Array]:
    """Canonical y, h_n, c_n as the manual describes Keras': of each direction the last output is where it ends."""
    layer, (y, h_n, c_n) = called.layer, outputs
    ways = [y[..., :5], y[::-1, ..., 5:]][: layer.directions]
    parts = [np.einsum("tnbp->nbtp", way) if layer.return_sequences else way[-1] for way in ways]
    parts[1:] = [part[:, :, ::-1] if layer.return_sequences else part for part in parts[1:]]
    shown = parts if layer.merge_mode == "none" else [np.concatenate(parts, -1)]
    states = [a[k, d] for k in range(len(h_n)) for d in range(layer.directions) for a in (h_n, c_n)]
    return [*shown, *(states if layer.return_state else [])]


def onnx_outputs(called: Configuration, outputs: list[Array]) -> list[Array]:
    """Canonical y, h_n, c_n as the operator's page describes them."""
    y, h_n, c_n = outputs
    turned = y[::-1] if called.layer.go_backwards else y
    split = turned.reshape(*turned.shape[:3], called.layer.directions, -1)
    axes = ("tnbdh->nbtdh", "ldnbh->nbdh") if called.layer.batch_first else ("tnbdh->ntdbh", "ldnbh->ndbh")
    return [np.einsum(axes[0], split), np.einsum(axes[1], h_n), np.einsum(axes[1], c_n)]


def tf1_outputs(called: Configuration, outputs: list[Array]) -> list[Array]:
    """Canonical y, h_n, c_n as dynamic_rnn returns them: the output, then c and h of every cell."""
    y, h_n, c_n = outputs
    cells = [(k, d) for k in range(len(h_n)) for d in range(called.layer.directions)]
    output = np.einsum("tnbp->nbtp" if called.layer.batch_first else "tnbp->ntbp", y)
    return [output, *(a[k, d] for k, d in cells for a in (c_n, h_n))]


AS_DESCRIBED = {
    "torch": torch_outputs,
    "keras": keras_outputs,
    "onnx": onnx_outputs,
    "tf1": tf1_outputs,
    "gates": torch_outputs,
}
CALLS: list[tuple[str, Configuration]] = [
    ("torch", configuration(4, rows, 3, 5, num_layers=2, bidirectional=both, proj_size=p, **call))
    for both, p in product((False, True), (0, 2))
    for rows, call in [
        (2, {}),
        (2, {"batch_first": True}),
        (1, {"unbatched": True}),
        (1, {"unbatched": True, "batch_first": True}),
    ]
] + [
    ("keras", configuration(4, 2, 3, 5, num_layers=n, return_sequences=s, return_state=r, **directions))
    for n, s, r in product((1, 2), (True, False), (True, False))
    for directions in ({}, {"bidirectional": True}, {"bidirectional": True, "merge_mode": "none"})
]
CALLS += [
    ("onnx", configuration(4, 2, 3, 5, bidirectional=both, batch_first=first))
    for both, first in product((False, True), (False, True))
]
CALLS += [("onnx", configuration(4, 2, 3, 5, go_backwards=True))]
CALLS += [
    ("tf1", configuration(4, 2, 3, 5, num_layers=n, bidirectional=both, proj_size=p, batch_first=first))
    for n, both, p, first in product((1, 2), (False, True), (0, 2), (False, True))
]
CALLS += [
    ("gates", configuration(4, 2, 3, 5)),
    ("gates", configuration(4, 2, 3, 5, batch_first=True)),
]


@table(CALLS)
def test_outputs_are_taken_for_what_they_are(name: str, called: Configuration) -> None:
    """Outputs laid out as the manual says become the canonical ones they were."""
    outputs = values(cases_of(name, called))

    found = LAYOUTS[name].canonical_outputs(
        called.layer, AS_DESCRIBED[name](called, list(outputs)), unbatched=called.unbatched
    )

    layer = called.layer
    expected = [outputs.y if layer.return_sequences else last(outputs.y, layer.directions), *outputs[1:]]
    assert np.array_equal(found.y, expected[0])
    assert equal(list(found[1:]), expected[1:] if layer.return_state else [a[:0] for a in expected[1:]])
    native = LAYOUTS[name].native_outputs(layer, outputs, unbatched=called.unbatched)
    assert equal(native, AS_DESCRIBED[name](called, list(outputs)))


@table(CALLS)
def test_inputs_come_back_as_they_went(name: str, called: Configuration) -> None:
    """Canonical to native to canonical is the identity, states included."""
    layout, inputs = LAYOUTS[name], cases_of(name, called).inputs

    native = layout.native_inputs(called.layer, inputs, unbatched=called.unbatched)
    back = layout.canonical_inputs(called.layer, native, unbatched=called.unbatched)

    assert equal([a for a in back if a is not None], [a for a in inputs if a is not None])


@table(CALLS)
def test_outputs_go_out_as_the_manual_says(name: str, called: Configuration) -> None:
    """In the order and the axes of the framework."""
    outputs = values(cases_of(name, called))

    native = LAYOUTS[name].native_outputs(called.layer, outputs, unbatched=called.unbatched)

    assert equal(native, AS_DESCRIBED[name](called, list(outputs)))


@pytest.mark.parametrize(
    ("name", "options", "axes", "states"),
    [
        ("torch", {}, "tnbi->ntbi", "ldnbk->nlbk"),
        ("torch", {"batch_first": True}, "tnbi->nbti", "ldnbk->nlbk"),
        ("keras", {}, "tnbi->nbti", "ldnbk->nlbk"),
        ("onnx", {}, "tnbi->ntbi", "ldnbk->ndbk"),
        ("onnx", {"batch_first": True}, "tnbi->nbti", "ldnbk->nbdk"),
        ("tf1", {}, "tnbi->ntbi", "ldnbk->nlbk"),
        ("tf1", {"batch_first": True}, "tnbi->nbti", "ldnbk->nlbk"),
        ("gates", {}, "tnbi->ntbi", "ldnbk->nlbk"),
    ],
)
def test_inputs_are_laid_out_as_the_manual_says(name: str, options: dict[str, Any], axes: str, states: str) -> None:
    """Batch first or time first; states are layer first, or direction first."""
    called = configuration(4, 2, 3, 5, **options)
    cases = cases_of(name, called)

    native = LAYOUTS[name].native_inputs(called.layer, cases.inputs)

    assert np.array_equal(native.x, np.einsum(axes, cases.inputs.x))
    for found, state in zip(native[1:], cases.states, strict=True):
        assert found is not None
        assert np.array_equal(found, np.einsum(states, state))


def test_inputs_without_a_batch() -> None:
    """Both options at once: (T, I), and states without the axis."""
    called = configuration(4, 1, 3, 5, num_layers=2, bidirectional=True, unbatched=True, batch_first=True)
    cases = cases_of("torch", called)

    x, h_0, c_0 = LAYOUTS["torch"].native_inputs(called.layer, cases.inputs, unbatched=True)

    assert h_0 is not None
    assert c_0 is not None
    assert np.array_equal(x, np.moveaxis(cases.inputs.x[:, :, 0], 1, 0))
    assert (h_0.shape, c_0.shape) == ((2, 4, 5), (2, 4, 5))
    assert np.array_equal(h_0[:, 1], cases.states[0][0, 1, :, 0])
    assert np.array_equal(h_0[:, 2], cases.states[0][1, 0, :, 0])


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_the_table_is_that_of_an_implementation(name: str) -> None:
    """Whose names and axes are thereby held to the library's own."""
    assert any(adapter.layout == name for adapter in ADAPTERS.values())


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_call_without_states_has_none(name: str) -> None:
    """Nothing is made up for them."""
    called = configuration(4, 2, 3, 5, initial_state=False)

    native = LAYOUTS[name].native_inputs(called.layer, cases_of(name, called).inputs)

    assert native[1:] == (None, None)


def test_go_backwards_reverses_the_input_and_not_the_output_in_keras() -> None:
    """Canonical arrays are in the order of processing: only x is turned round."""
    forwards, layout = configuration(4, 2, 3, 5), LAYOUTS["keras"]
    cases = cases_of("keras", forwards)
    backwards = replace(forwards.layer, go_backwards=True)
    native = keras_outputs(forwards, list(values(cases)))

    one, other = (layout.native_inputs(layer, cases.inputs).x for layer in (forwards.layer, backwards))

    assert np.array_equal(other, one[:, :, ::-1])
    assert np.array_equal(
        layout.canonical_outputs(backwards, native).y, layout.canonical_outputs(forwards.layer, native).y
    )
