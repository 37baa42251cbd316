"""Arrays come out of files as they went in, and a file that is none is refused in a sentence."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import TensorSpec, serialize_file
from safetensors.numpy import save_file

from lstm_conformance.fixtures.vectors.array_files import BadArrays, read
from lstm_conformance.reference.bfloat16 import BFLOAT16, from_float32

ARRAYS: dict[str, Any] = {
    "layer_0/kernel": np.arange(6, dtype=np.float64).reshape(2, 3),
    "x": np.array([0.5, -1], np.float16),
    "lengths": np.array([3, 1]),
    "scalar": np.full((), 2, np.float32),
}


@pytest.mark.parametrize(
    ("name", "write"),
    [("a.npz", lambda file: np.savez(file, **ARRAYS)), ("a.safetensors", lambda file: save_file(ARRAYS, file))],
)
def test_arrays_come_out_as_they_went_in(tmp_path: Path, name: str, write: Callable[[Path], None]) -> None:
    """Names, dtypes, shapes and numbers."""
    write(tmp_path / name)

    found = read([tmp_path / name])

    assert {key: (a.dtype, a.shape, a.tolist()) for key, a in found.items()} == {
        key: (a.dtype, a.shape, a.tolist()) for key, a in ARRAYS.items()
    }


def test_bfloat16_is_carried_as_its_bits(tmp_path: Path) -> None:
    """NumPy has no such dtype."""
    bits = from_float32(np.array([1, -2.5, 3e38], np.float32))
    tensor = TensorSpec(dtype="bfloat16", shape=bits.shape, data_ptr=bits.ctypes.data, data_len=bits.nbytes)
    serialize_file({"y": tensor}, tmp_path / "a.safetensors")

    (found,) = read([tmp_path / "a.safetensors"]).values()

    assert (found.dtype, found.tobytes()) == (BFLOAT16, bits.tobytes())


def test_files_are_read_as_one(tmp_path: Path) -> None:
    """Of either kind, in any order."""
    np.savez(tmp_path / "a.npz", x=ARRAYS["x"])
    save_file({"y": ARRAYS["x"]}, tmp_path / "b.safetensors")

    assert list(read([tmp_path / "b.safetensors", tmp_path / "a.npz"])) == ["y", "x"]


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Neither of the two is taken."""
    np.savez(tmp_path / "a.npz", x=ARRAYS["x"])
    np.savez(tmp_path / "b.npz", x=ARRAYS["x"])

    with pytest.raises(
        BadArrays, match=r"^x is in \S+a\.npz and in \S+b\.npz, expected it once: leave one of them out$"
    ):
        read([tmp_path / "a.npz", tmp_path / "b.npz"])


class Marked:
    """Leaves a file behind where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[Path]]:
        return Path.touch, (self.mark,)


def objects(file: Path) -> None:
    """An array of objects, which NumPy pickles."""
    np.savez(file, x=np.array([Marked(file.with_name("mark"))], object))


def bare_pickle(file: Path) -> None:
    """A pickle under another name."""
    file.write_bytes(pickle.dumps(Marked(file.with_name("mark"))))


def one_array(file: Path) -> None:
    """What `numpy.save` writes."""
    with file.open("wb") as stream:
        np.save(stream, ARRAYS["x"])


def cut(file: Path) -> None:
    """The first half."""
    np.savez(file, x=np.zeros(1000))
    file.write_bytes(file.read_bytes()[:4000])


def spoiled(file: Path) -> None:
    """Other bytes in the middle of compressed ones."""
    np.savez_compressed(file, x=np.arange(1000.0))
    content = bytearray(file.read_bytes())
    content[400:500] = bytes(100)
    file.write_bytes(content)


def text(file: Path) -> None:
    """No array at all, in a sound archive."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")


def huge(file: Path) -> None:
    """A header that promises more numbers than any memory holds."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % 10**15
    header += b" " * (117 - len(header)) + b"\n"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)


@pytest.mark.parametrize(
    ("name", "write", "sentence"),
    [
        ("a.npz", Path.exists, r"cannot read \S+: No such file or directory; check the path"),
        ("a.npz", Path.mkdir, r"cannot read \S+: Is a directory; check the path"),
        ("a.txt", Path.touch, r"expected a file \.npz or \.safetensors, came \S+: write one with numpy\.savez"),
        ("a.npz", Path.touch, r"\(File is not a zip file\): write it with numpy\.savez"),
        ("a.npz", one_array, "File is not a zip file"),
        ("a.npz", cut, "File is not a zip file"),
        ("a.npz", spoiled, "expected a .npz file of real numbers, came "),
        ("a.npz", text, "readme.txt holds something else"),
        ("a.npz", huge, "expected a .npz file of real numbers, came "),
        ("a.npz", lambda file: np.savez(file, x=np.array(["a"])), "x holds something else"),
        ("a.npz", lambda file: np.savez(file, x=np.array([1j])), "x holds something else"),
        ("a.npz", lambda file: np.savez(file, x=np.array([True])), "x holds something else"),
        ("a.npz", objects, "Object arrays cannot be loaded"),
        ("a.npz", bare_pickle, "File is not a zip file"),
        ("a.safetensors", Path.touch, r"\(.*header too small\): write it with safetensors\.numpy\.save_file"),
        ("a.safetensors", bare_pickle, "expected a .safetensors file of real numbers, came "),
        (
            "a.safetensors",
            lambda file: save_file({"x": np.array([1], np.complex64)}, file),
            "x is C64, not one of F64, ",
        ),
    ],
)
def test_what_is_no_file_of_numbers_is_refused(
    tmp_path: Path, name: str, write: Callable[[Path], object], sentence: str
) -> None:
    """In a sentence, and nothing is unpickled."""
    write(tmp_path / name)

    with pytest.raises(BadArrays, match=sentence):
        read([tmp_path / name])

    assert not (tmp_path / "mark").exists()


def test_the_mark_is_left_where_something_is_unpickled(tmp_path: Path) -> None:
    """Or its absence would show nothing."""
    bare_pickle(tmp_path / "a")

    pickle.loads((tmp_path / "a").read_bytes())

    assert (tmp_path / "mark").exists()
