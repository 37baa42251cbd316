"""`vectors check`: outputs of any program are judged, explained if they are wrong, and refused if they cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.commands import vectors
from lstm_conformance.fixtures.vectors.check import checked
from lstm_conformance.fixtures.vectors.collection import ARRAYS, INDEX
from lstm_conformance.fixtures.vectors.judging import goes_back_right, is_right, judge
from lstm_conformance.fixtures.vectors.killing import computed, gradients
from lstm_conformance.reference.lstm import Outputs
from lstm_conformance.reference.mutants import MUTANTS
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithGradients
from lstm_conformance.suites.meta.differentiable import WRONG
from lstm_conformance.suites.meta.vector_files import Arrays, exported, outputs, quick, saved, vector, ways_back

TWO = ("plain", "projection")

Check = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick set."""
    return exported(tmp_path_factory.mktemp("quick") / "vectors")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two vectors, of which one has a projection."""
    return exported(tmp_path_factory.mktemp("two") / "vectors", *map(vector, TWO))


@pytest.fixture
def check(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Saves outputs and checks them by the two vectors: exit status, and everything that was said."""

    def said(arrays: Arrays, *options: str, name: str = "outputs.safetensors") -> tuple[int, str]:
        status = main(["vectors", "check", str(folder), str(saved(tmp_path / name, arrays)), *options])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return said


def right(*names: str, dtype: str = "float32") -> Arrays:
    """The outputs of a right LSTM for these of the two vectors."""
    return outputs(*map(vector, names or TWO), dtype=dtype)


class TestVerdicts:
    """What is right is told from what is wrong."""

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize("name", ["outputs.safetensors", "outputs.npz"])
    def test_a_right_lstm_passes(self, check: Check, name: str, dtype: str) -> None:
        """A line a vector says how much of the allowed error it used."""
        status, said = check(right(dtype=dtype), name=name)

        assert status == 0
        assert [line.split()[:3] for line in said.splitlines()[:-1]] == [[each, dtype, "ok"] for each in TWO]
        assert said.endswith("vectors: 2 checked, 0 failed\n")

    def test_outputs_may_lie_in_several_files(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Of a folder."""
        saved(tmp_path / "first.npz", right("plain"))
        saved(tmp_path / "second.safetensors", right("projection"))

        assert main(["vectors", "check", str(folder), str(tmp_path)]) == 0
        assert "2 checked, 0 failed" in capsys.readouterr().out

    def test_a_wrong_lstm_is_named(self, check: Check) -> None:
        """Where it is wrong first, and what it did."""
        wrong = MUTANTS["input_and_forget_gate_exchanged"]

        status, said = check(right() | outputs(vector("plain"), kind=wrong))

        assert status == 1
        assert "FAIL" in said.splitlines()[0]
        assert "first in y at step 0, row 0, unit 0: expected" in said.splitlines()[0]
        assert "diagnosis of plain: fits input and forget gate exchanged" in said
        assert said.endswith("vectors: 2 checked, 1 failed\n")

    @pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("part", Outputs._fields)
    def test_what_is_no_number_is_wrong(self, part: str, number: float) -> None:
        """Wherever it stands."""
        found = computed(LSTM, vector("plain"), "float32")
        getattr(found, part).flat[-1] = number

        assert not judge(vector("plain"), found, "float32").right

    def test_what_is_no_number_is_no_bad_input(self, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
        """An LSTM returned it."""
        monkeypatch.setattr(vectors, "DIAGNOSED", 0)
        arrays = right()
        arrays["plain/y"][:] = np.nan

        status, said = check(arrays)

        assert (status, said.count("FAIL")) == (1, 1)

    def test_observed_outputs_make_the_bound_tighter(self) -> None:
        """An error that the stored bound of a long sequence lets pass is seen when the steps are fed what was seen."""
        of = vector("units_40")
        late = computed(LSTM, of, "float32")
        late.y[-1] += of.allowed["float32"].y[-1] / 2

        assert is_right(of, late, "float32")
        assert not judge(of, late, "float32").right

    @pytest.mark.parametrize("name", ["two_layers", "bidirectional_layers", "lengths_bidirectional", "projection"])
    def test_every_output_counts(self, name: str) -> None:
        """A single element of any of them, also of an inner layer, and behind the length of a row."""
        of = vector(name)
        for part in Outputs._fields:
            found = computed(LSTM, of, "float32")
            shape = getattr(found, part).shape
            for index in ((0,) * len(shape), tuple(size - 1 for size in shape)):
                wrong = found._replace(**{part: getattr(found, part).copy()})
                getattr(wrong, part)[index] += 0.01
                assert not judge(of, wrong, "float32").right

    def test_arithmetic_that_is_narrower_than_the_numbers_is_named(self, check: Check) -> None:
        """float32 results, written as float64, are held to float64 unless the user says otherwise."""
        of, widened = (
            vector("plain"),
            Outputs(*(a.astype(np.float64) for a in computed(LSTM, vector("plain"), "float32"))),
        )

        (as_it_is,) = checked([of], {of.name: widened})

        assert not as_it_is.judgement.right
        assert check({name: a.astype(np.float64) for name, a in right().items()}, "--arithmetic", "float32")[0] == 0

    def test_what_is_not_offered_is_left_out(self, check: Check) -> None:
        """And counted."""
        status, said = check(right("plain"), "--without", "projection")

        assert (status, said.splitlines()[-1]) == (0, "vectors: 1 checked, 0 failed, 1 left out")

    def test_the_whole_set_is_judged(self, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """By three diagnoses at most."""
        wrong = saved(tmp_path / "wrong.npz", outputs(kind=MUTANTS["input_and_forget_gate_exchanged"]))

        status = main(["vectors", "check", str(whole), str(wrong)])

        said = capsys.readouterr().out
        assert (status, said.count("diagnosis of")) == (1, 3)
        assert said.count("\n") == len(quick().vectors) + 4


class TestWaysBack:
    """Gradients are judged where a program offers them."""

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_right_gradients_pass(self, check: Check, dtype: str) -> None:
        """And are counted: of two vectors, one goes back."""
        status, said = check(right(dtype=dtype) | ways_back(vector("projection"), dtype=dtype))

        assert (status, said.splitlines()[-1]) == (0, "vectors: 2 checked, 0 failed; gradients of 1 of 1")

    def test_nobody_need_go_back(self, check: Check) -> None:
        """A program without gradients is judged by its outputs, and nothing is said of others."""
        assert check(right())[1].endswith("vectors: 2 checked, 0 failed\n")

    def test_a_wrong_way_back_is_named(self, check: Check) -> None:
        """Where it is wrong first, and what it did."""
        wrong = WRONG["gradient_through_the_cell_state_missing"]

        status, said = check(right() | ways_back(vector("projection"), kind=wrong))

        assert status == 1
        assert "× the allowed error, in gradient/" in said
        assert "; first in gradient/" in said
        assert "diagnosis of projection: outputs are right; gradients fit" in said
        assert "gradient through the cell state missing" in said

    @pytest.mark.parametrize("name", ["lengths_bidirectional", "empty_row", "back_layers", "back_small", "one_bias"])
    @pytest.mark.parametrize("arithmetic", ["float32", "float64"])
    def test_every_gradient_counts(self, name: str, arithmetic: str) -> None:
        """Its last element, by more than it may differ; and none may be missing or of another shape."""
        of, seen = vector(name), computed(LSTM, vector(name), arithmetic)
        found = gradients(LSTMWithGradients, of, arithmetic)
        assert judge(of, seen, arithmetic, found).right
        for by, a in found.items():
            wrong = a.copy()
            wrong.flat[-1] += 3 * of.back.allowed[arithmetic][by].flat[-1] + np.finfo(arithmetic).tiny  # type: ignore[union-attr]
            assert not judge(of, seen, arithmetic, found | {by: wrong}).right
            assert not goes_back_right(of, found | {by: wrong}, arithmetic)
            assert not goes_back_right(of, found | {by: a[None]}, arithmetic)
            assert not goes_back_right(of, {each: a for each, a in found.items() if each != by}, arithmetic)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (
                {"projection/gradient/x": None},
                "projection/gradient/x: missing; add them, or leave out all gradients of",
            ),
            ({"projection/gradient/y": np.zeros(1)}, "projection/gradient/y: no output of these vectors"),
            ({"plain/gradient/x": np.zeros(1)}, "plain/gradient/x: no output of these vectors"),
            ({"projection/gradient/x": np.zeros((5, 3, 7))}, "expected floating-point numbers of shape (5, 3, 6)"),
        ],
    )
    def test_gradients_that_cannot_be_judged(self, check: Check, change: dict[str, Any], sentence: str) -> None:
        """One sentence, exit status 2."""
        given = right() | ways_back(vector("projection")) | change

        status, said = check({name: a for name, a in given.items() if a is not None})

        assert (status, said.count("\n")) == (2, 1)
        assert sentence in said


def without(name: str) -> Arrays:
    """Right outputs, less one."""
    return {each: a for each, a in right().items() if each != name}


class TestBadInput:
    """One sentence, exit status 2."""

    @pytest.mark.parametrize(
        ("arrays", "options", "sentence"),
        [
            (without("plain/h_n"), (), "plain/h_n: missing; add them, or leave out with --without"),
            (right("plain"), (), "projection/c_n, projection/h_n, projection/y: missing"),
            (right() | {"plane/y": np.zeros(1)}, (), "plane/y: no output of these vectors; name them <vector>/y"),
            (
                right() | {"plain/y": np.zeros((3, 6, 20))},
                (),
                "plain/y: expected floating-point numbers of shape (6, 3",
            ),
            (right() | {"plain/y": np.zeros((6, 3, 20), "i4")}, (), "came int32 of shape (6, 3, 20)"),
            (
                right(dtype="float32") | {"plain/y": np.zeros((6, 3, 20), "f2")},
                (),
                "no allowed error for arithmetic in",
            ),
            (right(), ("--without", "surprise"), "there is no flag surprise; there are initial_state"),
            (right(), ("--without", "initial_state"), "no vector is left without initial_state"),
        ],
    )
    def test_outputs(self, check: Check, arrays: Arrays, options: tuple[str, ...], sentence: str) -> None:
        """That cannot be judged."""
        status, said = check(arrays, *options)

        assert (status, said.count("\n")) == (2, 1)
        assert sentence in said

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("outputs.safetensors", b"no", "expected a .safetensors file of real numbers"),
            ("outputs.npz", b"no", "expected a .npz file of real numbers"),
            ("outputs.txt", b"no", "expected a file .npz or .safetensors"),
        ],
    )
    def test_files(
        self,
        folder: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        name: str,
        content: bytes,
        sentence: str,
    ) -> None:
        """That cannot be read."""
        (tmp_path / name).write_bytes(content)

        assert main(["vectors", "check", str(folder), str(tmp_path / name)]) == 2
        assert sentence in capsys.readouterr().err

    def test_nothing_is_unpickled(self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """An array of objects is refused."""
        np.savez(tmp_path / "outputs.npz", allow_pickle=True, **{"plain/y": np.array([print], dtype=object)})

        assert main(["vectors", "check", str(folder), str(tmp_path / "outputs.npz")]) == 2
        assert "Object arrays cannot be loaded" in capsys.readouterr().err

    def test_an_empty_folder(self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Holds no outputs."""
        assert main(["vectors", "check", str(folder), str(tmp_path)]) == 2
        assert "holds no outputs" in capsys.readouterr().err


def changed(index: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The index with other fields of its first vector; None removes a field."""
    first = {name: value for name, value in (index["vectors"][0] | fields).items() if value is not None}
    return index | {"vectors": [first, *index["vectors"][1:]]}


class TestBadVectors:
    """Vectors that cannot be read judge nobody: one sentence, exit status 2."""

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda index: index | {"format": "other"}, "expected format 'lstm-conformance vectors', version 1"),
            (lambda index: index | {"version": 9}, "came ['lstm-conformance vectors', 9]"),
            (lambda index: [index], "came list"),
            (lambda index: index | {"vectors": []}, "expected a list of vectors"),
            (lambda index: changed(index, digest="0" * 64), "expected the arrays of the stated digests"),
            (lambda index: changed(index, digest=None), "expected the arrays of the stated digests"),
            (lambda index: changed(index, name=None), "expected 'name', which is missing"),
            (lambda index: changed(index, name="plane"), "twice: [], of no vector: ['plain']"),
            (lambda index: changed(index, name="projection"), "twice: ['projection'], of no vector: ['plain']"),
            (lambda index: changed(index, layer={"input_size": 10}), "missing 1 required keyword-only argument"),
            (lambda index: changed(index, layer={"input_size": 10, "hidden_size": "20"}), "expected a layer as"),
            (lambda index: changed(index, layer={"input_size": 10, "hidden_size": 0}), "expected a layer as"),
            (
                lambda index: changed(index, layer={"input_size": 10, "hidden_size": 21}),
                "expected (1, 1, 3, 21), came (1, 1, 3, 20)",
            ),
            (lambda index: changed(index, layer={"input_size": 10, "units": 20}), "a layer has no units"),
            (
                lambda index: changed(index, layer={"input_size": 10, "hidden_size": 20, "activation": "elu"}),
                "no activation named 'elu'",
            ),
        ],
    )
    def test_an_index(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        change: Callable[[dict[str, Any]], Any],
        sentence: str,
    ) -> None:
        """That says something else than the arrays, or nothing."""
        folder = exported(tmp_path / "vectors", *map(vector, TWO))
        index = json.loads((folder / INDEX).read_text("utf-8"))
        (folder / INDEX).write_text(json.dumps(change(index)), "utf-8")

        status = main(["vectors", "check", str(folder), str(saved(tmp_path / "outputs.npz", right()))])

        said = capsys.readouterr().err
        assert (status, said.count("\n")) == (2, 1)
        assert sentence in said

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"plain/lengths": np.array([7, 1, 2], np.int32)}, "plain/lengths: expected lengths from 0 to 6"),
            ({"plain/lengths": np.array([6.0, 1, 2])}, "plain/lengths: expected integers, came float64"),
            ({"plain/c_0": np.full((1, 1, 3, 20), np.nan, np.float32)}, "plain/c_0: expected finite numbers"),
            ({"plain/x": np.zeros((6, 3, 11), np.float32)}, "plain/x: expected (6, 3, 10), came (6, 3, 11)"),
            ({"plain/surprise": np.zeros(1, np.float32)}, "plain/surprise: expected no such array, came (1,)"),
            (
                {"plain/upstream/y": np.zeros((6, 3, 20), np.float32)},
                "plain/allowed_error/float32/gradient/c_0: expected",
            ),
            ({"plain/weights/layer_0/forward/bias_2": np.zeros(80, np.float32)}, "bias_2: expected no such array"),
            ({"other/x": np.zeros(1, np.float32)}, "of no vector: ['other']"),
        ],
    )
    def test_arrays(self, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Arrays, sentence: str) -> None:
        """That do not fit the layer."""
        folder = exported(tmp_path / "vectors", vector("plain"))
        arrays = {f"plain/{name}": np.ascontiguousarray(a) for name, a in vector("plain").arrays.items()}
        saved(folder / ARRAYS, arrays | change)

        status = main(["vectors", "check", str(folder), str(saved(tmp_path / "outputs.npz", right("plain")))])

        assert status == 2
        assert sentence in capsys.readouterr().err

    def test_a_folder_without_vectors(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Says which file was looked for."""
        assert main(["vectors", "check", str(tmp_path), str(tmp_path)]) == 2
        assert f"{INDEX} cannot be read" in capsys.readouterr().err
