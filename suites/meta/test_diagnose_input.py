"""What `lstm-conformance diagnose` takes, and what it says of arrays that do not fit."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import TensorSpec, serialize_file
from safetensors.numpy import save_file

from lstm_conformance.__main__ import main
from lstm_conformance.reference.bfloat16 import from_float32
from lstm_conformance.reference.layouts import LAYOUTS
from lstm_conformance.reference.lstm import Outputs, within_lengths
from lstm_conformance.suites.meta.needing import in_part
from lstm_conformance.suites.meta.numbers import drawn, values

Arrays = dict[str, Any]
STEPS, ROWS, INPUTS, HIDDEN = 7, 3, 6, 8


def right(layout: str = "torch", *, lengths: list[int] | None = None, dtype: str = "float64", **options: Any) -> Arrays:
    """Weights, a call and its outputs, in the axes of a layout: a right LSTM in float64."""
    cases = drawn(STEPS, ROWS, INPUTS, HIDDEN, biases=LAYOUTS[layout].biases, dtype=dtype, **options)
    layer, axes = cases.configuration.layer, LAYOUTS[layout]
    y, h_n, c_n = values(cases, None if lengths is None else within_lengths(7, np.array([lengths])))
    seen = Outputs(y[:, :1], h_n[:, :, :1], c_n[:, :, :1])
    final = axes.native_inputs(layer, cases.inputs._replace(h_0=seen.h_n, c_0=seen.c_n))[1:]
    native = {
        **axes.native_weights(layer, cases.weights),
        **axes.native_inputs(layer, cases.inputs)._asdict(),
        "y": axes.native_outputs(layer, seen)[0],
        **dict(zip(("h_n", "c_n"), final, strict=True)),
    }
    arrays = {name: a[0] for name, a in native.items() if a is not None}
    return arrays if lengths is None else arrays | {"lengths": np.array(lengths)}


def without(arrays: Arrays, *names: str) -> Arrays:
    """All but these."""
    return {name: a for name, a in arrays.items() if name not in names}


def renamed(arrays: Arrays, name: Callable[[str], str]) -> Arrays:
    """The same under other names."""
    return {name(old): a for old, a in arrays.items()}


@pytest.fixture(autouse=True)
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why an output is wrong is asked elsewhere."""
    monkeypatch.setattr("lstm_conformance.reference.arrays.diagnosing.WORK", 1e6)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the arrays go."""
    return tmp_path / "arrays.npz"


def status(file: Path, arrays: Arrays, options: str = "") -> int:
    """The exit status of the command on these arrays."""
    np.savez(file, **arrays)
    return main(["diagnose", str(file), *options.split()])


OPTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("torch", {}, ""),
    ("torch", {"batch_first": True}, "--batch-first"),
    ("torch", {"bias": False, "initial_state": False}, ""),
    ("torch", {"num_layers": 2, "bidirectional": True, "proj_size": 5}, ""),
    ("torch", {"lengths": [7, 0, 3]}, ""),
    ("torch", {"lengths": [7, 2, 3], "num_layers": 2, "bidirectional": True}, ""),
    ("torch", {"activation": "softsign"}, "--activation softsign"),
    ("keras", {}, "--layout keras"),
    ("keras", {"num_layers": 2}, "--layout keras"),
    ("keras", {"go_backwards": True}, "--layout keras --go-backwards"),
    ("keras", {"recurrent_activation": "hard_sigmoid"}, "--layout keras --recurrent-activation hard_sigmoid"),
    ("onnx", {"bidirectional": True}, "--layout onnx"),
    ("onnx", {"batch_first": True}, "--layout onnx --batch-first"),
    ("onnx", {"go_backwards": True}, "--layout onnx --go-backwards"),
    ("onnx", {"lengths": [7, 2, 3], "bidirectional": True}, "--layout onnx"),
    ("tf1", {"batch_first": True}, "--layout tf1 --forget-bias 0"),
    ("tf1", {"num_layers": 2, "bidirectional": True, "proj_size": 5}, "--layout tf1 --time-first --forget-bias 0"),
    ("gates", {}, "--layout gates"),
    ("gates", {"bias": False}, "--layout gates --time-first"),
]


@pytest.mark.parametrize(("layout", "options", "flags"), OPTIONS)
def test_a_right_layer_is_right(file: Path, layout: str, options: dict[str, Any], flags: str) -> None:
    """In every layout, with every option that shapes do not tell."""
    assert status(file, right(layout, **options), flags) == 0


@pytest.mark.parametrize(("layout", "options", "flags"), in_part(OPTIONS, 3))
def test_a_wrong_output_is_wrong(file: Path, layout: str, options: dict[str, Any], flags: str) -> None:
    """One number of it, by one part in a million."""
    arrays = right(layout, **options)
    arrays["y"] = arrays["y"].copy()
    arrays["y"][(0,) * arrays["y"].ndim] *= 1.000001

    assert status(file, arrays, flags) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda a: renamed(a, lambda name: {"y": "output"}.get(name, name)),
        lambda a: without(a, "h_n", "c_n"),
        lambda a: a | {"y": a["y"][-1]},
        lambda a: a | {"y": a["y"][-1], "h_n": a["h_n"][0], "c_n": a["c_n"][0]},
        lambda a: a | {"x": np.asfortranarray(a["x"]), "h_0": a["h_0"][0]},
    ],
    ids=["another name", "no final states", "last output", "states of one layer", "other strides"],
)
def test_arrays_may_come_otherwise(file: Path, change: Callable[[Arrays], Arrays]) -> None:
    """What is meant is clear."""
    assert status(file, change(right())) == 0


def test_a_call_without_a_batch(file: Path) -> None:
    """The axis is missing everywhere."""
    arrays = right()
    rows = {"x": 1, "y": 1, "h_0": 1, "c_0": 1, "h_n": 1, "c_n": 1}
    one = {name: a.take(0, rows[name]) if name in rows else a for name, a in arrays.items()}

    assert status(file, one) == 0


def test_weights_of_a_model_have_a_prefix(file: Path) -> None:
    """Those of its other layers are left out."""
    arrays = right()
    weights = renamed(without(arrays, "x", "y", "h_0", "c_0", "h_n", "c_n"), lambda name: f"encoder.lstm.{name}")
    calls = {name: a for name, a in arrays.items() if name in {"x", "y", "h_0", "c_0"}}

    assert status(file, weights | calls | {"head.weight": np.zeros((2, 8))}, "--prefix encoder.lstm.") == 0


def test_files_are_read_as_one(tmp_path: Path) -> None:
    """Weights from one, the call from another."""
    arrays = right()
    calls = {name: a for name, a in arrays.items() if name in {"x", "y", "h_0", "c_0"}}
    np.savez(tmp_path / "call.npz", **calls)
    save_file(without(arrays, *calls, "h_n", "c_n"), tmp_path / "weights.safetensors")

    assert main(["diagnose", str(tmp_path / "weights.safetensors"), str(tmp_path / "call.npz")]) == 0


def test_the_dtype_is_that_of_y(file: Path) -> None:
    """Outputs of float32 are held to float32, though the weights came in float64."""
    arrays = right()
    arrays["y"] = arrays["y"].astype(np.float32)

    assert status(file, without(arrays, "h_n", "c_n")) == 0
    assert status(file, without(arrays, "h_n", "c_n"), "--dtype float64") == 1


def test_bfloat16_is_read_from_safetensors(tmp_path: Path) -> None:
    """And is then what the layer computes in."""
    bits = {name: from_float32(a) for name, a in right(dtype="bfloat16").items()}
    specs = {
        name: TensorSpec(dtype="bfloat16", shape=a.shape, data_ptr=a.ctypes.data, data_len=a.nbytes)
        for name, a in bits.items()
    }
    serialize_file(specs, tmp_path / "a.safetensors")

    assert main(["diagnose", str(tmp_path / "a.safetensors")]) == 0
    assert main(["diagnose", str(tmp_path / "a.safetensors"), "--dtype", "float32"]) == 1


def test_the_text_says_what_it_is_and_as_what_it_was_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence, how people get there, and the sizes."""
    arrays = right(initial_state=False)
    status(file, arrays)
    assert (
        capsys.readouterr().out.splitlines()[0].startswith("The outputs are those of a correct LSTM, <0.01 × the bound")
    )

    status(file, arrays | {"bias_hh_l0": arrays["bias_hh_l0"] * 0, "bias_ih_l0": arrays["bias_ih_l0"] * 2})
    sentence, begins, then, read_as = capsys.readouterr().out.splitlines()
    assert sentence.startswith("No single known mistake fits")
    assert begins.startswith("  it begins at step 0, row 0, unit 0: expected 0.")
    assert then.startswith("  next: save a call of one step and one row, ")
    assert read_as == "  read as torch: T=7 B=3 I=6 H=8, layers 1, directions 1"


def test_the_state_of_an_earlier_call_is_explained(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence is followed by another of how people get there."""
    status(file, without(right(), "h_0", "c_0"))

    sentence, reason, change, _ = capsys.readouterr().out.splitlines()
    assert sentence.startswith("Fits a correct LSTM from another initial state, <0.01 × the bound")
    assert reason.startswith("  a correct LSTM from another initial state: Keeps the state of an earlier call, or ")
    assert change == "    change: reset the state before the call, or save h_0 and c_0 with it"


def test_json_holds_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs."""
    assert status(file, right(), "--json") == 0

    found = json.loads(capsys.readouterr().out)
    (fit,) = found["fits"]
    assert (found["correct"], fit["names"], 0 <= fit["budget"] < 0.01) == (True, [], True)
    assert (found["layer"]["input_size"], found["layer"]["hidden_size"]) == (INPUTS, HIDDEN)


def test_nothing_fits_outputs_that_are_no_numbers(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is infinitely far off is null in JSON, which has no infinity."""
    arrays = right()

    assert status(file, arrays | {"y": np.full_like(arrays["y"], np.nan)}, "--json") == 1

    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert (found["correct"], found["fits"], found["begins"]["came"]) == (False, [], None)


def test_an_output_that_is_infinite_is_named(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many there are, and where the first wrong one stands."""
    arrays = right()
    y = arrays["y"].copy()
    y[2, 1, 3] = -np.inf

    assert status(file, arrays | {"y": y}) == 1

    told = capsys.readouterr().out
    assert f"1 of {sum(arrays[name].size for name in ('y', 'h_n', 'c_n'))} outputs is NaN or infinite" in told
    assert "it begins at step 2, row 1, unit 3: " in told
    assert "came -inf" in told


def test_float64_that_holds_float32_is_judged_as_float32(file: Path) -> None:
    """Whoever saves lists saves them so."""
    arrays = {name: a.astype(np.float32) for name, a in right(initial_state=False).items()}

    assert status(file, {name: a.astype(np.float64) for name, a in without(arrays, "h_n", "c_n").items()}) == 0


def test_what_cannot_tell_has_a_status_of_its_own(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All layers return zeros where there is nothing to read and no bias; the text says what to save instead."""
    arrays = without(right(bias=False, initial_state=False), "h_n", "c_n")
    nothing = arrays | {"x": arrays["x"] * 0, "y": arrays["y"] * 0}

    assert status(file, nothing) == 3
    sentence, _ = capsys.readouterr().out.splitlines()
    assert sentence == (
        "These arrays cannot tell: unrelated layers would be within the bound as well; "
        "save a call whose input is not zero."
    )
    assert status(file, nothing, "--json") == 3
    assert json.loads(capsys.readouterr().out)["correct"] is None


@pytest.mark.parametrize(("forgotten", "expected"), [(False, 0), (True, 1)])
def test_the_two_biases_of_cudnn(
    file: Path, capsys: pytest.CaptureFixture[str], forgotten: bool, expected: int
) -> None:
    """8H numbers in one array, of which Keras' LSTM takes the sum; taken in half, one of them is missing."""
    arrays = without(right("keras", initial_state=False), "h_n", "c_n")
    second = np.linspace(-1, 1, arrays["bias"].size)
    first = arrays["bias"] - (0 if forgotten else second)

    assert status(file, arrays | {"bias": np.concatenate([first, second])}, "--layout keras") == expected
    said = capsys.readouterr().out
    assert "as CuDNNLSTM has it" in said
    assert ("recurrent bias missing" in said) is forgotten


BAD: list[tuple[str, Callable[[Arrays], Arrays], str, str]] = [
    ("no x", lambda a: without(a, "x"), "", "expected an array x or X, came weight_ih_l0, "),
    ("no y", lambda a: without(a, "y"), "", "expected an array y or output or Y, came "),
    ("nothing", lambda _: {}, "", "expected an array x or X, came no arrays: add it, or another file that holds it"),
    (
        "no weights",
        lambda a: {name: a[name] for name in ("x", "y")},
        "",
        "there are no weights, expected arrays named ",
    ),
    ("one weight less", lambda a: without(a, "bias_hh_l0"), "", "bias_hh_l0 (32,) is missing: mend them, or name"),
    ("one weight more", lambda a: a | {"weight": a["x"]}, "", "weight (7, 3, 6) is not expected: mend them, or name"),
    (
        "transposed",
        lambda a: a | {"weight_hh_l0": a["weight_hh_l0"].T},
        "",
        "weight_hh_l0 has shape (8, 32), documented is (32, 8): mend them, or name another layout",
    ),
    ("another layout", lambda a: a, "--layout keras", "kernel (6, 4) is missing"),
    (
        "names of a model",
        lambda a: renamed(a, lambda n: n if len(n) < 4 else f"net.{n}"),
        "",
        "begin with net.: say with",
    ),
    ("a prefix of none", lambda a: a, "--prefix net.", "there are no weights, expected arrays named"),
    ("two outputs", lambda a: a | {"output": a["y"]}, "", "y and output are names of the same array, expected one"),
    (
        "NaN",
        lambda a: a | {"weight_hh_l0": a["weight_hh_l0"] * np.nan},
        "",
        "weight_hh_l0 holds NaN or infinity as float64",
    ),
    (
        "infinity",
        lambda a: a | {"x": a["x"] / 0},
        "",
        "x holds NaN or infinity as float64 (126 of 126 numbers), expected",
    ),
    (
        "too large",
        lambda a: a | {"c_0": a["c_0"] * 1e300},
        "--dtype float16",
        "c_0 holds NaN or infinity as float16 (24 ",
    ),
    (
        "x too wide",
        lambda a: a | {"x": np.ones((7, 3, 9))},
        "",
        "x has 9 features in its last axis, expected 6, which the",
    ),
    ("x of one axis", lambda a: a | {"x": np.ones(6)}, "", "x has shape (6,), expected three axes that are not empty"),
    ("x empty", lambda a: a | {"x": np.ones((0, 3, 6))}, "", "x has shape (0, 3, 6), expected three axes that are not"),
    (
        "y too short",
        lambda a: a | {"y": a["y"][:5]},
        "",
        "y has shape (5, 3, 8), expected (7, 3, 8) or (1, 3, 8): see ",
    ),
    ("another order", lambda a: a, "--batch-first", "h_0 has shape (1, 3, 8), expected (1, 7, 8): see batch_first"),
    ("h_0 alone", lambda a: without(a, "c_0"), "", "h_0 is given alone, expected h_0 and c_0 or none of them"),
    ("c_n alone", lambda a: without(a, "h_n"), "", "c_n is given alone, expected h_n and c_n or none of them"),
    ("h_n too wide", lambda a: a | {"h_n": np.ones((1, 3, 9))}, "", "h_n has shape (1, 3, 9), expected (1, 3, 8): see"),
    (
        "y of whole numbers",
        lambda a: a | {"y": np.ones((7, 3, 8), int)},
        "",
        "y is int64, expected floating-point numbers",
    ),
    (
        "lengths too many",
        lambda a: a | {"lengths": np.ones(4, int)},
        "",
        "lengths is int64 (4,), expected whole numbers (3,)",
    ),
    (
        "lengths too long",
        lambda a: a | {"lengths": np.array([1, 9, 2])},
        "",
        "expected lengths from 0 to 7, came [[1 9 2]]",
    ),
    (
        "lengths of reals",
        lambda a: a | {"lengths": np.ones(3)},
        "",
        "lengths are float64, expected whole numbers of steps",
    ),
    (
        "lengths of Keras",
        lambda _: right("keras") | {"lengths": np.ones(3, int)},
        "--layout keras",
        "lengths go with neither the layout keras nor go_backwards",
    ),
    ("Keras, time first", lambda _: right("keras"), "--layout keras --time-first", "a Keras layer takes batches first"),
    (
        "peepholes",
        lambda _: right("onnx") | {"P": np.ones((1, 25))},
        "--layout onnx",
        "P has shape (1, 25), documented is (1, 24)",
    ),
    ("activation", lambda a: a, "--activation swish", "no activation named 'swish'; known: sigmoid, tanh"),
]


@pytest.mark.parametrize(("change", "options", "sentence"), [pytest.param(*each, id=name) for name, *each in BAD])
def test_bad_input_is_told_in_a_sentence(
    file: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Arrays], Arrays], options: str, sentence: str
) -> None:
    """What was expected, what came, what to do; the exit status is 2."""
    with np.errstate(divide="ignore", invalid="ignore"):
        arrays = change(right())

    found = status(file, arrays, options)

    out, err = capsys.readouterr()
    assert (found, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("lstm-conformance diagnose: ")
    assert sentence in err


def test_an_archive_that_becomes_far_larger_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it declares is added up before anything is read."""
    np.savez_compressed(tmp_path / "zeros.npz", x=np.zeros(2**24), y=np.zeros(2**24))

    assert main(["diagnose", str(tmp_path / "zeros.npz")]) == 2
    assert "bytes would become 268,435," in capsys.readouterr().err


def test_a_member_that_declares_more_than_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shape of 8 TB is refused in one sentence."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
    with zipfile.ZipFile(tmp_path / "lies.npz", "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(64))

    assert main(["diagnose", str(tmp_path / "lies.npz")]) == 2
    said = capsys.readouterr().err
    assert "expected a .npz file of real numbers" in said
    assert said.count("\n") == 1
