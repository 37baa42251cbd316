"""What an error message takes from the stderr of a host that has ended."""

from __future__ import annotations

from io import BytesIO

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


def test_only_the_end_of_a_log_is_read() -> None:
    """A host may have written gigabytes."""
    log = BytesIO(b"x" * 2 * stderr.LONGEST + b"\nlast\xff")

    lines = stderr.read(log)

    assert len(lines[0]) < stderr.LONGEST
    assert lines[1] == "last\N{REPLACEMENT CHARACTER}"
