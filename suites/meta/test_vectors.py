"""Vectors: written whole and the same in two exports, read by anybody, and strong enough to show wrong LSTMs."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from lstm_conformance.__main__ import main
from lstm_conformance.fixtures.vectors import writing
from lstm_conformance.fixtures.vectors.collection import ARRAYS, INDEX, SCHEMA
from lstm_conformance.fixtures.vectors.drawing import rounded_up, vector_set
from lstm_conformance.fixtures.vectors.flags import FLAGS, flags_of
from lstm_conformance.fixtures.vectors.judging import goes_back_right, is_right, judge, legal
from lstm_conformance.fixtures.vectors.killing import computed, gradients, with_kills
from lstm_conformance.fixtures.vectors.lint import WAYS_BACK
from lstm_conformance.fixtures.vectors.reading import read
from lstm_conformance.fixtures.vectors.unshown import reasons
from lstm_conformance.fixtures.vectors.vector import COMPUTED_IN
from lstm_conformance.fixtures.vectors.ways_back import due
from lstm_conformance.reference.mutants import BENIGN, MUTANTS
from lstm_conformance.reference.mutants.base import LSTM, LSTMWithGradients
from lstm_conformance.suites.meta.vector_files import exported, quick, vector

SCHEMA_TEXT = json.loads(Path(writing.__file__).with_name(SCHEMA).read_text("utf-8"))

EVERY_VECTOR = pytest.mark.parametrize("name", [each.name for each in quick().vectors])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick set as the command line writes it, with the mutants that it kills."""
    out = tmp_path_factory.mktemp("exported") / "vectors"
    assert main(["vectors", "export", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def index(folder: Path) -> dict[str, Any]:
    """Its index, read without any of the code under test."""
    found: dict[str, Any] = json.loads((folder / INDEX).read_text("utf-8"))
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stored(path: Path) -> dict[str, tuple[str, list[int], bytes]]:
    """Type, shape and bytes of every array of a safetensors file, read as any language can."""
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + size]), content[8 + size :]
    header.pop("__metadata__", None)
    return {name: (a["dtype"], a["shape"], data[slice(*a["data_offsets"])]) for name, a in header.items()}


class TestStrength:
    """What the quick set shows, at sizes that any implementation can run."""

    @pytest.mark.deep
    def test_every_mutant_is_killed_or_cannot_be_shown(self, index: dict[str, Any]) -> None:
        """Each is in one of two lists. What is in neither needs a vector, or a reason in `unshown.py`."""
        killed = {name for each in index["vectors"] for name in each["kills"]}

        assert sorted(MUTANTS.keys() - killed) == sorted(reasons())
        assert index["not_shown"] == reasons()

    def test_the_full_set_shows_what_takes_many_units(self) -> None:
        """The mutant of which the quick set says so."""
        name = "units_behind_the256th_not_fed_back"
        (wide,) = (each for each in vector_set("full", kills=False).vectors if each.name == "units_257")

        assert not is_right(wide, computed(MUTANTS[name], wide, "float32"), "float32")

    @pytest.mark.parametrize(
        "name", ["back_final", "lengths_tied", pytest.param("projection_layers", marks=pytest.mark.deep)]
    )
    def test_mutants_are_killed_again(self, index: dict[str, Any], name: str) -> None:
        """A second run says the same."""
        again = with_kills(vector(name))

        assert list(again.kills) == next(each["kills"] for each in index["vectors"] if each["name"] == again.name)

    @pytest.mark.parametrize("arithmetic", COMPUTED_IN)
    @pytest.mark.parametrize("kind", [LSTM, *BENIGN.values()])
    def test_right_lstms_pass(self, kind: type[LSTM], arithmetic: str) -> None:
        """However they sum and activate, in the arithmetic that they are right in."""
        of = [each for each in quick().vectors if arithmetic in kind.dtypes]

        wrong = [each.name for each in of if not judge(each, computed(kind, each, arithmetic), arithmetic).right]

        assert wrong == []

    def test_it_is_small(self, folder: Path) -> None:
        """2 MB with everything, and no layer of more than 40 units."""
        assert sum(map(len, bytes_of(folder).values())) <= 2_000_000
        assert max(each.layer.hidden_size for each in quick().vectors) <= 40

    def test_every_flag_is_borne(self) -> None:
        """Or it would explain nothing."""
        assert {flag for each in quick().vectors for flag in flags_of(each)} == set(FLAGS)

    @EVERY_VECTOR
    def test_its_inputs_are_exact_in_float32(self, name: str) -> None:
        """Stored as float32 they cannot be anything else; what is judged is stored more widely."""
        kinds = {part.partition("/")[0]: str(a.dtype) for part, a in vector(name).arrays.items()}

        assert {kinds.pop("expected")} == {"float64"}
        assert kinds.pop("lengths", "int32") == "int32"
        assert set(kinds.values()) == {"float32"}

    @EVERY_VECTOR
    @pytest.mark.parametrize("arithmetic", COMPUTED_IN)
    def test_the_allowed_error_is_that_of_the_trajectory(self, name: str, arithmetic: str) -> None:
        """Rounded up to the next float32, and no further."""
        of = vector(name)
        derived = legal(of.layer, of.weights, of.call, arithmetic)

        for exact, allowed in zip(derived, of.allowed[arithmetic], strict=True):
            below = np.nextafter(allowed, np.float32(-1))
            assert (allowed >= exact.bound).all()
            assert ((below < exact.bound) | (exact.bound == 0)).all()


GOING_BACK = pytest.mark.parametrize("name", [each.name for each in quick().vectors if each.back is not None])


class TestWaysBack:
    """Gradients of the vectors that have some."""

    @GOING_BACK
    @pytest.mark.parametrize("arithmetic", COMPUTED_IN)
    def test_the_allowed_error_is_that_of_the_whole_way_back(self, name: str, arithmetic: str) -> None:
        """By everything that the layer is given, rounded up to the next float32, and no further."""
        of, back = vector(name), vector(name).back
        assert back is not None
        derived = due(of.layer, of.weights, of.call, back.given, arithmetic)

        assert derived.keys() == back.expected.keys() == {n for n, _ in of.arrays.items() if n in derived}
        assert any(a.any() for a in back.given)
        for each, exact in derived.items():
            np.testing.assert_array_equal(back.allowed[arithmetic][each], rounded_up(exact))

    @GOING_BACK
    @pytest.mark.parametrize("arithmetic", COMPUTED_IN)
    @pytest.mark.parametrize("kind", WAYS_BACK.values(), ids=WAYS_BACK)
    def test_right_ways_back_pass(self, name: str, arithmetic: str, kind: type[LSTMWithGradients]) -> None:
        """However they sum."""
        assert goes_back_right(vector(name), gradients(kind, vector(name), arithmetic), arithmetic)


class TestFiles:
    """What is written."""

    def test_two_exports_are_the_same(self, tmp_path: Path) -> None:
        """Byte by byte."""
        first, second = (exported(tmp_path / name) for name in ("first", "second"))

        assert bytes_of(first) == bytes_of(second)

    def test_what_is_written_is_read_back(self, folder: Path) -> None:
        """Every array and every field."""
        found = {each.name: each for each in read(folder).vectors}

        assert list(found) == [each.name for each in quick().vectors]
        for each in quick().vectors:
            again = found[each.name]
            assert (again.digest, again.rules, again.case, again.seed) == (
                each.digest,
                each.rules,
                each.case,
                each.seed,
            )

    def test_the_digest_is_the_documented_one(self, folder: Path, index: dict[str, Any]) -> None:
        """Computed from the bytes of the file, as `reading` says."""
        dtypes = {"F32": "float32", "F64": "float64", "I32": "int32"}
        arrays = stored(folder / ARRAYS)

        for each in index["vectors"]:
            found, prefix = hashlib.sha256(), f"{each['name']}/"
            for name in sorted(name for name in arrays if name.startswith(prefix)):
                dtype, shape, data = arrays[name]
                found.update(f"{name.removeprefix(prefix)} {dtypes[dtype]} {','.join(map(str, shape))}\n".encode())
                found.update(data)
            assert found.hexdigest() == each["digest"]

    def test_the_index_follows_the_schema(self, folder: Path, index: dict[str, Any]) -> None:
        """And the schema lies beside it."""
        assert [error.message for error in jsonschema.Draft202012Validator(SCHEMA_TEXT).iter_errors(index)] == []
        assert json.loads((folder / index["$schema"]).read_text("utf-8")) == SCHEMA_TEXT

    @pytest.mark.parametrize(
        "change",
        [
            lambda index: index | {"version": 2},
            lambda index: index | {"vectors": []},
            lambda index: index | {"surprise": 1},
            lambda index: index | {"gates": ["i", "f", "c", "o"]},
            lambda index: index | {"vectors": [{"name": "a/b", "layer": {}, "digest": "?"}]},
            lambda index: {key: value for key, value in index.items() if key != "format"},
        ],
    )
    def test_the_schema_refuses_what_is_wrong(
        self, index: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        """The schema can fail, so that the test before this one means something."""
        assert list(jsonschema.Draft202012Validator(SCHEMA_TEXT).iter_errors(change(index))) != []


class TestFolder:
    """Where it is written."""

    def test_older_vectors_are_replaced(self, tmp_path: Path) -> None:
        """And nothing else in the folder is touched."""
        out = exported(tmp_path / "vectors", vector("plain"))
        (out / "outputs.npz").write_bytes(b"mine")

        exported(out, vector("square"))

        assert [each.name for each in read(out).vectors] == ["square"]
        assert sorted(bytes_of(out)) == sorted((ARRAYS, INDEX, SCHEMA, "outputs.npz"))
        assert sorted(tmp_path.iterdir()) == [out]

    def test_an_empty_folder_is_taken(self, tmp_path: Path) -> None:
        """It may exist already."""
        assert len(bytes_of(exported(tmp_path, vector("plain")))) == 3

    @pytest.mark.parametrize(
        ("path", "sentence"),
        [("full", "full holds other files than vectors"), ("full/file", "file is a file; name a folder")],
    )
    def test_other_files_are_left_alone(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, sentence: str
    ) -> None:
        """One sentence, exit status 2."""
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "file").write_text("mine", "utf-8")

        status = main(["vectors", "export", str(tmp_path / path), "--no-kills"])

        assert (status, bytes_of(tmp_path / "full")) == (2, {"file": b"mine"})
        assert sentence in capsys.readouterr().err

    def test_what_breaks_leaves_nothing_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """No folder, and no temporary one."""

        def full(*_: object) -> str:
            raise OSError("no space left on device")

        monkeypatch.setattr(writing, "_index", full)

        with pytest.raises(OSError, match="no space left"):
            exported(tmp_path / "vectors", vector("plain"))

        assert list(tmp_path.iterdir()) == []
