"""The wire carries arrays unchanged, and refuses whatever is not a message."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lstm_conformance.fixtures.hosting import wire
from lstm_conformance.suites.meta.rooms import on_the_host

# What runs in the Python of an implementation, which may be old.
OLD_PYTHON_FILES = sorted(on_the_host())


def round_trip(header: wire.Header, arrays: wire.Arrays) -> tuple[wire.Header, wire.Arrays]:
    """Write a message and read it again."""
    stream = io.BytesIO()
    wire.write_message(stream, header, arrays)
    stream.seek(0)
    return wire.read_message(stream)


def message(content: bytes = b"\0" * 8, **entry: Any) -> bytes:
    """Spell a message with one array by hand; ``entry`` replaces what is right."""
    entry = {"name": "x", "dtype": "float32", "shape": [2], "nbytes": 8, **entry}
    return json.dumps({"arrays": [entry]}).encode() + b"\n" + content


@pytest.mark.parametrize("dtype", wire.ELEMENTS)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0,), (2, 0, 3)], ids=str)
def test_an_array_arrives_as_it_was_sent(dtype: str, shape: tuple[int, ...]) -> None:
    """Dtype, shape and every bit of it, also if it has no axes or no elements."""
    element = wire.ELEMENTS[dtype]
    sent = np.random.RandomState(0).randint(0, 2, size=(*shape, element.itemsize)).astype(np.uint8)
    sent = sent.view(element).reshape(shape)

    _, arrays = round_trip({}, {"x": sent})

    assert (arrays["x"].dtype, arrays["x"].shape) == (sent.dtype, sent.shape)
    assert arrays["x"].tobytes() == sent.tobytes()


def test_unusual_numbers_arrive_bit_for_bit() -> None:
    """Signed zeros, infinities, denormals and the payload of a NaN are not lost."""
    patterns = np.array([1 << 63, 0x7FF0 << 48, 1, 0x7FF8_0000_0000_1234], np.uint64)

    _, arrays = round_trip({}, {"x": patterns.view(np.float64)})

    assert arrays["x"].view(np.uint64).tolist() == patterns.tolist()


@pytest.mark.parametrize(
    "sent",
    [np.arange(6.0).reshape(2, 3).T, np.arange(6.0)[::2], np.arange(6.0)[::-1], np.arange(6).astype(">f8")],
    ids=["transposed", "strided", "reversed", "big-endian"],
)
def test_the_layout_in_memory_does_not_matter(sent: np.ndarray[Any, Any]) -> None:
    """On the wire an array is little-endian and in C order, wherever it comes from."""
    _, arrays = round_trip({}, {"x": sent})

    assert np.array_equal(arrays["x"], sent)


def test_arrays_keep_their_names_and_their_order() -> None:
    """And the header keeps its keys; the list of arrays is not one of them."""
    header, arrays = round_trip({"id": 1, "verb": "run"}, {"b": np.zeros(2), "a": np.ones(3)})

    assert header == {"id": 1, "verb": "run"}
    assert [(name, array.tolist()) for name, array in arrays.items()] == [("b", [0, 0]), ("a", [1, 1, 1])]


def test_messages_follow_each_other() -> None:
    """The next message begins where the last byte of the one before ends, and then the stream ends."""
    stream = io.BytesIO()
    for number in range(3):
        wire.write_message(stream, {"id": number}, {"x": np.full(number, number)})
    stream.seek(0)

    assert [wire.read_message(stream)[0]["id"] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(wire.EndOfStream, match="before a message began"):
        wire.read_message(stream)


def test_an_array_that_arrives_can_be_written_to() -> None:
    """Adapters of old frameworks need that."""
    _, arrays = round_trip({}, {"x": np.zeros(2)})

    assert arrays["x"].flags.writeable


@pytest.mark.parametrize("dtype", [object, complex, "datetime64[s]", "U3", np.uint8, [("a", "f4")]], ids=str)
def test_an_array_that_cannot_travel_is_refused_before_anything_is_written(dtype: Any) -> None:
    """Nothing is pickled, and half a message would be worse than none."""
    stream = io.BytesIO()

    with pytest.raises(wire.ProtocolError, match="array 'x': expected a dtype among float16"):
        wire.write_message(stream, {}, {"ok": np.zeros(2), "x": np.zeros(2, dtype)})
    assert stream.getvalue() == b""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"Hello, world\n", "expected one line of JSON, came b'Hello, world"),
        (b"\xff\xfe\n", "expected one line of JSON"),
        (b"\n", "expected one line of JSON"),
        (b"[" * 50_000 + b"\n", "expected one line of JSON"),
        (b"[1, 2]\n", "expected a JSON object, came b'.1, 2.*"),
        (b"x" * (wire.LONGEST_HEADER + 2), "the header line is longer than 1048576 bytes: b'xxx"),
        (b'{"id": 1}\n', "expected a header with a list `arrays`, came the keys .'id'."),
        (b'{"arrays": 3}\n', "expected a header with a list `arrays`"),
        (b'{"arrays": [3]}\n', "expected an array's name, dtype, shape and nbytes, came 3"),
        (message(name=3), "expected an array's name"),
        (message(dtype="object"), "array 'x': expected a dtype among .*, came 'object'"),
        (message(dtype=None), "expected a dtype among"),
        (message(dtype=["float32"]), "expected a dtype among"),
        (message(shape=2), "expected a shape of whole numbers, came 2"),
        (message(shape=[-2]), "expected a shape of whole numbers"),
        (message(shape=[2.0]), "expected a shape of whole numbers"),
        (message(shape=[True, 2]), "expected a shape of whole numbers"),
        (message(nbytes=9), r"float32 of shape \[2\] takes 8 bytes, nbytes says 9"),
        (message(nbytes=8.0), r"takes 8 bytes, nbytes says 8.0"),
        (message(shape=[1 << 62, 4], nbytes=0), "nbytes says 0"),
        (message(shape=[1 << 62], nbytes=1 << 64), "do not fit into memory"),
        (message(dtype="bool", nbytes=2, content=b"\1\2"), "array 'x': expected a bool to be a byte 0 or 1"),
        (
            b'{"arrays": [%s, %s]}\n'
            % ((json.dumps({"name": "x", "dtype": "bool", "shape": [0], "nbytes": 0}).encode(),) * 2),
            "expected arrays with different names",
        ),
    ],
)
def test_what_is_not_a_message_is_refused(content: bytes, sentence: str) -> None:
    """With a sentence that says what was expected and what came."""
    with pytest.raises(wire.ProtocolError, match=sentence):
        wire.read_message(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the stream ended before a message began"),
        (b'{"arrays"', "the stream ended within a header line"),
        (message(content=b"\0" * 7), "array 'x': the stream ended after 7 of its 8 bytes"),
    ],
)
def test_a_stream_that_ends_too_early_says_where(content: bytes, sentence: str) -> None:
    """It is an error of its own, because it means that the other side is gone."""
    with pytest.raises(wire.EndOfStream, match=sentence):
        wire.read_message(io.BytesIO(content))


@pytest.mark.parametrize("path", OLD_PYTHON_FILES, ids=lambda path: path.name)
def test_the_host_side_is_python_3_7(path: Path) -> None:
    """TensorFlow 1.15 runs on no newer Python."""
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_newer_syntax_would_be_noticed() -> None:
    """The negative twin: a walrus does not pass for Python 3.7."""
    with pytest.raises(SyntaxError):
        ast.parse("(n := 3)", feature_version=(3, 7))
