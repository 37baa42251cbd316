"""What an error message takes from the stderr of a host that has ended."""

from __future__ import annotations

from io import BytesIO

import pytest

from lstm_conformance.fixtures import lastwords

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
    '  File "/suite/fixtures/servant.py", line 150 in _ask',
    '  File "/suite/fixtures/servant.py", line 99 in _run',
]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [(TRACEBACK, ": ValueError: no licence"), (ABORTED, ": Fatal Python error: Aborted"), ([], ""), (["", " "], "")],
)
def test_the_gist_is_the_line_that_says_why(lines: list[str], sentence: str) -> None:
    """The last one of a traceback, the first one of a crash."""
    assert lastwords.gist(lines) == sentence


def test_the_gist_is_short() -> None:
    """It stands within a sentence."""
    assert len(lastwords.gist(["x" * 1000])) <= lastwords.SENTENCE + 2


def test_a_hanging_adapter_is_found_in_its_own_file() -> None:
    """In the innermost line of it, not in the library that it waits in."""
    assert lastwords.whereabouts(HANGING) == "; it was at mine.py:7 in helper"


@pytest.mark.parametrize("lines", [[], HANGING[:4], HANGING[4:], TRACEBACK], ids=["none", "no servant", "own", "other"])
def test_nothing_is_said_where_nothing_is_known(lines: list[str]) -> None:
    """A stack without the servant is not that of an adapter, and a servant alone is in none."""
    assert lastwords.whereabouts(lines) == ""


def test_the_last_lines_are_quoted() -> None:
    """Below the sentence, indented."""
    assert lastwords.quoted(["one", "two"]) == "\nthe last lines of its stderr:\n    one\n    two"
    assert lastwords.quoted([str(n) for n in range(100)]).count("\n    ") == lastwords.LINES
    assert lastwords.quoted([]) == ""


def test_only_the_end_of_a_log_is_read() -> None:
    """A host may have written gigabytes."""
    log = BytesIO(b"x" * 2 * lastwords.LONGEST + b"\nlast\xff")

    lines = lastwords.read(log)

    assert len(lines[0]) < lastwords.LONGEST
    assert lines[1] == "last\N{REPLACEMENT CHARACTER}"
