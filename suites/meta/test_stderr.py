"""What an error message takes from the stderr of a host that has ended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from lstm_conformance.fixtures.hosting import stderr

TRACEBACK = ["Traceback (most recent call last):", '  File "a.py", line 1, in <module>', "ValueError: no   licence", ""]
ABORTED = [
    "rows > 0 failed",
    "Fatal Python error: Aborted",
    "",
    '  File "/a/mine.py", line 3 in call',
    "Extension: numpy",
]
HANGING = [
    "Current thread 0x1 (most recent call first):",
    '  File "/lib/threading.py", line 9 in wait',
    '  File "/a/mine.py", line 7 in helper',
    '  File "/a/mine.py", line 3 in call',
    '  File "/suite/fixtures/hosting/proxy.py", line 38 in ask',
    '  File "/suite/fixtures/hosting/server.py", line 99 in _run',
]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [(TRACEBACK, ": ValueError: no licence"), (ABORTED, ": Fatal Python error: Aborted"), ([], ""), (["", " "], "")],
)
def test_the_gist_is_the_line_that_says_why(lines: list[str], sentence: str) -> None:
    """The last one of a traceback, the first one of a crash."""
    assert stderr.gist(lines) == sentence


def test_the_gist_is_short() -> None:
    """It stands within a sentence."""
    assert len(stderr.gist(["x" * 1000])) <= stderr.SENTENCE + 2


def test_a_hanging_adapter_is_found_in_its_own_file() -> None:
    """In the innermost line of it, not in the library that it waits in."""
    assert stderr.whereabouts(HANGING) == "; it was at mine.py:7 in helper"


@pytest.mark.parametrize("lines", [[], HANGING[:4], HANGING[4:], TRACEBACK], ids=["none", "no proxy", "own", "other"])
def test_nothing_is_said_where_nothing_is_known(lines: list[str]) -> None:
    """A stack without the proxy is not that of an adapter, and a proxy alone is in none."""
    assert stderr.whereabouts(lines) == ""


def test_the_last_lines_are_quoted() -> None:
    """Below the sentence, indented."""
    assert stderr.quoted(["one", "two"]) == "\nthe last lines of its stderr:\n    one\n    two"
    assert stderr.quoted([str(n) for n in range(100)]).count("\n    ") == stderr.LINES
    assert stderr.quoted([]) == ""


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Its two ends."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as end, os.fdopen(reading, "rb") as beginning:
        yield beginning, end


def test_only_the_end_of_a_stream_is_kept(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """A host may write gigabytes; it is not stopped."""
    tail = stderr.Tail(pipe[0])
    for _ in range(50):
        pipe[1].write(b"x" * stderr.LONGEST)
    pipe[1].write(b"\nlast\xff")
    pipe[1].close()

    lines = tail.lines(10)

    assert len(lines[0]) < stderr.LONGEST
    assert lines[1] == "last\N{REPLACEMENT CHARACTER}"


def test_a_stream_that_somebody_holds_open_is_not_waited_for(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """What has come is there."""
    tail = stderr.Tail(pipe[0])
    pipe[1].write(b"so far")
    pipe[1].flush()

    assert tail.lines(0.5) == ["so far"]
